import { connect, createServer } from 'node:net';
import process from 'node:process';

/** The loopback addresses that peers listen on. */
export type Loopback = '127.0.0.1' | '::1';

/**
 * Where ports are taken from that somebody else will listen on a moment later: below those that the system gives to outgoing
 * connections and to whoever listens on port 0 (32768 and up, ip_local_port_range in ip(7)), since it may give the very one away
 * meanwhile. Test files that run at the same time have shares of their own.
 */
const LOWEST = 10_000;
const SHARE = 1_250;
const SHARES = 16;

const share = LOWEST + (Number(process.env['VITEST_POOL_ID'] ?? 0) % SHARES) * SHARE;
let taken = Math.floor(Math.random() * SHARE);

/** A port that nobody holds, and that nobody is given unasked. */
export async function freePort(host: Loopback): Promise<number> {
  return (await freePorts(1, [host])).low;
}

/** Ports that follow one another, free on all of these addresses. */
export async function freePorts(count: number, hosts: readonly string[]): Promise<{ low: number; high: number }> {
  for (let tries = 0; tries < SHARE; tries += count) {
    if (taken + count > SHARE) taken = 0;
    const low = share + taken;
    taken += count;
    const wanted = Array.from({ length: count }, (_, index) => hosts.map((host) => isFree(host, low + index)));
    if ((await Promise.all(wanted.flat())).every(Boolean)) return { low, high: low + count - 1 };
  }
  throw new Error(`there are no ${count} free ports in a row from ${share} on`);
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** The first line an FTP server says to a new connection, or undefined while nobody answers with one. */
export function greeting(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let text = '';
    socket.setEncoding('latin1').setTimeout(5000, () => socket.destroy());
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (/^\d{3} .*\r?\n/m.test(text)) socket.end('QUIT\r\n');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(/^\d{3} .*(?=\r?\n)/m.exec(text)?.[0]));
  });
}
