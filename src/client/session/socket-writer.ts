/** Octets into a data connection, and its orderly end, which in stream mode (RFC 959 §3.4) says that the file is whole. */
import type { Socket } from 'node:net';
import { BrokenConnection } from './socket-reader.js';

/** Writes in order; resolves when the socket can take more. @throws BrokenConnection */
export async function writeAll(socket: Socket, pieces: readonly Uint8Array[]): Promise<void> {
  if (socket.destroyed) throw new BrokenConnection();
  let flowing = true;
  for (const piece of pieces) flowing = socket.write(piece);
  if (flowing) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (): void => {
      socket.off('drain', settle);
      socket.off('close', settle);
      if (socket.destroyed) reject(new BrokenConnection());
      else resolve();
    };
    socket.on('drain', settle);
    socket.on('close', settle);
  });
}

/** Ends what is written once all of it is on its way. @throws BrokenConnection */
export async function endWritten(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // Not end()'s callback: that one also runs when the connection is destroyed instead.
    socket.once('finish', resolve);
    socket.once('close', () => reject(new BrokenConnection()));
    socket.end();
  });
}
