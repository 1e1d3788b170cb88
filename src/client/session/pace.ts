/**
 * The other end of a transfer on this side: what takes its octets, or gives them. It may take its time, which is no stall of the
 * network's, and it may fail, which is no fault of the server's.
 */
import type { Socket } from 'node:net';
import { localError } from '../error.js';
import type { Sink } from '../terms.js';

/** The sink; while it works, the connection's timeout rests. Rejects with a ClientError. */
export function pacedSink(socket: Socket, sink: Sink): Sink {
  return async (octets) => {
    const { timeout = 0 } = socket;
    socket.setTimeout(0);
    try {
      await sink(octets);
    } catch (error) {
      throw localError(error);
    }
    socket.setTimeout(timeout);
  };
}

/** The source's octets; while they are waited for, the connection's timeout rests. Throws a ClientError. */
export async function* pacedSource(
  socket: Socket,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const { timeout = 0 } = socket;
  socket.setTimeout(0);
  try {
    for await (const chunk of source) {
      socket.setTimeout(timeout);
      yield chunk;
      socket.setTimeout(0);
    }
  } catch (error) {
    throw localError(error);
  }
  socket.setTimeout(timeout);
}
