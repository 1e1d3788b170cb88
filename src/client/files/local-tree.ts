/** The tree on this side. */
import type { Stats } from 'node:fs';
import { lstat, mkdir, readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalError } from '../error.js';
import { nameOfOctets, onDisk, pathOctets } from '../local/local-file.js';
import type { TreeEntry, TreeSide } from './tree.js';

/** Files that are looked at at once. */
const LOOKS = 32;

export const LOCAL_TREE: TreeSide = {
  name: 'local',
  join,
  list: async (_client, path) => {
    const names = await onDisk(path, () => readdir(pathOctets(path), { encoding: 'buffer' }));
    const entries: TreeEntry[] = [];
    for (let at = 0; at < names.length; at += LOOKS) {
      const some = names.slice(at, at + LOOKS).map((octets) => entryOf(path, nameOfOctets(octets)));
      entries.push(...(await Promise.all(some)).flat());
    }
    return { entries, trust: 'certain' };
  },
  prepareRoot: async (_client, path) => {
    const found = await findRoot(path);
    if (found === 'new') await onDisk(path, () => mkdir(pathOctets(path), { recursive: true }));
    return found;
  },
  findRoot: (_client, path) => findRoot(path),
  makeDirectory: async (_client, path) => {
    await onDisk(path, () => mkdir(pathOctets(path)));
    return 'new';
  },
  removeFile: (_client, path) => onDisk(path, () => unlink(pathOctets(path))),
  removeDirectory: (_client, path) => onDisk(path, () => rmdir(pathOctets(path))),
};

/** None where the file is gone by now. */
async function entryOf(directory: string, name: string): Promise<readonly TreeEntry[]> {
  const found = await lstat(pathOctets(join(directory, name))).catch(() => undefined);
  if (found === undefined) return [];
  return [{ name, kind: kindOf(found), size: found.isFile() ? found.size : undefined, modified: found.mtime }];
}

function kindOf(found: Stats): TreeEntry['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'directory';
  return found.isSymbolicLink() ? 'link' : 'other';
}

/** The root is the user's own choice: it may be a link to a directory. */
async function findRoot(path: string): Promise<'there' | 'new'> {
  const found = await stat(pathOctets(path)).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) throw new LocalError(`${path} is not a folder.`);
  return found === undefined ? 'new' : 'there';
}
