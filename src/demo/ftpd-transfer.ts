/** The demo ftpd's data connections and transfers: RFC 959 §3.2 and §4.1.3, RFC 2428, RFC 3659 §5 (REST). */
import { once } from 'node:events';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { plainAddress, type Endpoint } from '../wire/host-port.js';
import { reply, type Reply } from '../wire/reply.js';
import { absolute, listing, octetsOf, Refused, type ListForm, type Root } from './ftpd-files.js';

const CONNECT_TIMEOUT_MS = 10_000;
const CHUNK = 262_144;

/** Where the next data connection comes from or goes to. It serves one transfer. */
export class DataPort {
  readonly #server: Server | undefined;
  readonly #target: Endpoint | undefined;
  readonly #closing = new AbortController();
  #socket: Socket | undefined;

  private constructor(server: Server | undefined, target: Endpoint | undefined) {
    this.#server = server;
    this.#target = target;
  }

  /** Listens on the address the client has reached, and takes the first connection that comes from the client's own. */
  static async passive(local: string, client: string): Promise<{ data: DataPort; endpoint: Endpoint }> {
    const server = createServer({ allowHalfOpen: true });
    const data = new DataPort(server, undefined);
    server.on('connection', (socket) => {
      if (data.#socket === undefined && plainAddress(socket.remoteAddress ?? '') === client) data.#adopt(socket);
      else socket.destroy();
    });
    server.listen(0, local);
    await once(server, 'listening');
    return { data, endpoint: { address: plainAddress(local), port: (server.address() as AddressInfo).port } };
  }

  static active(target: Endpoint): DataPort {
    return new DataPort(undefined, target);
  }

  /** The connection, once it is there. Rejects on time-out, on `close` and when `signal` aborts. */
  async open(signal: AbortSignal): Promise<Socket> {
    const ended = AbortSignal.any([signal, this.#closing.signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]);
    if (this.#target !== undefined) {
      const { address: host, port } = this.#target;
      const socket = connect({ host, port, allowHalfOpen: true });
      this.#adopt(socket);
      await once(socket, 'connect', { signal: ended });
    } else if (this.#socket === undefined && this.#server !== undefined) {
      await once(this.#server, 'connection', { signal: ended });
    }
    // The connection was a foreign one and refused: wait for the next.
    return this.#socket ?? this.open(signal);
  }

  close(): void {
    this.#closing.abort();
    this.#server?.close();
    this.#socket?.destroy();
  }

  /** Stops listening and leaves the connection to end by itself. */
  release(): void {
    this.#server?.close();
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    // A reset before the transfer looks must not be an uncaught error; the transfer finds the socket dead.
    socket.on('error', () => undefined);
  }
}

export interface TransferRequest {
  readonly verb: string;
  readonly argument: string;
  readonly root: Root;
  readonly cwd: string;
  /** Octets to skip, from REST. */
  readonly offset: number;
  /** Permissions that a new file does not get. */
  readonly umask: number;
  readonly data: DataPort;
  readonly signal: AbortSignal;
}

type Source = { readonly kind: 'download'; readonly stream: Readable };
type Sink = { readonly kind: 'upload'; readonly handle: FileHandle; readonly start: number | undefined };

/** Runs one transfer. Throws what `fs` throws before it has begun; afterwards all is said in the replies. */
export async function* transfer(request: TransferRequest): AsyncGenerator<Reply> {
  const { end, opening } = await openFile(request);
  try {
    const socket = await request.data.open(request.signal).catch(() => undefined);
    if (socket === undefined) {
      request.data.close();
      yield request.signal.aborted ? reply(426, 'Transfer aborted.') : reply(425, 'No data connection.');
      return;
    }
    yield reply(150, opening);
    yield await run(end, socket, request.signal);
  } finally {
    // Also where no stream was made over it; closing twice does nothing.
    if (end.kind === 'upload') await end.handle.close().catch(() => undefined);
    else end.stream.destroy();
    request.data.release();
  }
}

async function run(end: Source | Sink, socket: Socket, signal: AbortSignal): Promise<Reply> {
  try {
    if (end.kind === 'download') {
      socket.resume();
      await pipeline(end.stream, socket, { signal });
    } else {
      const { handle, start } = end;
      const options = { highWaterMark: CHUNK };
      await pipeline(socket, handle.createWriteStream(start === undefined ? options : { ...options, start }), {
        signal,
      });
      socket.destroy();
    }
    return reply(226, 'Transfer complete.');
  } catch (error) {
    socket.destroy();
    const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    return full ? reply(452, 'No space left.') : reply(426, 'Transfer broken off.');
  }
}

async function openFile(request: TransferRequest): Promise<{ end: Source | Sink; opening: string }> {
  const { verb, root, cwd, offset, argument, umask } = request;
  const mode = 0o666 & ~umask;
  const opening = `Opening data connection for ${verb}.`;
  switch (verb) {
    case 'RETR': {
      const handle = await open(octetsOf(await root.existing(absolute(cwd, argument))), 'r');
      if (!(await handle.stat()).isFile()) {
        await handle.close();
        throw new Refused('Not a plain file');
      }
      const stream = handle.createReadStream({ start: offset, highWaterMark: CHUNK });
      return { end: { kind: 'download', stream }, opening };
    }
    case 'STOR': {
      const path = await root.target(absolute(cwd, argument));
      const handle = await open(octetsOf(path), offset > 0 ? 'r+' : 'w', mode);
      return { end: { kind: 'upload', handle, start: offset }, opening };
    }
    case 'APPE': {
      const handle = await open(octetsOf(await root.target(absolute(cwd, argument))), 'a', mode);
      return { end: { kind: 'upload', handle, start: undefined }, opening };
    }
    case 'STOU': {
      const name = `${argument === '' ? 'stou' : argument}.${Math.random().toString(36).slice(2, 10)}`;
      const handle = await open(octetsOf(await root.target(absolute(cwd, name))), 'wx', mode);
      // RFC 1123 §4.1.2.9: the name is told in the 150.
      return { end: { kind: 'upload', handle, start: undefined }, opening: `FILE: ${name}` };
    }
    default:
      return { end: { kind: 'download', stream: await openListing(request) }, opening };
  }
}

async function openListing({ verb, argument, root, cwd }: TransferRequest): Promise<Readable> {
  const form: ListForm = verb === 'LIST' ? 'list' : verb === 'NLST' ? 'names' : 'facts';
  // Clients send the options of ls(1); the answer is the same with all of them.
  const path = verb === 'MLSD' ? argument : argument.replace(/^(?:-\S*\s*)+/, '');
  const real = await root.existing(absolute(cwd, path));
  const directory = (await stat(octetsOf(real))).isDirectory();
  if (!directory && verb === 'MLSD') throw new Refused('Not a directory');
  const above = directory ? path : posix.dirname(path);
  const prefix = path === '' || above === '.' ? '' : `${above.replace(/\/$/, '')}/`;
  return Readable.from(listing(real, form, prefix));
}
