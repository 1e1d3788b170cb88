/**
 * Looks at what has arrived on a socket without reading it: recv(2) with MSG_PEEK, which Node does not offer. The one place where
 * a foreign function is called; koffi is an optional dependency and is loaded only for listeners that need it.
 */
import type { Socket } from 'node:net';
import { err, ok, type Result } from '../../lib/result.js';

/** Of Linux, on every architecture. */
const MSG_PEEK = 0x02;
const MSG_DONTWAIT = 0x40;
const F_SETFL = 4;
const F_GETFL = 3;
const O_NONBLOCK = 0o4000;

/** What is there: octets; nothing yet; the end of what the peer sends; or the connection is broken. */
export type Received =
  | { readonly kind: 'octets'; readonly octets: Buffer }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken'; readonly why: string };

export interface Peeker {
  /** At most `length` octets, which stay where they are. Does not wait. */
  peek(descriptor: number, length: number): Received;
  /** The same, taken out. */
  take(descriptor: number, length: number): Received;
  /** Has reads and writes wait again, as a program that replaces this one expects. */
  setBlocking(descriptor: number): void;
  /** Makes one descriptor another name of a connection. */
  duplicate(descriptor: number, as: number): void;
}

/** Fails with what this platform lacks. */
export async function loadPeeker(): Promise<Result<Peeker, string>> {
  if (process.platform !== 'linux') return err(`this needs Linux, and here is ${process.platform}`);
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(null);
    const recv = library.func('long recv(int descriptor, _Out_ void *octets, size_t length, int flags)') as (
      ...values: [number, Buffer, number, number]
    ) => number;
    const fcntl = library.func('int fcntl(int descriptor, int command, int value)') as (
      ...values: [number, number, number]
    ) => number;
    const dup2 = library.func('int dup2(int descriptor, int as)') as (...values: [number, number]) => number;
    const { EAGAIN, EINTR } = koffi.os.errno;
    const receive = (descriptor: number, length: number, flags: number): Received => {
      const octets = Buffer.alloc(length);
      const count = recv(descriptor, octets, length, flags | MSG_DONTWAIT);
      if (count > 0) return { kind: 'octets', octets: octets.subarray(0, count) };
      if (count === 0) return { kind: 'end' };
      const code = koffi.errno();
      if (code === EAGAIN || code === EINTR) return { kind: 'nothing' };
      return { kind: 'broken', why: `recv: errno ${code}` };
    };
    return ok({
      peek: (descriptor, length) => receive(descriptor, length, MSG_PEEK),
      take: (descriptor, length) => receive(descriptor, length, 0),
      setBlocking: (descriptor) => {
        fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) & ~O_NONBLOCK);
      },
      duplicate: (descriptor, as) => {
        dup2(descriptor, as);
      },
    });
  } catch (error) {
    return err(
      `this needs the optional package koffi, which cannot be loaded here (${(error as Error).message.split('\n')[0] ?? ''})`,
    );
  }
}

/** The descriptor of a socket. Node keeps it for itself; undefined once the socket is gone. */
export function descriptorOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}
