/** Runs the built sftpc as a process of its own, under another program where the test needs one. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import type { sftpc } from './sftpc.js';

const program = resolve(import.meta.dirname, '../../dist/src/client/main.js');

/** Longer than one command takes on a loaded machine. */
const SECONDS = 50;

/**
 * As sftpc(), but in a process of its own.
 *
 * @param under - words before the program's: what starts it
 * @param stdout - a file that takes its standard output in the place of the test
 */
export const builtSftpc =
  (under: readonly string[], stdout?: number): typeof sftpc =>
  async (argv, world) => {
    const { input = '', env = {} } = world ?? {};
    const words = ['-k', '2', `${SECONDS}`, ...under, process.execPath, program, ...argv];
    const child = spawn('timeout', words, {
      stdio: ['pipe', stdout ?? 'pipe', 'pipe'],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', XDG_STATE_HOME: join(tmpdir(), 'sftpc-tests-without-state'), ...env },
    });
    child.stdin?.on('error', () => undefined).end(input);
    const [out, err, [status]] = await Promise.all([
      child.stdout === null ? '' : text(child.stdout),
      child.stderr === null ? '' : text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { status: status ?? -1, out, err };
  };
