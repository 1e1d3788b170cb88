import path from 'node:path';
import process from 'node:process';
import type { Loopback } from './port.js';
import { launch, makeFolder, removeFolder, until } from './process.js';

const program = path.resolve(import.meta.dirname, '../../dist/src/client/main.js');

/** A running local door. */
export interface LocalDoor {
  host: Loopback;
  port: number;
  /** The file of known servers. */
  known: string;
  /** What it has said so far. */
  output: () => string;
  stop: () => Promise<void>;
}

/** Starts the built `sftpc proxy`, which takes the server on trust, on a port that the system picks. */
export async function startDoor(
  to: { host: string; port: number },
  { address = '127.0.0.1', args = [] }: { address?: Loopback; args?: readonly string[] } = {},
): Promise<LocalDoor> {
  const folder = await makeFolder('door');
  const known = path.join(folder, 'known_servers');
  const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
  const where = ['--listen', `${bracketed(address)}:0`, '--to', `${bracketed(to.host)}:${to.port}`];
  const words = [program, 'proxy', ...where, '--known-servers', known, '--accept-new', ...args];
  const running = launch({ file: process.execPath, args: words, seconds: 1200, cwd: folder });
  const port = await until('the local door', 30, () => {
    if (!running.alive()) throw new Error(`the door has ended\n${running.output()}`);
    const said = /listening on \S+:(\d+)/.exec(running.output())?.[1];
    return Promise.resolve(said === undefined ? undefined : Number(said));
  });
  return {
    host: address,
    port,
    known,
    output: () => running.output(),
    stop: async () => {
      await running.stop();
      await removeFolder(folder);
    },
  };
}
