/** Changes what a socket of this process reads: data connections of a protected session, whose ports no relay can know. */
import { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What becomes of a chunk: other octets, and whether the connection seems to end behind them. */
export interface Tampered {
  readonly octets: Uint8Array;
  readonly ends?: boolean;
}

/**
 * Changes the first chunk that `is` picks.
 *
 * @param is - told apart by what is in it: everybody's sockets are in this process
 */
export function tamperOnce(is: (chunk: Uint8Array) => boolean, change: (chunk: Uint8Array) => Tampered): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { push } = Socket.prototype;
  const restore = (): void => void (Socket.prototype.push = push);
  Socket.prototype.push = function (chunk: unknown, encoding?: BufferEncoding): boolean {
    if (!(chunk instanceof Uint8Array) || !is(chunk)) return push.call(this, chunk, encoding);
    restore();
    const { octets, ends } = change(Uint8Array.from(chunk));
    const more = push.call(this, Buffer.from(octets), encoding);
    return ends === true ? push.call(this, null) : more;
  };
  onTestFinished(restore);
}
