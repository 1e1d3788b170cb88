/** The tree on the server. */
import type { Client } from '../client.js';
import { isDirectory, plainPath, remoteJoin } from './remote-file.js';
import type { TreeSide } from './tree.js';

export const REMOTE_TREE: TreeSide = {
  name: 'remote',
  join: remoteJoin,
  list: (client, path, signal) => client.listing(plainPath(path), signal),
  prepareRoot: async (client, path) => {
    const found = await findRoot(client, path);
    if (found === 'new') await client.makeDirectory(plainPath(path));
    return found;
  },
  findRoot,
  makeDirectory: async (client, path) => {
    try {
      await client.makeDirectory(path);
      return 'new';
    } catch (error) {
      // There are servers that do not list names with a dot at the beginning.
      if (client.isOpen && (await isDirectory(client, path))) return 'there';
      throw error;
    }
  },
  removeFile: (client, path) => client.delete(path),
  removeDirectory: (client, path) => client.removeDirectory(path),
};

async function findRoot(client: Client, path: string): Promise<'there' | 'new'> {
  return (await isDirectory(client, plainPath(path))) ? 'there' : 'new';
}
