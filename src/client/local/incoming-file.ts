/**
 * A file that is being received. It is written under a temporary name beside its target and gets its own name only when it is
 * whole: a part must never be taken for the file.
 */
import { constants } from 'node:fs';
import { lstat, open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { ClientError, interrupted, LocalError } from '../error.js';
import type { Sink } from '../terms.js';
import { adoptAbandoned, forgetRunning, noteRunning } from './abandoned.js';
import { isFileName, nameOfOctets, onDisk, pathOctets } from './local-file.js';
import { claimPart, leavePart, removePart, temporaryPath, type FileIdentity } from './part.js';

export interface IncomingFile {
  /** Octets that are there already, of an earlier download. */
  readonly offset: number;
  /**
   * What of an earlier download was found: this file's, that of another (or of this one before it changed), one that came in
   * clear, or nothing.
   */
  readonly found: 'part' | 'other' | 'unchecked' | 'none';
  readonly sink: Sink;
  /** Gives the file its name, and the time of its last change where that is given. @throws LocalError */
  keep(modified?: Date): Promise<void>;
  /** Leaves what has come for a later download of the same file. Gives whether that could be. Never throws. */
  leave(identity: FileIdentity): Promise<boolean>;
  /** Removes what has come. Never throws. */
  discard(): Promise<void>;
}

/**
 * Where a download goes: `local` if given, the remote name's last part otherwise; into `local` where that is a directory.
 *
 * @param choice - who has chosen the name: behind a symbolic link of a name that the server chose nothing is written
 * @throws ClientError when there is no such place, or it is no regular file
 */
export async function targetOf(remote: string, local: string | undefined, choice: 'user' | 'server'): Promise<string> {
  const name = basename(remote);
  const found = local === undefined ? undefined : await stat(pathOctets(local)).catch(() => undefined);
  const target = local === undefined || found?.isDirectory() === true ? join(local ?? '', name) : local;
  if (target === '' || !isFileName(basename(target))) {
    throw new ClientError('command', `${remote}: not the name of a file.`, {
      hint: 'Name the local file: get REMOTE LOCAL.',
    });
  }
  const there = await lstat(pathOctets(target)).catch(() => undefined);
  const isLink = there?.isSymbolicLink() === true;
  const occupant = isLink && choice === 'user' ? await stat(pathOctets(target)).catch(() => undefined) : there;
  if (occupant === undefined) return target;
  if (occupant.isDirectory()) {
    throw new ClientError('command', `${target} is a folder.`, { hint: 'Name the local file: get REMOTE LOCAL.' });
  }
  if (occupant.isSymbolicLink()) throw new LocalError(`${target} is a symbolic link here.`);
  // Renaming over a device would take it away.
  if (!occupant.isFile()) throw new LocalError(`${target} exists and is not a regular file.`);
  // What a link of the user's leads to is replaced, and not the link.
  return isLink ? nameOfOctets(await realpath(pathOctets(target), { encoding: 'buffer' })) : target;
}

export interface Reception {
  /** What it is the beginning of, should it break off; undefined where nothing of it is to be left. */
  readonly identity: FileIdentity | undefined;
  /** `part`: goes on with what is left of an earlier download of this file, if there is some. */
  readonly from: 'beginning' | 'part';
}

/** Opens the temporary file for a download to `target`. @throws LocalError */
export async function receiveFile(
  target: string,
  reception: Reception = { identity: undefined, from: 'beginning' },
): Promise<IncomingFile> {
  const folder = dirname(target);
  if ((await stat(pathOctets(folder)).catch(() => undefined)) === undefined) {
    throw new LocalError(`There is no folder ${folder}.`);
  }
  const temporary = temporaryPath(target);
  const { file, offset, found } = await openTemporary(target, reception, temporary);
  await keepMode(target, file);
  let end = offset;
  let state: 'open' | 'closing' = 'open';
  // A transfer that was given up may have left one under way: what is cut or closed beside it would become a file with a hole.
  let writing: Promise<void> = Promise.resolve();
  const settled = async (): Promise<void> => {
    state = 'closing';
    await writing.catch(() => undefined);
  };
  const append = async (octets: Uint8Array): Promise<void> => {
    await onDisk(target, () => writeAll(file, octets, end));
    end += octets.length;
  };
  const discard = async (): Promise<void> => {
    await settled();
    await file.close().catch(() => undefined);
    await rm(pathOctets(temporary), { force: true }).catch(() => undefined);
    await forgetRunning(temporary);
  };
  return {
    offset,
    found,
    sink: async (octets) => {
      if (state === 'closing') throw interrupted();
      writing = append(octets);
      await writing;
    },
    keep: async (modified) => {
      await settled();
      await onDisk(target, async () => {
        if (modified !== undefined) await file.utimes(modified, modified);
        await file.close();
        await rename(pathOctets(temporary), pathOctets(target));
      });
      await removePart(target);
      await forgetRunning(temporary);
    },
    leave: async (identity) => {
      await settled();
      try {
        // A write that failed may have written all the same.
        await file.truncate(end);
        await file.close();
        await leavePart(target, identity, temporary);
        await forgetRunning(temporary);
        return true;
      } catch {
        await discard();
        return false;
      }
    },
    discard,
  };
}

interface Opened {
  readonly file: FileHandle;
  readonly offset: number;
  readonly found: IncomingFile['found'];
}

async function openTemporary(target: string, { identity, from }: Reception, temporary: string): Promise<Opened> {
  const path = pathOctets(temporary);
  if (identity !== undefined) {
    await adoptAbandoned(target);
    await noteRunning(temporary, identity);
  }
  const claimed =
    identity === undefined || from === 'beginning' ? 'none' : await claimPart(target, identity, temporary);
  if (identity !== undefined && claimed === 'claimed') {
    // O_NOFOLLOW: in a folder that others may write to, the part may be somebody's link to elsewhere.
    const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW).catch(() => undefined);
    const found = await file?.stat();
    // Another user's octets are no beginning of ours, whatever his note says.
    const isOurs = found?.isFile() === true && found.uid === process.geteuid?.();
    if (file !== undefined && isOurs && found.size <= identity.size) {
      return { file, offset: found.size, found: 'part' };
    }
    await file?.close();
    await rm(path, { force: true }).catch(() => undefined);
  }
  const file = await onDisk(target, () => open(path, 'wx', 0o666)).catch(async (error: unknown) => {
    await forgetRunning(temporary);
    throw error;
  });
  return { file, offset: 0, found: claimed === 'claimed' ? 'none' : claimed };
}

/** Who replaces a file that only he may read does not mean others to read the new one. */
async function keepMode(target: string, file: FileHandle): Promise<void> {
  const replaced = await lstat(pathOctets(target)).catch(() => undefined);
  // Where a file system has no modes, there is none to keep.
  if (replaced?.isFile() === true) await file.chmod(replaced.mode & 0o777).catch(() => undefined);
}

/** write() may take less than it was given. */
async function writeAll(file: FileHandle, octets: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < octets.length;) {
    const { bytesWritten } = await file.write(octets, at, octets.length - at, position + at);
    at += bytesWritten;
  }
}
