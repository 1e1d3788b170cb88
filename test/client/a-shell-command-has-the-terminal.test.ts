// ! in scripts and at the prompt. What a person sees of it needs a real terminal, and was looked at in one.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { withoutInterrupts } from '../../src/client/terminal/interrupts.js';
import { parseLine } from '../../src/client/commands/table.js';
import { Keyboard } from '../../src/client/terminal/keyboard.js';
import { demoFtpd, folder, sftpc } from './sftpc.js';

beforeEach(() => void vi.stubEnv('SHELL', '/bin/sh'));

const words = (port: number): string[] => ['-9', '-u', 'joe', '127.0.0.1', `${port}`];

describe('a command of the shell', () => {
  it('gets the line as it is, and no input of ours', async () => {
    const { port } = await demoFtpd();
    const local = await folder();
    const line = `!  printf '%s|' "a  b" '#' x\\ y $((1+1)) >${local}/said; cat >>${local}/said`;
    const ended = await sftpc(words(port), { input: `${line}\npwd\n` });
    expect(ended).toEqual({ status: 0, out: '/\n', err: '' });
    expect(await readFile(join(local, 'said'), 'utf8')).toBe('a  b|#|x y|2|');
  });

  it('may be given by its words on the command line', async () => {
    const { port } = await demoFtpd();
    const local = await folder();
    const run = (...command: string[]) => sftpc([...words(port), '--', ...command]);
    expect((await run('!', 'echo', 'one', `>${local}/a`)).status).toBe(0);
    expect((await run('!echo two', `>>${local}/a`)).status).toBe(0);
    expect(await readFile(join(local, 'a'), 'utf8')).toBe('one\ntwo\n');
  });

  it('that fails, fails in a script', async () => {
    const { port } = await demoFtpd();
    const failed = await sftpc(words(port), { input: '!exit 3\npwd\n' });
    expect(failed).toEqual({ status: 1, out: '', err: 'sftpc: line 1: The command ended with status 3.\n' });
    const killed = await sftpc(words(port), { input: '!kill -TERM $$\n' });
    expect(killed.err).toBe('sftpc: line 1: The command was ended by SIGTERM.\n');
    vi.stubEnv('SHELL', '/nowhere/sh');
    const none = await sftpc(words(port), { input: '!true\n' });
    expect(none.err).toBe('sftpc: line 1: /nowhere/sh: there is no such file or folder.\n');
  });

  it('is told from a line of other words', () => {
    expect(parseLine('  !  ls "a" # b  ')?.args).toEqual(['ls "a" # b']);
    expect(parseLine('!')?.args).toEqual([]);
    expect(parseLine('pwd # !ls')?.entry.names[0]).toBe('pwd');
  });
});

describe('a lent terminal', () => {
  it('is let go once and taken back once, whatever comes of the work', async () => {
    const told: string[] = [];
    const setRawMode = (raw: boolean): void => void told.push(raw ? 'raw' : 'cooked');
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
    const keyboard = new Keyboard(input, {});
    const letGo = keyboard.hold();
    const interrupts: string[] = [];
    keyboard.onInterrupt(() => interrupts.push('ours'));
    await keyboard.lend(() =>
      keyboard.lend(() => {
        told.push(input.listenerCount('data') === 0 ? 'work' : 'ours');
        keyboard.interrupt();
        return Promise.resolve();
      }),
    );
    await expect(keyboard.lend(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    letGo();
    expect(told).toEqual(['raw', 'cooked', 'work', 'raw', 'cooked', 'raw', 'cooked']);
    expect(interrupts).toEqual([]);
  });

  it('has its interrupts to itself, however many', async () => {
    const listeners = new Set<() => void>();
    const interrupt = (): void => {
      const now = [...listeners];
      listeners.clear();
      for (const listener of now) listener();
    };
    const onInterrupt = (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    };
    await withoutInterrupts(onInterrupt, async () => {
      interrupt();
      interrupt();
      expect(listeners.size).toBe(1);
      return Promise.resolve();
    });
    expect(listeners.size).toBe(0);
  });
});
