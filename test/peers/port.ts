import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** The loopback addresses that peers listen on. */
export type Loopback = '127.0.0.1' | '::1';

/** A port that nobody holds just now. Whoever is handed it may still find it taken, and should then ask for another. */
export async function freePort(host: Loopback): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Ports that follow one another, free on all of these addresses, below those that the system gives to outgoing connections. */
export async function freePorts(count: number, hosts: readonly string[]): Promise<{ low: number; high: number }> {
  for (let tries = 0; tries < 50; tries++) {
    const low = 20_000 + Math.floor(Math.random() * 10_000);
    const wanted = Array.from({ length: count }, (_, index) => hosts.map((host) => isFree(host, low + index)));
    if ((await Promise.all(wanted.flat())).every(Boolean)) return { low, high: low + count - 1 };
  }
  throw new Error(`there are no ${count} free ports in a row`);
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
