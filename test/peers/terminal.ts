/** A program on a real pseudo-terminal, which script(1) makes. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished } from 'vitest';

export interface Terminal {
  readonly type: (text: string) => void;
  /** Waits for something to be shown that was not waited for before. */
  readonly until: (pattern: RegExp) => Promise<void>;
  /** All that was shown so far, without what drives a terminal. */
  readonly shown: () => string;
  readonly ended: Promise<void>;
}

/** Longer than anything takes to be shown on a loaded machine, in milliseconds. */
export const PATIENCE = 30_000;

/** @param command - for the shell; ended with the test at the latest */
export function onTerminal(command: string, env: Readonly<Record<string, string>>, cwd?: string): Terminal {
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', TERM: 'xterm', ...env },
    timeout: 2 * PATIENCE,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => undefined); // it may have ended
  let raw = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (raw += text));
  const shown = (): string => stripVTControlCharacters(raw).replaceAll('\r', '');
  let seen = 0;
  return {
    type: (text) => void child.stdin.write(text),
    until: async (pattern) => {
      await expect.poll(() => shown().slice(seen), { timeout: PATIENCE }).toMatch(pattern);
      const found = pattern.exec(shown().slice(seen));
      seen += (found?.index ?? 0) + (found?.[0].length ?? 0);
    },
    shown,
    ended: new Promise((end) => child.on('close', () => end())),
  };
}
