/**
 * Transfers, RFC 959 §4.1.3 and RFC 2228 §6. A transfer is whole when its data was whole (a protected one says so in its
 * last block) *and* the server's final reply is 2yz; all else is a failure, whatever arrived. Octets stream: at most a few
 * blocks are held.
 */
import type { Socket } from 'node:net';
import { coderFor, type Coder } from '../../data/coder.js';
import { isCompletion } from '../../wire/reply.js';
import type { ClientEngine } from '../engine/engine.js';
import type { Connection } from './connection.js';
import type { DataConnection, DataConnector } from './data-connection.js';
import { deferred } from './deferred.js';
import {
  ClientError,
  interrupted,
  LocalError,
  refusedCommand,
  StalledError,
  throwIfAborted,
  withAdvice,
} from '../error.js';
import { hintOfReply } from '../hints.js';
import { pacedSink, pacedSource } from './pace.js';
import type { Pending } from './pending.js';
import { nameFromWire } from '../remote-name.js';
import { BrokenConnection, chunksOf } from './socket-reader.js';
import { endWritten, writeAll } from './socket-writer.js';
import type { Sink, TransferResult } from '../terms.js';
import { watched } from './watch.js';

export interface TransferRequest {
  /** RETR, LIST, STOR … */
  readonly verb: string;
  /** As the wire has it. */
  readonly argument?: string | undefined;
  /** RFC 3659 §5: the data begins here in the file, in octets. */
  readonly offset?: number | undefined;
  /** Aborts: ABOR is sent, the data connection is reset, and what has come is worth nothing. */
  readonly signal?: AbortSignal | undefined;
}

/** From the server to `sink`. @throws ClientError unless the whole of it came */
export async function download(
  connection: Connection,
  connector: DataConnector,
  request: TransferRequest,
  sink: Sink,
): Promise<TransferResult> {
  // The coder is named from the gateway's side, to which opening blocks is an upload.
  const opening = (engine: ClientEngine): Coder => coderFor({ direction: 'upload', opener: engine.opener() });
  // What takes the octets may never come back, so a transfer that is given up does not wait for it; nor does it get any more.
  let state: 'running' | 'over' = 'running';
  const whileRunning: Sink = async (octets) => {
    if (state === 'over') throw broken();
    await sink(octets);
  };
  const receiving = run(connection, connector, request, opening, async (socket, coder) => {
    try {
      const taken = pacedSink(socket, whileRunning);
      for await (const chunk of chunksOf(socket)) await write(coder.push(chunk), taken);
      await write(coder.finish(), taken);
    } catch (error) {
      if (!(error instanceof BrokenConnection)) throw error;
      // A reset behind the last block takes nothing away.
      if (!coder.complete) throw broken();
    }
    return coder.octets;
  });
  return receiving.finally(() => (state = 'over'));
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
        { code: 'check-failed', hint: 'Connect again from a network you trust.' },
      );
    case 'truncated':
      return new ClientError('command', 'The data ended before its last block.', {
        code: 'incomplete',
        hint: 'Try again.',
      });
  }
}

/**
 * From `source` to the server.
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
    try {
      for await (const chunk of pacedSource(socket, source)) {
        sent.octets += chunk.length;
        await writeAll(socket, sealed(coder.push(chunk)));
      }
      await writeAll(socket, sealed(coder.finish()));
      await endWritten(socket);
    } catch (error) {
      throw error instanceof BrokenConnection ? broken() : error;
    }
    return coder.octets;
  });
  return sending.catch((error: unknown) => {
    // FTP cannot take back what was sent.
    if (!(error instanceof ClientError) || sent.octets === 0) throw error;
    throw withAdvice(error, 'The server may have kept a part of the file.');
  });
}

function sealed(out: ReturnType<Coder['push']>): readonly Uint8Array[] {
  if (out.ok) return out.value;
  throw new ClientError('command', 'This session has sent as many blocks as it can.', {
    code: 'sequence-used-up',
    hint: 'Connect again.',
  });
}

const broken = (): ClientError =>
  new ClientError('command', 'The data connection broke.', { code: 'incomplete', hint: 'Try again.' });

/** The course that both directions share: connection, command, data, final reply. */
async function run(
  connection: Connection,
  connector: DataConnector,
  request: TransferRequest,
  coderOf: (engine: ClientEngine) => Coder,
  move: (socket: Socket, coder: Coder) => Promise<number>,
): Promise<TransferResult> {
  const { verb, argument, signal } = request;
  const data = await connector.open(signal);
  const { pending, coder } = await begin(connection, request, coderOf).catch((error: unknown) => {
    data.discard();
    throw error;
  });
  const stopped = deferred<never>();
  let aborted: Pending | undefined;
  const abort = (): void => {
    // ABOR goes first, so that the server does not take the broken connection for the end of the file.
    if (connection.isOpen) aborted = connection.begin({ verb: 'ABOR', argument: undefined });
    data.discard();
    stopped.reject(interrupted('Interrupted: the transfer was aborted.'));
  };
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    return await settle({
      connection,
      data,
      pending,
      stopped: stopped.promise,
      move: (socket) => move(socket, coder),
      verb,
      name: argument === undefined ? (verb === 'LIST' ? 'ls' : verb) : nameFromWire(argument),
    });
  } catch (error) {
    if (aborted === undefined) throw error;
    return await stopped.promise;
  } finally {
    signal?.removeEventListener('abort', abort);
    // The listing of replies stays in step: ABOR has one of its own.
    if (aborted !== undefined && connection.isOpen) await connection.settleGivenUp(aborted);
    connection.engine.endTransfer();
  }
}

interface Begun {
  readonly pending: Pending;
  readonly coder: Coder;
}

/** The transfer command, with REST right before it (RFC 3659 §5.1). */
async function begin(
  connection: Connection,
  { verb, argument, offset = 0, signal }: TransferRequest,
  coderOf: (engine: ClientEngine) => Coder,
): Promise<Begun> {
  // The coder now, and not when there is data: a session that has ended by then has no keys any more, and nothing may go in clear
  // for that.
  const now = (): Begun => ({ pending: connection.begin({ verb, argument }), coder: coderOf(connection.engine) });
  if (offset === 0) return now();
  const reply = await connection.command('REST', String(offset));
  if (reply.code !== 350) throw refusedCommand(`REST ${offset}`, reply, 'This server cannot resume: send it whole.');
  try {
    throwIfAborted(signal);
    return now();
  } catch (error) {
    // Servers keep the offset for the next transfer, whatever comes between.
    await connection.command('REST', '0').catch(() => undefined);
    throw error;
  }
}

interface Running {
  readonly connection: Connection;
  readonly data: DataConnection;
  readonly pending: Pending;
  /** Rejects when the transfer was aborted: what takes or gives the octets may never come back. */
  readonly stopped: Promise<never>;
  readonly move: (socket: Socket) => Promise<number>;
  readonly verb: string;
  /** What the user calls it. */
  readonly name: string;
}

async function settle({ connection, data, pending, stopped, move, verb, name }: Running): Promise<TransferResult> {
  // A refusal ends the wait for data: there will be none, or what there is, is not whole.
  const refused = pending.final.then((reply) => {
    if (!isCompletion(reply)) throw refusedCommand(name, reply, hintOfReply(reply, verb));
  });
  refused.catch(() => undefined);
  const unlessRefused = <T>(work: Promise<T>): Promise<T> => Promise.race([work, stopped, refused.then(() => work)]);
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
    const isOurs = error instanceof ClientError && error.code === 'interrupted';
    if (isOurs || error instanceof LocalError || error instanceof StalledError) {
      await connection.settleGivenUp(pending);
      throw error;
    }
    // What the server says of it, or what ended the session, is more than what a broken data connection says.
    await connection.settle(pending);
    await refused;
    throw error;
  }
}
