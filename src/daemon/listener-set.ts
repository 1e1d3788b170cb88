/** The sockets on which clients arrive. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { err, ok, type Result } from '../lib/result.js';
import type { PassedSocket } from './passed-sockets.js';

export interface ListenerAddress {
  readonly address: string;
  readonly port: number;
}

/** Connections the kernel may hold for us while we are busy. */
const BACKLOG = 511;

/** Not a connection is read from before a session takes it. */
const SERVER_OPTIONS = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true } as const;

export interface OpenListener {
  readonly address: string;
  /** As bound: the system's choice where 0 was asked for. */
  readonly port: number;
  /** Opens the gate: connections go to `onConnection`, first those that came since the port was bound. */
  serve(onConnection: (socket: Socket) => void): void;
  /** Stops listening; connections that nobody has taken are closed. */
  close(): void;
  /** Binds the same address and port again after close(), the gate as it was; gives why it cannot. */
  reopen(): Promise<string | undefined>;
}

/** Why a listener cannot be opened. */
export interface ListenFailure {
  /** Whether somebody holds the port. */
  readonly taken: boolean;
  readonly text: string;
}

/**
 * Binds one listener. Nothing is served before the gate is opened, so that all that can fail, and the drop of privileges, comes
 * first. Fails with what, where and what to do.
 */
export function openListener(wanted: ListenerAddress): Promise<Result<OpenListener, ListenFailure>> {
  return new Promise((resolve) => {
    const server = createServer(SERVER_OPTIONS);
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(err({ taken: error.code === 'EADDRINUSE', text: explain(wanted, error) }));
    });
    server.listen({ port: wanted.port, host: wanted.address, backlog: BACKLOG }, () => {
      resolve(ok(gated(server, server.address() as AddressInfo)));
    });
  });
}

/** Takes over a listening socket that a service manager passed. */
export function adoptListener({ fd, name }: PassedSocket): Promise<Result<OpenListener, string>> {
  const what = `passed socket ${fd} (${name})`;
  return new Promise((resolve) => {
    const server = createServer(SERVER_OPTIONS);
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EINVAL'
          ? 'it is no listening TCP socket. A socket unit with Accept=yes needs StandardInput=socket in its service, and sftpd the flag -s'
          : error.message;
      resolve(err(`${what}: ${why}`));
    });
    server.listen({ fd }, () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null && 'port' in address) resolve(ok(gated(server, address)));
      else {
        server.close();
        resolve(err(`${what}: it is no listening TCP socket`));
      }
    });
  });
}

function gated(server: Server, { address, port }: AddressInfo): OpenListener {
  const held: Socket[] = [];
  const hold = (socket: Socket): void => {
    // One that breaks while it waits ends like any other: the session that takes it sees it closed.
    socket.on('error', () => undefined);
    held.push(socket);
  };
  server.on('connection', hold);
  // A connection that cannot be accepted is lost to its client only; as an uncaught exception it would end every session.
  server.on('error', () => undefined);
  return {
    address,
    port,
    serve: (onConnection) => {
      server.off('connection', hold);
      server.on('connection', onConnection);
      for (const socket of held.splice(0)) onConnection(socket);
    },
    close: () => {
      server.close();
      for (const socket of held.splice(0)) socket.destroy();
    },
    reopen: () =>
      new Promise((resolve) => {
        const failed = (error: NodeJS.ErrnoException): void => resolve(explain({ address, port }, error));
        server.once('error', failed);
        server.listen({ port, host: address, backlog: BACKLOG }, () => {
          server.off('error', failed);
          resolve(undefined);
        });
      }),
  };
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
