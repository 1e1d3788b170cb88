// sftpc as a process on a real pseudo-terminal, which script(1) makes. What it looks like there was looked at in tmux.
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onTerminal, PATIENCE, type Terminal } from '../peers/terminal.js';
import { demoFtpd, folder } from './sftpc.js';

const PROGRAM = resolve(import.meta.dirname, '../../dist/src/client/main.js');

interface Shell extends Terminal {
  readonly state: string;
}

/** A shell on a terminal of 80 by 24; what it is given is typed. */
async function shell(): Promise<Shell> {
  const state = await folder();
  const env = { HOME: state, XDG_STATE_HOME: state, PS1: '$ ', SFTPC_PASSWORD: 'secret' };
  const terminal = onTerminal('bash --norc -i', env);
  terminal.type(`stty cols 80 rows 24; stty -g > ${state}/before\r`);
  await terminal.until(/\n\$ $/);
  return { ...terminal, state };
}

const started = (port: number, ...words: string[]): string =>
  ['node', PROGRAM, '-9', '-u', 'joe', '127.0.0.1', `${port}`, ...words].map((word) => `'${word}'`).join(' ');

/** The shell goes on, and the terminal is in the mode in which it was. */
async function leftAsItWas(terminal: Shell): Promise<void> {
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
      await expect.poll(async () => (await readdir(terminal.state)).join(' '), { timeout: PATIENCE }).toContain(signal);
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
