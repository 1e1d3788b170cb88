// sftpc as a process on a real pseudo-terminal, which script(1) makes. What it looks like there was looked at in tmux.
import { spawn } from 'node:child_process';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { demoFtpd, folder } from './sftpc.js';

const PROGRAM = resolve(import.meta.dirname, '../../dist/src/client/main.js');

const WAIT = { timeout: 30_000 };

interface Terminal {
  readonly type: (text: string) => void;
  /** Waits for something to be shown. */
  readonly until: (pattern: RegExp) => Promise<void>;
  readonly shown: () => string;
  readonly state: string;
  readonly ended: Promise<void>;
}

/** A shell on a terminal of 80 by 24; what it is given is typed. */
async function shell(): Promise<Terminal> {
  const state = await folder();
  const child = spawn('script', ['-qfec', 'bash --norc -i', '/dev/null'], {
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: state,
      XDG_STATE_HOME: state,
      TERM: 'xterm',
      PS1: '$ ',
      SFTPC_PASSWORD: 'secret',
    },
    timeout: 60_000,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let raw = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (raw += text));
  const shown = (): string => stripVTControlCharacters(raw).replaceAll('\r', '');
  let seen = 0;
  const terminal: Terminal = {
    type: (text) => void child.stdin.write(text),
    until: async (pattern) => {
      await expect.poll(() => shown().slice(seen), WAIT).toMatch(pattern);
      const found = pattern.exec(shown().slice(seen));
      seen += (found?.index ?? 0) + (found?.[0].length ?? 0);
    },
    shown,
    state,
    ended: new Promise((end) => child.on('close', () => end())),
  };
  terminal.type(`stty cols 80 rows 24; stty -g > ${state}/before\r`);
  await terminal.until(/\n\$ $/);
  return terminal;
}

const started = (port: number, ...words: string[]): string =>
  ['node', PROGRAM, '-9', '-u', 'joe', '127.0.0.1', `${port}`, ...words].map((word) => `'${word}'`).join(' ');

/** The shell goes on, and the terminal is in the mode in which it was. */
async function leftAsItWas(terminal: Terminal): Promise<void> {
  terminal.type(`stty -g > ${terminal.state}/after; echo is-"$((1+1))"\r`);
  await terminal.until(/\nis-2\n/);
  const modes = ['before', 'after'].map((name) => readFile(join(terminal.state, name), 'utf8'));
  const [before, after] = await Promise.all(modes);
  expect(after).toBe(before);
  terminal.type('exit\r');
  await terminal.ended;
}

describe('a terminal', () => {
  it('is left as it was by bye, and by Ctrl-C at a question', async () => {
    const { port } = await demoFtpd();
    const terminal = await shell();
    terminal.type(`${started(port)}; echo "status $?"\r`);
    await terminal.until(/\(in clear\) sftpc> /);
    terminal.type('bye\r');
    await terminal.until(/\nstatus 0\n/);
    terminal.type(`SFTPC_PASSWORD= ; unset SFTPC_PASSWORD; ${started(port)}; echo "status $?"\r`);
    await terminal.until(/\npassword for joe: /);
    terminal.type('half\x03');
    await terminal.until(/sftpc: Interrupted\.\nstatus 130\n/);
    expect(terminal.shown()).not.toContain('half');
    await leftAsItWas(terminal);
  });

  it('is left as it was by SIGTERM, SIGHUP and Ctrl-Z in the middle of a transfer', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'large'), '');
    await truncate(join(root, 'large'), 40_000_000_000);
    const terminal = await shell();
    for (const [signal, status] of [
      ['TERM', 143],
      ['HUP', 129],
    ] as const) {
      terminal.type(`${started(port)}\r`);
      await terminal.until(/\(in clear\) sftpc> /);
      terminal.type(`get large ${terminal.state}/${signal}\r`);
      // What comes lies under another name until it is whole.
      await expect.poll(async () => (await readdir(terminal.state)).join(' '), WAIT).toContain(signal);
      terminal.type('\x1a');
      await terminal.until(/Stopped[^\n]*\n\$ $/);
      terminal.type('stty -a\r');
      await terminal.until(/[^-]icanon[^]*\n\$ $/);
      terminal.type('fg\r');
      await terminal.until(/fg\n[^\n]*main\.js[^]*\n/);
      terminal.type('\x1a');
      await terminal.until(/Stopped[^\n]*\n\$ $/);
      terminal.type(`kill -${signal} %1; fg; echo "status $?"\r`);
      await terminal.until(new RegExp(`sftpc: Terminated\\.\\n(?:.*\\n)*?status ${status}\\n`));
    }
    await leftAsItWas(terminal);
  });
});
