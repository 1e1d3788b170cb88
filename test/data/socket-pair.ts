/** Two connected TCP sockets on loopback, ends that can be reset as real ones can. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

export interface SocketPair {
  readonly near: Socket;
  readonly far: Socket;
}

export async function socketPair(): Promise<SocketPair> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const [near] = (await once(server, 'connection')) as [Socket];
  if (far.connecting) await once(far, 'connect');
  server.close();
  for (const socket of [near, far]) socket.on('error', () => undefined);
  return { near, far };
}

/** Everything a socket receives until its end, and how it ended. */
export function received(socket: Socket): Promise<{ readonly octets: Buffer; readonly ended: 'clean' | 'reset' }> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const done = (ended: 'clean' | 'reset'): void => resolve({ octets: Buffer.concat(chunks), ended });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => done('clean'));
    socket.once('error', () => done('reset'));
    socket.resume();
  });
}
