/**
 * The octets of a data connection, one chunk at a time, and how it ended: in stream mode (RFC 959 §3.4) a clean end says that
 * the file is whole, so a reset must never pass for one. Node alone does not keep the two apart, see wasReset().
 */
import type { Socket } from 'node:net';

/** Thrown when the connection ends otherwise than by the peer's orderly end. */
export class BrokenConnection extends Error {}

/** Reads to the peer's end. Only one chunk is held; the socket is paused while it is looked at. */
export async function* chunksOf(socket: Socket): AsyncGenerator<Uint8Array, void, void> {
  const queue: Uint8Array[] = [];
  let state: 'open' | 'ended' | 'broken' = socket.readableEnded ? 'ended' : socket.destroyed ? 'broken' : 'open';
  let wake: () => void = () => undefined;
  const data = (chunk: Uint8Array): void => {
    queue.push(chunk);
    socket.pause();
    wake();
  };
  const end = (): void => {
    state = wasReset(socket) ? 'broken' : 'ended';
    wake();
  };
  const close = (): void => {
    if (state === 'open') state = 'broken';
    wake();
  };
  socket.on('data', data).on('end', end).on('close', close);
  try {
    for (;;) {
      const chunk = queue.shift();
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      if (reached(state, 'ended')) return;
      if (reached(state, 'broken')) throw new BrokenConnection();
      const woken = new Promise<void>((resolve) => (wake = resolve));
      socket.resume();
      await woken;
    }
  } finally {
    socket.off('data', data).off('end', end).off('close', close);
  }
}

/** The state changes in listeners, which the compiler does not see. */
const reached = (state: string, wanted: string): boolean => state === wanted;

/**
 * Whether the connection that has just ended was in fact reset. When a reset arrives together with the last octets, libuv
 * (uv__stream_io: POLLHUP after a partial read) reports an end of file in place of ECONNRESET. The kernel knows better: a
 * connection that was reset has no peer any more, one that was closed in good order still has. `remoteAddress` would do but
 * remembers an earlier answer, hence the handle.
 */
export function wasReset(socket: Socket): boolean {
  const { _handle: handle } = socket as { readonly _handle?: { getpeername?(out: object): number } | null };
  const answer = handle?.getpeername?.({});
  return answer !== undefined && answer !== 0;
}
