/**
 * Downloads whose process was killed, and could leave nothing in order. While a large file comes, a note beside its temporary
 * file says of which file it is the beginning and which process writes it. Where that runs no longer, what has come is worth
 * what any download that broke off leaves (part.ts).
 */
import { lstat, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { nameOfOctets, pathOctets } from './local-file.js';
import { isPartThere, leavePart, NOTE, temporaryNames, temporaryPath, type FileIdentity } from './part.js';

interface RunningNote {
  readonly identity: FileIdentity;
  readonly host: string;
  readonly process: number;
}

/** Writes the note of a download that begins. Never throws: without it, a kill costs what has come. */
export async function noteRunning(temporary: string, identity: FileIdentity): Promise<void> {
  const note = { ...identity, host: hostname(), process: process.pid };
  await writeFile(pathOctets(`${temporary}${NOTE}`), `${JSON.stringify(note)}\n`, { flag: 'wx' }).catch(
    () => undefined,
  );
}

/** Removes the note of a download that has ended, one way or the other. Never throws. */
export async function forgetRunning(temporary: string): Promise<void> {
  await remove(`${temporary}${NOTE}`);
}

/** Makes a part of what a killed download to `target` has left, or removes it where it is of no use. Never throws. */
export async function adoptAbandoned(target: string): Promise<void> {
  const folder = dirname(target);
  const isTemporary = temporaryNames(target);
  const names = await readdir(pathOctets(folder), { encoding: 'buffer' }).catch(() => []);
  for (const note of names.map(nameOfOctets)) {
    if (!note.endsWith(NOTE) || !isTemporary(note.slice(0, -NOTE.length))) continue;
    await adopt(target, join(folder, note.slice(0, -NOTE.length))).catch(() => undefined);
  }
}

async function adopt(target: string, temporary: string): Promise<void> {
  const note = readNote(await readFile(pathOctets(`${temporary}${NOTE}`), 'utf8'));
  if (note === undefined || isRunning(note)) return;
  const { mtimeMs, size, uid } = await lstat(pathOctets(temporary)).catch(async (error: unknown) => {
    await forgetRunning(temporary);
    throw error;
  });
  // In a folder that others may write to, what is another user's is his to tidy up.
  if (uid !== process.geteuid?.()) return;
  // Under a name of ours: of two that find it, one has it.
  const mine = temporaryPath(target);
  const isMine = await rename(pathOctets(temporary), pathOctets(mine)).then(
    () => true,
    () => false,
  );
  await forgetRunning(temporary);
  if (!isMine) return;
  // Written before the machine started: what was not on the disk by then is not what it seems.
  const isSound = mtimeMs > Date.now() - uptime() * 1000 && size > 0 && size <= note.identity.size;
  if (isSound && !(await isPartThere(target))) await leavePart(target, note.identity, mine);
  else await remove(mine);
}

/** One of another machine, which shares the folder, may run: nobody here can tell. */
function isRunning(note: RunningNote): boolean {
  if (note.host !== hostname()) return true;
  try {
    process.kill(note.process, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Undefined for what is none: somebody may be writing it just now. */
function readNote(text: string): RunningNote | undefined {
  try {
    const { name, size, modified, data, host, process } = JSON.parse(text) as Record<string, unknown>;
    const isNote = typeof name === 'string' && typeof size === 'number' && typeof host === 'string';
    const time = new Date(typeof modified === 'string' ? modified : NaN);
    if (!isNote || Number.isNaN(time.getTime()) || !Number.isInteger(process) || Number(process) < 1) return undefined;
    // What does not say how it came has come in clear.
    const identity = { name, size, modified: time, data: data === 'checked' ? data : 'clear' } as const;
    return { identity, host, process: Number(process) };
  } catch {
    return undefined;
  }
}

async function remove(path: string): Promise<void> {
  await rm(pathOctets(path), { force: true }).catch(() => undefined);
}
