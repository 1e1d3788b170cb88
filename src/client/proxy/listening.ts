/** Where a door listens. What is not loopback is everybody's who can reach this machine, and programs send passwords in clear. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { ClientError } from '../error.js';

export type ListenWish =
  /** 127.0.0.1, and ::1 where this machine has it. */
  | { readonly on: 'loopback'; readonly port: number }
  | { readonly on: 'address'; readonly address: string; readonly port: number };

const LOOPBACK = { ipv4: '127.0.0.1', ipv6: '::1' } as const;

/** Tries to find a port that is free on both loopback addresses. */
const MAX_TRIES = 20;

/** @throws ClientError of kind `connect` that says why not */
export async function listen(wish: ListenWish): Promise<readonly Server[]> {
  if (wish.on === 'address') return [await listenOn(wish.address, wish.port)];
  for (let tries = 1; ; tries++) {
    const ipv4 = await listenOn(LOOPBACK.ipv4, wish.port);
    try {
      const { port } = ipv4.address() as AddressInfo;
      return [ipv4, await listenOn(LOOPBACK.ipv6, port)];
    } catch (error) {
      if (error instanceof ListenError && error.isWithoutAddress) return [ipv4];
      ipv4.close();
      if (wish.port !== 0 || tries === MAX_TRIES) throw error;
    }
  }
}

class ListenError extends ClientError {
  /** Whether this machine has no such address, or nothing of its family. */
  readonly isWithoutAddress: boolean;

  constructor(address: string, port: number, { code, message }: NodeJS.ErrnoException) {
    const where = `${address} port ${port}`;
    const [why, hint] = reasonOf(code) ?? [message, 'Choose another address or port: --listen.'];
    super('connect', `Cannot listen on ${where}: ${why}.`, { hint });
    this.isWithoutAddress = code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
  }
}

function reasonOf(code: string | undefined): readonly [why: string, hint: string] | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return ['another program listens there', 'Stop it, or choose another port; with port 0 the system picks one.'];
    case 'EACCES':
      return ['only root may listen on ports below 1024', 'Choose a port from 1024 on.'];
    case 'EADDRNOTAVAIL':
      return ['this machine has no such address', 'Choose 127.0.0.1 or [::1].'];
    case 'EAFNOSUPPORT':
      return ['this machine has no IPv6', 'Choose 127.0.0.1.'];
    default:
      return undefined;
  }
}

function listenOn(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true });
    server.once('error', (error) => reject(new ListenError(host, port, error)));
    server.listen({ port, host, exclusive: true }, () => {
      server.removeAllListeners('error');
      // A connection that cannot be accepted is lost to its program only.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}
