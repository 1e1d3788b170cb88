/**
 * A text file of this user's that several processes may want to change at once. Who changes it holds a lock file beside it;
 * who reads it needs none, since it is replaced in one step. From taking the lock to giving it back everything is synchronous:
 * no signal of this process's can come in between and leave the lock behind.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { shellWord } from '../../lib/shell-word.js';
import { ClientError } from '../error.js';
import { randomName } from '../local/local-file.js';

/** How long to wait for others, in milliseconds. Each of them takes some ten. */
const MAX_WAIT = 10_000;

/** Between two looks at the lock, in milliseconds; twice that at most, so that those who wait do not march in step. */
const PAUSE = 10;

/** A lock as old as this, in milliseconds, was left behind by a process that was killed, or by a machine that lost power. */
const STALE = 30_000;

/**
 * Replaces the text by what `change` makes of it, with no other process's change in between. The file is made where there is
 * none, mode 0600, and its folder, 0700; both keep their mode where they are there. The same text again writes nothing.
 *
 * @param change - gets '' where there is no file; what it throws is passed on, and nothing is changed
 * @throws ClientError when others hold the lock for too long; an error of the file system's
 */
export async function changeFile(path: string, change: (text: string) => string): Promise<void> {
  makeFolder(dirname(path));
  const file = throughLinks(path);
  const lock = `${file}.lock`;
  const deadline = performance.now() + MAX_WAIT;
  while (!changeNow(file, lock, change)) {
    if (performance.now() > deadline) {
      throw new ClientError('command', `${file} is being changed by another sftpc all the time.`, {
        code: 'known-servers',
        hint: `If there is none, it was killed at work: rm ${shellWord(lock)}`,
      });
    }
    dropStale(lock);
    await delay(PAUSE * (1 + Math.random()));
  }
}

/** False when another process holds the lock. */
function changeNow(file: string, lock: string, change: (text: string) => string): boolean {
  if (!take(lock)) return false;
  try {
    const before = textOf(file);
    const after = change(before);
    if (after !== before) replace(file, after);
    return true;
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function replace(file: string, text: string): void {
  const temporary = `${file}.${randomName()}`;
  const descriptor = openSync(temporary, 'wx', (statSync(file, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777);
  try {
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Takes away a lock that nobody holds any more. */
function dropStale(lock: string): void {
  if (!isStale(lock)) return;
  const aside = `${lock}.${randomName()}`;
  try {
    renameSync(lock, aside);
    // Somebody was quicker, and this is the new lock of yet another: it goes back.
    if (!isStale(aside)) linkSync(aside, lock);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function isStale(lock: string): boolean {
  const found = statSync(lock, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > STALE;
}

function makeFolder(folder: string): void {
  // A folder of somebody else's making keeps its mode: the file may lie anywhere.
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700);
}

/** A link stays one; what it leads to is replaced. */
function throughLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return path;
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
