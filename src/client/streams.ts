/**
 * Transfers as streams of Node. A stream is at its end only when the transfer is: all octets have come, or are stored, and the
 * server has said so. Destroying a stream aborts its transfer, and `close` comes when that is over and the session is free.
 */
import { Readable, Writable } from 'node:stream';
import { interrupted } from './error.js';
import { deferred, type Deferred } from './session/deferred.js';
import type { Sink } from './terms.js';

/** Begins a transfer. Rejects with a ClientError. */
type Receive = (sink: Sink, signal: AbortSignal) => Promise<unknown>;
type Send = (source: AsyncIterable<Uint8Array>, signal: AbortSignal) => Promise<unknown>;

/** Octets written at once are joined up to here: a block of its own for each small piece would cost much. */
const WRITABLE_OCTETS = 65_536;

/** What `receive` gives. */
export function readableOf(receive: Receive, signal: AbortSignal | undefined): Readable {
  const aborting = abortingWith(signal);
  let wanted = deferred<undefined>();
  const readable = new Readable({
    read: () => wanted.resolve(undefined),
    destroy: (error, done) => {
      aborting.abort();
      wanted.reject(interrupted());
      void over.then(() => done(error));
    },
  });
  const sink: Sink = async (octets) => {
    if (readable.destroyed) throw interrupted();
    wanted = deferred();
    if (!readable.push(octets)) await wanted.promise;
  };
  const over = receive(sink, aborting.signal).then(
    () => void readable.push(null),
    (error: unknown) => void readable.destroy(error as Error),
  );
  return readable;
}

/** Octets that were written, and what to tell when they can be followed by others. */
interface Written {
  readonly octets: Uint8Array;
  readonly done: () => void;
}

/** What `send` takes. */
export function writableOf(send: Send, signal: AbortSignal | undefined): Writable {
  const aborting = abortingWith(signal);
  let next: Deferred<Written | 'end'> = deferred();
  const written = (octets: Uint8Array, done: () => void): void => next.resolve({ octets, done });
  const writable = new Writable({
    highWaterMark: WRITABLE_OCTETS,
    write: (chunk: Buffer, _encoding, done) => written(chunk, done),
    writev: (chunks, done) => written(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done),
    final: (done) => {
      next.resolve('end');
      over.then(() => done(), done);
    },
    destroy: (error, done) => {
      aborting.abort();
      next.reject(interrupted());
      void over.catch(() => undefined).then(() => done(error));
    },
  });
  async function* source(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const given = await next.promise;
      if (given === 'end') return;
      next = deferred();
      yield given.octets;
      given.done();
    }
  }
  const over = send(source(), aborting.signal);
  over.catch((error: unknown) => writable.destroy(error as Error));
  return writable;
}

/** Aborts when the signal does, too. */
function abortingWith(signal: AbortSignal | undefined): AbortController {
  const aborting = new AbortController();
  const abort = (): void => aborting.abort();
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true, signal: aborting.signal });
  return aborting;
}
