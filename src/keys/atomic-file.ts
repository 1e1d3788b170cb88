/**
 * Writes a file so that at every moment there is either the whole old one or the whole new one.
 */
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemError } from './key-files.js';

export interface FileContent {
  readonly path: string;
  readonly content: string;
  /** Whatever the umask says. */
  readonly mode: number;
  /** Whether a file of that name may be replaced. */
  readonly replace: boolean;
}

/** False when the file is there and must not be replaced. Throws as the system calls do. */
export function writeAtomically({ path, content, mode, replace }: FileContent): boolean {
  const temporary = `${path}.${process.pid}.tmp`;
  // 'wx': not to write through a link that someone left there.
  const descriptor = openSync(temporary, 'wx', mode);
  try {
    try {
      fchmodSync(descriptor, mode);
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (replace) renameSync(temporary, path);
    else linkSync(temporary, path);
    synchronise(dirname(path));
    return true;
  } catch (error) {
    // A link, unlike a renaming, fails when the name is taken: also when another program took it just now.
    if (!replace && systemError(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Makes the new name last. */
function synchronise(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
