/** A file that is being sent. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { LocalError } from '../error.js';
import { onDisk, pathOctets } from './local-file.js';

/** Octets read from a file at once. */
const READ_OCTETS = 65_536;

export interface OutgoingFile {
  /** When it was opened, in octets. */
  readonly size: number;
  readonly modified: Date;
  /** Its octets from there on. */
  from(offset: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a regular file for an upload. @throws LocalError */
export async function sendFile(path: string): Promise<OutgoingFile> {
  // O_NONBLOCK: opening a FIFO must not hang before it can be refused.
  const file = await onDisk(path, () => open(pathOctets(path), constants.O_RDONLY | constants.O_NONBLOCK));
  const close = (): Promise<void> => file.close().catch(() => undefined);
  try {
    const found = await onDisk(path, () => file.stat());
    if (found.isDirectory()) throw new LocalError(`${path} is a folder.`, 'put -r sends it with all that is in it.');
    if (!found.isFile()) throw new LocalError(`${path} is not a regular file.`);
    return { size: found.size, modified: found.mtime, from: (offset) => chunks(path, file, offset), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* chunks(path: string, file: FileHandle, offset: number): AsyncGenerator<Uint8Array> {
  for (let at = offset; ;) {
    // A new buffer each time: the socket may still hold the last one.
    const buffer = Buffer.allocUnsafe(READ_OCTETS);
    const { bytesRead } = await onDisk(path, () => file.read(buffer, 0, READ_OCTETS, at));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
