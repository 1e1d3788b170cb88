/**
 * Files on this side. A download is written under a temporary name beside its target and gets its own name only when it is
 * whole: a part must never be taken for the file.
 */
import { constants } from 'node:fs';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemRandom } from '../../crypto/random.js';
import { ClientError, LocalError } from '../error.js';
import type { Sink } from '../session/transfer.js';

/** Octets read from a file at once. */
const READ_OCTETS = 65_536;

/** A file that is being received. */
export interface IncomingFile {
  readonly sink: Sink;
  /** Gives the file its name. @throws LocalError */
  keep(): Promise<void>;
  /** Removes what has come. Never throws. */
  discard(): Promise<void>;
}

/**
 * Where a download goes: `local` if given, the remote name's last part otherwise; into `local` where that is a directory.
 * @throws ClientError when there is no such place, or it is no regular file
 */
export async function targetOf(remote: string, local: string | undefined): Promise<string> {
  const name = basename(remote);
  const path = local ?? name;
  const found = await stat(path).catch(() => undefined);
  const target = found?.isDirectory() === true ? join(path, name) : path;
  const occupant = target === path ? found : await stat(target).catch(() => undefined);
  if (target === '' || ['', '.', '..'].includes(basename(target))) {
    throw new ClientError('command', `${remote}: not the name of a file.`, {
      hint: 'Name the local file: get REMOTE LOCAL.',
    });
  }
  if (occupant === undefined) return target;
  if (occupant.isDirectory()) {
    throw new ClientError('command', `${target} is a folder.`, { hint: 'Name the local file: get REMOTE LOCAL.' });
  }
  // Renaming over a device would take it away.
  if (!occupant.isFile()) throw new LocalError(`${target} exists and is not a regular file.`);
  return realpath(target);
}

/** Opens the temporary file for a download to `target`. @throws LocalError */
export async function receiveFile(target: string): Promise<IncomingFile> {
  const folder = dirname(target);
  if ((await stat(folder).catch(() => undefined)) === undefined) throw new LocalError(`There is no folder ${folder}.`);
  const temporary = join(folder, `.${basename(target).slice(0, 200)}.sftpc-${randomName()}`);
  const file = await local(target, () => open(temporary, 'wx', 0o666));
  const discard = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
  };
  return {
    sink: async (octets) => {
      await local(target, () => writeAll(file, octets));
    },
    keep: async () => {
      await local(target, async () => {
        await file.close();
        await rename(temporary, target);
      });
    },
    discard,
  };
}

/** What a temporary file is told from others by. */
export const randomName = (): string => Buffer.from(systemRandom(6)).toString('hex');

/** write() may take less than it was given. */
async function writeAll(file: FileHandle, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length;) {
    const { bytesWritten } = await file.write(octets, at, octets.length - at);
    at += bytesWritten;
  }
}

/** Opens a regular file for an upload. @throws LocalError */
export async function sendFile(
  path: string,
): Promise<{ readonly source: AsyncIterable<Uint8Array>; close(): Promise<void> }> {
  // O_NONBLOCK: opening a FIFO must not hang before it can be refused.
  const file = await local(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  const found = await local(path, () => file.stat());
  if (!found.isFile()) {
    await file.close();
    throw new LocalError(`${path} is ${found.isDirectory() ? 'a folder' : 'not a regular file'}.`);
  }
  return { source: chunks(path, file), close: () => file.close() };
}

async function* chunks(path: string, file: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    // A new buffer each time: the socket may still hold the last one.
    const buffer = Buffer.allocUnsafe(READ_OCTETS);
    const { bytesRead } = await local(path, () => file.read(buffer, 0, READ_OCTETS));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function local<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new LocalError(`${path}: ${reasonOf(error)}.`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOSPC: 'no space is left on the disk',
  EFBIG: 'a file this large is not allowed here',
  EIO: 'the disk has failed',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
};

/** Why the file system said no, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}
