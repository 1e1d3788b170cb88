/**
 * Names and failures on this side. A path here is written as names on the server are (remote-name.ts): octets that are not
 * UTF-8 come and go unharmed, which Node's own texts would not let them.
 */
import { systemRandom } from '../../crypto/random.js';
import { LocalError } from '../error.js';
import { nameFromWire, nameToWire } from '../remote-name.js';

/** A path as the file system takes it. */
export const pathOctets = (path: string): Buffer => Buffer.from(nameToWire(path), 'latin1');

/** A name as the file system gives it. */
export const nameOfOctets = (octets: Buffer): string => nameFromWire(octets.toString('latin1'));

/**
 * Whether a name that somebody else chose is that of one file in one directory: put behind a path, it cannot lead out of it.
 */
export const isFileName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);

/** What a temporary file is told from others by. */
export const randomName = (): string => Buffer.from(systemRandom(6)).toString('hex');

/** Does something with a file. @throws LocalError that names the path and says why */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LocalError) throw error;
    throw new LocalError(`${path}: ${reasonOf(error)}.`, adviceOf(error));
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
  EEXIST: 'it is there already',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link',
  ENOTDIR: 'a part of the path is not a folder',
  ENOTEMPTY: 'the folder is not empty',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
};

/** Why the file system said no, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

const ROOM = 'Make room there, or name another place.';
const PERMISSION = 'Check the permissions, or name another place.';

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'Check the name.',
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EROFS: PERMISSION,
  ENOSPC: ROOM,
  EDQUOT: ROOM,
  EFBIG: 'Name a place that takes files of this size, or raise the limit (ulimit -f).',
  EIO: 'Name a place on another disk.',
  EISDIR: 'Name a file.',
  ENOTDIR: 'Check the name.',
  ENAMETOOLONG: 'Name a shorter one.',
};

/** What to do next where the file system said no. */
export const adviceOf = (error: unknown): string | undefined => ADVICE[(error as NodeJS.ErrnoException).code ?? ''];
