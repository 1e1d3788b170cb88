/**
 * One listener for one data connection: PASV and EPSV towards the client, PORT and EPRT towards the ftpd. Only the address of
 * the control connection gets in (RFC 2577 §4: port stealing); anybody else is dropped and the right one still gets in.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { err, ok, type Result } from '../lib/result.js';
import { plainAddress } from '../wire/host-port.js';
import type { Lease, PortPool } from './port-pool.js';

export interface ListenerOptions {
  /** The local address of the control connection: a data connection comes the same way. */
  readonly address: string;
  /** The only address that may connect. */
  readonly peer: string;
  /** Where ports come from; undefined: the system picks. */
  readonly pool: PortPool | undefined;
  /** Told of a connection from elsewhere. */
  readonly onStranger: (address: string) => void;
}

type Taker = (socket: Socket) => void;

type Connection =
  | { readonly kind: 'awaited'; readonly taker?: Taker }
  /** Here, and nobody has taken it yet. */
  | { readonly kind: 'arrived'; readonly socket: Socket }
  | { readonly kind: 'taken' };

export class DataListener {
  readonly #server: Server;
  readonly #lease: Lease | undefined;
  #connection: Connection = { kind: 'awaited' };

  private constructor(server: Server, lease: Lease | undefined, options: ListenerOptions) {
    this.#server = server;
    this.#lease = lease;
    server.on('connection', (socket: Socket) => this.#accept(socket, options));
    server.on('error', () => this.close());
  }

  /** Opens a listener; fails with a reason when every port is taken. */
  static async open(options: ListenerOptions): Promise<Result<DataListener, string>> {
    const tries = options.pool?.size ?? 1;
    for (let attempt = 0; attempt < tries; attempt++) {
      const lease = options.pool?.lease();
      if (options.pool !== undefined && lease === undefined) return err('every passive port is taken');
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
      const failure = await listen(server, lease?.port ?? 0, options.address);
      if (failure === undefined) return ok(new DataListener(server, lease, options));
      lease?.release();
      // Somebody else on this machine holds the port: the next one may be free.
      if (failure.code !== 'EADDRINUSE') return err(failure.message);
    }
    return err('every passive port is in use');
  }

  get port(): number {
    const bound = this.#server.address();
    return bound === null || typeof bound === 'string' ? 0 : bound.port;
  }

  /** Gives the connection to `taker`, now or when it comes. It arrives paused. */
  take(taker: Taker): void {
    const connection = this.#connection;
    if (connection.kind === 'awaited') this.#connection = { kind: 'awaited', taker };
    if (connection.kind !== 'arrived') return;
    this.#connection = { kind: 'taken' };
    taker(connection.socket);
  }

  /** Closes the listener, and a connection that nobody took. */
  close(): void {
    this.#stopListening();
    if (this.#connection.kind === 'arrived') this.#connection.socket.resetAndDestroy();
    this.#connection = { kind: 'taken' };
  }

  #stopListening(): void {
    this.#server.close();
    this.#lease?.release();
  }

  #accept(socket: Socket, options: ListenerOptions): void {
    // Until it is taken, an error on it must not become an exception; the taker will find it destroyed.
    socket.on('error', () => undefined);
    if (socket.remoteAddress === undefined) {
      // Reset before we looked.
      socket.destroy();
      return;
    }
    const from = plainAddress(socket.remoteAddress);
    const stranger = from !== plainAddress(options.peer);
    if (stranger) options.onStranger(from);
    const connection = this.#connection;
    if (stranger || connection.kind !== 'awaited') {
      socket.resetAndDestroy();
      return;
    }
    this.#stopListening();
    this.#connection = connection.taker === undefined ? { kind: 'arrived', socket } : { kind: 'taken' };
    connection.taker?.(socket);
  }
}

function listen(server: Server, port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error);
    server.once('error', failed);
    server.listen({ port, host, exclusive: true, backlog: 8 }, () => {
      server.off('error', failed);
      resolve(undefined);
    });
  });
}
