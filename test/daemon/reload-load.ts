/** The clients of the load: sessions that transfer all the time and look at every octet. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { RawClient } from '../gateway/raw-client.js';
import { download } from '../gateway/transfers.js';

/** Logins under way at the same time. */
const BATCH = 50;

/** Octets and ms between pieces: what a client reads or writes, and how long it then pauses. */
const PIECE = 8_192;
const PAUSE_MS = 250;

export const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

/** Not all at the same time. */
const pause = async ({ over }: Load): Promise<void> => {
  if (!over) await delay(PAUSE_MS * (0.5 + Math.random()));
};

/** What all clients of the load share. */
export interface Load {
  readonly root: string;
  /** The file to fetch, and its checksum. */
  readonly file: { readonly name: string; readonly sum: string };
  /** Set at the end: what is under way is completed, nothing new begins. */
  over: boolean;
  /** Transfers under way. */
  running: number;
  completed: number;
}

/** The demo ftpd in a process of its own, so that it does not share a core with the clients. Gives its port. */
export async function startFtpdProcess(root: string): Promise<number> {
  const ftpd = path.resolve(import.meta.dirname, '../../dist/src/demo/ftpd.js');
  const lines = [
    `import { startDemoFtpd } from ${JSON.stringify(ftpd)};`,
    `const { port } = await startDemoFtpd({ root: ${JSON.stringify(root)}, user: 'u', password: 'secret-word' });`,
    'console.log(port);',
  ];
  const words = ['--pdeathsig', 'KILL', process.execPath, '--input-type=module', '-e', lines.join('\n')];
  const child = spawn('setpriv', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return Number(port);
}

/** Logs many in, some at a time. */
export async function loginMany(port: number, count: number, how: 'clear' | 'P' = 'clear'): Promise<RawClient[]> {
  const place = { host: '127.0.0.1', port, user: 'u', password: 'secret-word' };
  const clients: RawClient[] = [];
  while (clients.length < count) {
    const batch = Array.from({ length: Math.min(BATCH, count - clients.length) }, () => RawClient.login(place, how));
    clients.push(...(await Promise.all(batch)));
  }
  onTestFinished(() => clients.forEach((client) => client.close()));
  return clients;
}

/** Fetches the file again and again, reading it in small pieces with pauses. */
export async function fetchSlowly(client: RawClient, load: Load): Promise<void> {
  while (!load.over) {
    const { connected } = await client.setUp();
    client.send(`RETR ${load.file.name}`);
    await client.expect(150);
    load.running++;
    const socket = await connected();
    const hash = createHash('sha256');
    socket.pause();
    while (!socket.readableEnded && !socket.destroyed) {
      const piece = (socket.read(PIECE) ?? socket.read()) as Buffer | null;
      if (piece === null) {
        await Promise.race([once(socket, 'readable'), once(socket, 'end')]);
        continue;
      }
      hash.update(piece);
      await pause(load);
    }
    socket.destroy();
    await client.expect(226);
    load.running--;
    if (hash.digest('hex') !== load.file.sum) throw new Error('a download is not what was sent');
    load.completed++;
  }
}

/** Fetches the file under encryption, again and again. */
export async function fetchProtected(client: RawClient, load: Load): Promise<void> {
  while (!load.over) {
    load.running++;
    const { data, whole, final } = await download(client, `RETR ${load.file.name}`, { level: 'P' });
    load.running--;
    if (!whole || final.code !== 226 || sha256(data) !== load.file.sum) throw new Error('not what was sealed');
    load.completed++;
    await pause(load);
  }
}

/** Stores one file, piece by piece, for as long as the load lasts. */
export async function storeSlowly(client: RawClient, name: string, load: Load): Promise<void> {
  const { connected } = await client.setUp();
  client.send(`STOR ${name}`);
  await client.expect(150);
  load.running++;
  const socket = await connected();
  socket.resume();
  const hash = createHash('sha256');
  while (!load.over) {
    const piece = randomBytes(PIECE);
    hash.update(piece);
    if (!socket.write(piece)) await once(socket, 'drain');
    await pause(load);
  }
  socket.end();
  await client.expect(226);
  socket.destroy();
  load.running--;
  if (hash.digest('hex') !== sha256(readFileSync(path.join(load.root, name)))) {
    throw new Error('an upload is not what was sent');
  }
  load.completed++;
}
