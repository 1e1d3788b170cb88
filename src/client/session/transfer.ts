/**
 * Transfers, RFC 959 §4.1.3 and RFC 2228 §6. A transfer is whole when its data was whole (a protected one says so in its
 * last block) *and* the server's final reply is 2yz; all else is a failure, whatever arrived. Octets stream: at most a few
 * blocks are held.
 */
import type { Socket } from 'node:net';
import { coderFor, type Coder } from '../../data/coder.js';
import { isCompletion, type Reply } from '../../wire/reply.js';
import type { ClientEngine } from '../engine/engine.js';
import type { Connection } from './connection.js';
import { reset, type DataConnection, type DataConnector } from './data-connection.js';
import { deferred } from './deferred.js';
import { ClientError, LocalError, refusedCommand, StalledError } from '../error.js';
import type { Pending } from './pending.js';
import { BrokenConnection, chunksOf } from './socket-reader.js';

export interface TransferRequest {
  /** RETR, LIST, STOR … */
  readonly verb: string;
  readonly argument?: string | undefined;
  /** RFC 3659 §5: the data begins here in the file, in octets. */
  readonly offset?: number | undefined;
  /** Aborts: ABOR is sent, and what has come is worth nothing. */
  readonly signal?: AbortSignal | undefined;
}

export interface TransferResult {
  /** Octets of file data. */
  readonly octets: number;
  /** The final reply, 2yz. */
  readonly reply: Reply;
}

/** Takes octets in order; resolves when it can take more. What it cannot take it rejects with a LocalError. */
export type Sink = (octets: Uint8Array) => Promise<void>;

/** From the server to `sink`. @throws ClientError unless the whole of it came */
export async function download(
  connection: Connection,
  connector: DataConnector,
  request: TransferRequest,
  sink: Sink,
): Promise<TransferResult> {
  // The coder is named from the gateway's side, to which opening blocks is an upload.
  const opening = (engine: ClientEngine): Coder => coderFor({ direction: 'upload', opener: engine.opener() });
  return run(connection, connector, request, opening, async (socket, coder) => {
    try {
      for await (const chunk of chunksOf(socket)) await write(coder.push(chunk), sink);
      await write(coder.finish(), sink);
    } catch (error) {
      if (!(error instanceof BrokenConnection)) throw error;
      // A reset behind the last block takes nothing away.
      if (!coder.complete) throw broken();
    }
    return coder.octets;
  });
}

async function write(out: ReturnType<Coder['push']>, sink: Sink): Promise<void> {
  if (!out.ok) throw dataFailure(out.error);
  for (const piece of out.value) await sink(piece);
}

function dataFailure(cause: 'check-failed' | 'truncated'): ClientError {
  switch (cause) {
    case 'check-failed':
      return new ClientError(
        'security',
        'A block of data failed its check: it was changed, repeated or left out on its way.',
        {
          hint: 'Connect again from a network you trust.',
        },
      );
    case 'truncated':
      return new ClientError('command', 'The data ended before its last block.', {
        hint: 'Try again.',
      });
  }
}

/**
 * From `source`, whose errors are LocalErrors, to the server.
 * @throws ClientError unless the server says that it has stored all of it
 */
export async function upload(
  connection: Connection,
  connector: DataConnector,
  request: TransferRequest,
  source: AsyncIterable<Uint8Array>,
): Promise<TransferResult> {
  const sealing = (engine: ClientEngine): Coder => coderFor({ direction: 'download', sealer: engine.sealer() });
  const sent = { octets: 0 };
  const sending = run(connection, connector, request, sealing, async (socket, coder) => {
    // What the server sends here means nothing; reading it is how its close is noticed.
    socket.resume();
    for await (const chunk of source) {
      sent.octets += chunk.length;
      await send(socket, coder.push(chunk));
    }
    await send(socket, coder.finish());
    await new Promise<void>((resolve, reject) => {
      // Not end()'s callback: that one also runs when the connection is destroyed instead.
      socket.once('finish', resolve);
      socket.once('close', () => reject(broken()));
      socket.end();
    });
    return coder.octets;
  });
  return sending.catch((error: unknown) => {
    // FTP cannot take back what was sent.
    if (error instanceof ClientError && sent.octets > 0) error.advise('The server may have kept a part of the file.');
    throw error;
  });
}

async function send(socket: Socket, out: ReturnType<Coder['push']>): Promise<void> {
  if (!out.ok) throw usedUp();
  if (socket.destroyed) throw broken();
  let flowing = true;
  for (const piece of out.value) flowing = socket.write(piece);
  if (flowing) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (): void => {
      socket.off('drain', settle);
      socket.off('close', settle);
      if (socket.destroyed) reject(broken());
      else resolve();
    };
    socket.on('drain', settle);
    socket.on('close', settle);
  });
}

const usedUp = (): ClientError =>
  new ClientError('command', 'This session has sent as many blocks as it can.', { hint: 'Connect again.' });

const broken = (): ClientError => new ClientError('command', 'The data connection broke.', { hint: 'Try again.' });

/** The course that both directions share: connection, command, data, final reply. */
async function run(
  connection: Connection,
  connector: DataConnector,
  { verb, argument, offset, signal }: TransferRequest,
  coderOf: (engine: ClientEngine) => Coder,
  move: (socket: Socket, coder: Coder) => Promise<number>,
): Promise<TransferResult> {
  throwIfAborted(signal);
  const data = await connector.open();
  let pending: Pending;
  let coder: Coder;
  try {
    if (offset !== undefined && offset > 0) await restartAt(connection, offset);
    pending = connection.begin({ verb, argument });
    // Now, and not when there is data: a session that has ended by then has no keys any more, and nothing may go in clear for that.
    coder = coderOf(connection.engine);
  } catch (error) {
    data.discard();
    throw error;
  }
  let aborted: Pending | undefined;
  const abort = (): void => {
    // ABOR goes first, so that the server does not take the broken connection for the end of the file.
    if (connection.isOpen) aborted = connection.begin({ verb: 'ABOR', argument: undefined });
    data.discard();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await settle(
      connection,
      data,
      pending,
      (socket) => move(socket, coder),
      argument ?? (verb === 'LIST' ? 'ls' : verb),
    );
  } catch (error) {
    if (aborted === undefined) throw error;
    throw new ClientError('command', 'Interrupted: the transfer was aborted.');
  } finally {
    signal?.removeEventListener('abort', abort);
    // The listing of replies stays in step: ABOR has one of its own.
    if (aborted !== undefined && connection.isOpen) await connection.settleGivenUp(aborted);
    connection.engine.endTransfer();
  }
}

/** REST, which has to stand right before the transfer command (RFC 3659 §5.1). */
async function restartAt(connection: Connection, offset: number): Promise<void> {
  const reply = await connection.command('REST', String(offset));
  if (reply.code !== 350) throw refusedCommand(`REST ${offset}`, reply, 'This server cannot resume: send it whole.');
}

async function settle(
  connection: Connection,
  data: DataConnection,
  pending: Pending,
  move: (socket: Socket) => Promise<number>,
  name: string,
): Promise<TransferResult> {
  // A refusal ends the wait for data: there will be none, or what there is, is not whole.
  const refused = pending.final.then((reply) => {
    if (!isCompletion(reply)) throw refusedCommand(name, reply);
  });
  refused.catch(() => undefined);
  const unlessRefused = <T>(work: Promise<T>): Promise<T> => Promise.race([work, refused.then(() => work)]);
  try {
    await connection.firstReply(pending);
    const socket = await unlessRefused(data.connected());
    const octets = await unlessRefused(watched(socket, connection, pending, move));
    const reply = await connection.settle(pending);
    await refused;
    // An upload's connection may linger until the server closes it; nothing of it is wanted any more.
    socket.destroy();
    return { octets, reply };
  } catch (error) {
    data.discard();
    // A failed check ends the session: somebody has been at the data connection.
    if (error instanceof ClientError && error.kind === 'security') connection.fail(error);
    if (error instanceof LocalError || error instanceof StalledError) {
      await connection.settleGivenUp(pending);
      throw error;
    }
    // What the server says of it, or what ended the session, is more than what a broken data connection says.
    await connection.settle(pending);
    await refused;
    throw error;
  }
}

/** The transfer, broken off when nothing moves for too long or the session ends. */
async function watched(
  socket: Socket,
  connection: Connection,
  pending: Pending,
  move: (socket: Socket) => Promise<number>,
): Promise<number> {
  const { stall } = connection.timeouts;
  const stalled = deferred<never>();
  socket.setTimeout(stall, () => {
    const what = `The transfer stalled: nothing moved on the data connection for ${stall / 1000} s.`;
    stalled.reject(
      new StalledError(what, 'Try again; if a firewall is in the way, passive on or passive off may help.'),
    );
    reset(socket);
  });
  const moving = move(socket);
  const gone = connection.failed.catch(async (error: unknown) => {
    // A server that says 421 behind its 226 takes nothing back: what it has sent may still be on its way here.
    if (await isSettledWhole(pending)) return moving;
    reset(socket);
    throw error;
  });
  try {
    return await Promise.race([moving, stalled.promise, gone]);
  } finally {
    socket.setTimeout(0);
  }
}

/** Whether the final reply is here already, and says that the transfer is whole. */
async function isSettledWhole(pending: Pending): Promise<boolean> {
  const whole = pending.final.then(isCompletion, () => false);
  const notYet = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([whole, notYet]);
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ClientError('command', 'Interrupted.');
}
