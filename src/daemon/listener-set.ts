/** The sockets on which clients arrive. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { err, ok, type Result } from '../lib/result.js';

export interface ListenerAddress {
  readonly address: string;
  readonly port: number;
}

/** Connections the kernel may hold for us while we are busy. */
const BACKLOG = 511;

export interface OpenListener {
  readonly address: string;
  /** As bound: the system's choice where 0 was asked for. */
  readonly port: number;
  close(): void;
}

/** Opens one listener. Fails with what, where and what to do. */
export function openListener(
  wanted: ListenerAddress,
  onConnection: (socket: Socket) => void,
): Promise<Result<OpenListener, string>> {
  return new Promise((resolve) => {
    const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true });
    server.once('error', (error: NodeJS.ErrnoException) => resolve(err(explain(wanted, error))));
    server.listen({ port: wanted.port, host: wanted.address, backlog: BACKLOG }, () => {
      server.on('connection', onConnection);
      const { address, port } = server.address() as AddressInfo;
      resolve(ok({ address, port, close: () => void server.close() }));
    });
  });
}

function explain({ address, port }: ListenerAddress, error: NodeJS.ErrnoException): string {
  const where = `${address} port ${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where}: another program listens there: stop it, or choose another port`;
    case 'EACCES':
      return `${where}: only root may listen on ports below 1024: start as root, or choose another port`;
    case 'EADDRNOTAVAIL':
      return `${where}: no network interface of this machine has that address`;
    case 'EAFNOSUPPORT':
      return `${where}: this machine has no IPv6: use 0.0.0.0 for every IPv4 address`;
    default:
      return `${where}: ${error.message}`;
  }
}
