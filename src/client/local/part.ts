/**
 * Temporary files of downloads, all hidden and beside their target. While a download runs it writes to a name of its own,
 * `.NAME.sftpc-` and twelve digits, so that two programs never write to one file. What is left of a download that broke off, and
 * can be resumed, gets the name that everybody finds, `.NAME.sftpc-part`; a note beside it says of which file it is the beginning.
 * Where nothing could be left in order, since the process was killed, see abandoned.ts.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathOctets, randomName } from './local-file.js';

/** What tells a file on the server from another one, and from what it was before it was changed. */
export interface FileIdentity {
  /** Without a path: that may be written in many ways. */
  readonly name: string;
  /** In octets. */
  readonly size: number;
  /** Without it nothing would tell a changed file of the same size. */
  readonly modified: Date;
  /** `checked`: under S or P. What came in clear, anybody on the network may have made up. */
  readonly data: 'clear' | 'checked';
}

/** Octets of a file's name that its temporary names repeat; with what is put around them they keep to the 255 of file systems. */
const MAX_REPEATED = 200;

/** What the name of a note has behind that of its file. */
export const NOTE = '.json';

/** Whether a name is that of a temporary file of sftpc: no part of any tree. */
export const isTemporaryName = (name: string): boolean => /^\..+\.sftpc-(?:part|[0-9a-f]{12})(?:\.json)?$/s.test(name);

/** Where a download to `target` is written while it runs. */
export const temporaryPath = (target: string): string => hidden(target, randomName());

/** Tells the names that temporaryPath() gives for a target, without their folder. */
export function temporaryNames(target: string): (name: string) => boolean {
  const beginning = basename(hidden(target, ''));
  return (name) => name.startsWith(beginning) && /^[0-9a-f]{12}$/.test(name.slice(beginning.length));
}

const partPath = (target: string): string => hidden(target, 'part');

function hidden(target: string, suffix: string): string {
  return join(dirname(target), `.${shortened(basename(target))}.sftpc-${suffix}`);
}

function shortened(name: string): string {
  const chars = Array.from(name);
  while (pathOctets(chars.join('')).length > MAX_REPEATED) chars.pop();
  return chars.join('');
}

export type Claim = 'claimed' | 'other' | 'unchecked' | 'none';

/**
 * Takes what is left of an earlier download of this file, for this process alone: it has the name `temporary` from here on.
 * `other`: what is left is of another file, or of an older state of this one, and no beginning of it. `unchecked`: it came in
 * clear, and this file does not.
 */
export async function claimPart(target: string, identity: FileIdentity, temporary: string): Promise<Claim> {
  const part = partPath(target);
  const note = await readNote(`${part}${NOTE}`);
  if (note === undefined) return 'none';
  if (identity.data === 'checked' && note === noteOf({ ...identity, data: 'clear' })) return 'unchecked';
  if (note !== noteOf(identity) && note !== noteOf({ ...identity, data: 'checked' })) return 'other';
  try {
    // The file first: who finds the note alone begins anew.
    await rename(pathOctets(part), pathOctets(temporary));
    await rm(pathOctets(`${part}${NOTE}`), { force: true });
    return 'claimed';
  } catch {
    return 'none';
  }
}

/** Whether a download to `target` that broke off has left something. */
export const isPartThere = (target: string): Promise<boolean> =>
  readNote(`${partPath(target)}${NOTE}`).then((note) => note !== undefined);

/** Leaves what has come for a later download. Rejects with what the file system says. */
export async function leavePart(target: string, identity: FileIdentity, temporary: string): Promise<void> {
  const part = partPath(target);
  // Never an older part beside the new note.
  await rm(pathOctets(part), { force: true });
  await rm(pathOctets(`${part}${NOTE}`), { force: true });
  await writeFile(pathOctets(`${part}${NOTE}`), noteOf(identity), { flag: 'wx' });
  await rename(pathOctets(temporary), pathOctets(part));
}

/** Removes what earlier downloads to this target have left. Never throws. */
export async function removePart(target: string): Promise<void> {
  const part = partPath(target);
  for (const path of [part, `${part}${NOTE}`]) await rm(pathOctets(path), { force: true }).catch(() => undefined);
}

function noteOf({ name, size, modified, data }: FileIdentity): string {
  return `${JSON.stringify({ name, size, modified: modified.toISOString(), data })}\n`;
}

/** Undefined where there is none, or it cannot be read. */
async function readNote(path: string): Promise<string | undefined> {
  return readFile(pathOctets(path), 'utf8').catch(() => undefined);
}
