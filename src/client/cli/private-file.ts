/** Files that hold passwords. */
import { open } from 'node:fs/promises';
import { ClientError } from '../error.js';
import { reasonOf } from '../local/local-file.js';

export interface PrivateFile {
  readonly text: string;
  /** Whether others than the owner can read it. */
  readonly isShared: boolean;
}

/** The most that is read, in octets. */
const MAX_PRIVATE_FILE = 1024 * 1024;

/**
 * Undefined where there is no such file.
 *
 * @param what - what is in it, for the message
 * @throws ClientError of kind `usage` when it cannot be read
 */
export async function readPrivateFile(path: string, what: string): Promise<PrivateFile | undefined> {
  try {
    const file = await open(path);
    try {
      const { mode } = await file.stat();
      const buffer = Buffer.alloc(MAX_PRIVATE_FILE);
      // A pipe, as of `--password-file <(pass show ftp)`, has no size and may come in pieces.
      let filled = 0;
      for (let read = 1; read > 0 && filled < buffer.length; filled += read) {
        ({ bytesRead: read } = await file.read(buffer, filled, buffer.length - filled));
      }
      const text = buffer.toString('utf8', 0, filled);
      buffer.fill(0, 0, filled);
      return { text, isShared: (mode & 0o077) !== 0 };
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ClientError('usage', `${what} cannot be read from ${path}: ${reasonOf(error)}.`);
  }
}
