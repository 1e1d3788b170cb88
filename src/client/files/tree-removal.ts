/** Removes what is on the target's side only. */
import type { Client } from '../client.js';
import { ClientError, throwIfAborted } from '../error.js';
import { isFileName } from '../local/local-file.js';
import { isTemporaryName } from '../local/part.js';
import type { TreeEntry, TreeSide } from './tree.js';

/** Directories within one another that are removed. */
const MAX_REMOVED_DEPTH = 100;

export interface Removal {
  readonly excluded: (path: string) => boolean;
  readonly effect: 'do' | 'tell';
  readonly signal: AbortSignal;
  /** Told of each path that is gone, or would be. */
  readonly told: (path: string) => Promise<void>;
}

/** Something in the tree below `root`. */
interface Found {
  readonly root: string;
  readonly path: string;
  readonly entry: TreeEntry;
}

/**
 * Removes a file, or a directory with all that is in it but what is excluded. A link is removed, and never what it leads to.
 * @throws ClientError
 */
export async function removeEntry(client: Client, side: TreeSide, found: Found, removal: Removal): Promise<void> {
  await remove(client, side, found, removal, 0);
}

/** Gives whether all of it is gone. */
async function remove(
  client: Client,
  side: TreeSide,
  { root, path, entry }: Found,
  removal: Removal,
  depth: number,
): Promise<boolean> {
  const { excluded, effect, signal, told } = removal;
  if (!isFileName(entry.name) || isTemporaryName(entry.name) || excluded(path)) return false;
  throwIfAborted(signal);
  const place = side.join(root, path);
  if (entry.kind === 'directory') {
    if (depth >= MAX_REMOVED_DEPTH)
      throw new ClientError('command', `${place}: more than ${depth} folders in one another.`);
    let left = false;
    for (const each of (await side.list(client, place, signal)).entries) {
      const inside = { root, path: `${path}/${each.name}`, entry: each };
      if (!(await remove(client, side, inside, removal, depth + 1))) left = true;
    }
    if (left) return false;
    if (effect === 'do') await side.removeDirectory(client, place);
  } else if (effect === 'do') await side.removeFile(client, place);
  await told(place);
  return true;
}
