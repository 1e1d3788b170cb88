// sftpc as a process of its own: what ends it, and the status it leaves.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { demoFtpd, folder, scriptedFtpd } from './sftpc.js';

interface Child {
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly out: NodeJS.ReadableStream;
  /** All it said on standard error so far. */
  readonly said: () => string;
  /** Exit status, or signal. */
  readonly ended: Promise<number | string>;
}

async function start(...argv: string[]): Promise<Child> {
  const program = resolve(import.meta.dirname, '../../dist/src/client/main.js');
  const child = spawn(process.execPath, [program, ...argv], {
    env: { PATH: '/usr/bin:/bin', HOME: await folder(), SFTPC_PASSWORD: 'secret' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { kill: (signal) => void child.kill(signal), out: child.stdout, said: () => said, ended };
}

/** A server that begins a transfer and sends nothing, and tells when it has. */
async function stalling(): Promise<{ port: number; isStalled: () => boolean }> {
  let isStalled = false;
  const port = await scriptedFtpd((data, say) => {
    isStalled = true;
    data.on('close', () => say('426 broken off'));
  });
  return { port, isStalled: () => isStalled };
}

describe('a signal', () => {
  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s breaks a transfer off, leaves nothing behind, and is the status', async (signal, status) => {
    const { port, isStalled } = await stalling();
    const local = await folder();
    const child = await start(
      '-9',
      '-u',
      'joe',
      '127.0.0.1',
      `${port}`,
      '--',
      'get',
      'a',
      local,
      ';',
      'get',
      'b',
      local,
    );
    await expect.poll(isStalled, { timeout: 20_000 }).toBe(true);
    child.kill(signal);
    expect(await child.ended).toBe(status);
    expect(child.said()).toMatch(/^sftpc: .*[Ii]nterrupted/);
    expect(await readdir(local)).toEqual([]);
  });

  it('ends a run with --keep-going as well', async () => {
    const { port, isStalled } = await stalling();
    const words = ['-9', '--keep-going', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'get', 'a', '/dev/shm', ';', 'pwd'];
    const child = await start(...words);
    await expect.poll(isStalled, { timeout: 20_000 }).toBe(true);
    child.kill('SIGINT');
    expect(await child.ended).toBe(130);
  });
});

describe('standard output', () => {
  it('that nobody reads any more is no failure of a listing', async () => {
    const { root, port } = await demoFtpd();
    await Promise.all(
      Array.from({ length: 3000 }, (_, index) => writeFile(join(root, `${'n'.repeat(100)}${index}`), '')),
    );
    const child = await start('-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'ls');
    await once(child.out, 'readable');
    (child.out as unknown as { destroy(): void }).destroy();
    expect(await child.ended).toBe(0);
    expect(child.said()).toBe('');
  });

  it('that nobody reads any more is one of a file', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'large'), Buffer.alloc(4_000_000));
    const child = await start('-9', '-o', '-', `ftp://joe@127.0.0.1:${port}/large`);
    await once(child.out, 'readable');
    (child.out as unknown as { destroy(): void }).destroy();
    expect(await child.ended).toBe(1);
    expect(child.said()).toBe('sftpc: Standard output was closed before all of the file had come.\n');
  });
});
