/** The tree on the server. */
import type { Client } from '../client.js';
import { ClientError } from '../error.js';
import { MAX_LISTING } from '../listing/directory-reader.js';
import { parseListing } from '../listing/lines.js';
import { isDirectory, offers, plainPath, remoteJoin } from './remote-file.js';
import type { TreeListing, TreeSide } from './tree.js';

/** For one copy: what the server is found to do holds for all sessions of it. */
export function remoteTree(): TreeSide {
  let showsItself = false;
  return {
    name: 'remote',
    join: remoteJoin,
    list: async (client, path, signal) => {
      if (await offers(client, 'MLST')) {
        return { entries: await client.entries(plainPath(path), signal), trust: 'certain' };
      }
      const { entries, trust } = await listInside(client, path, signal);
      if (trust === 'certain') showsItself = true;
      else if (showsItself && entries.length === 0)
        throw new ClientError('command', `${path}: the server lists nothing, it cannot read it.`);
      return { entries, trust: trust === 'certain' || entries.length > 0 ? 'certain' : 'doubtful' };
    },
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
        // Servers list no names with a dot at the beginning, or list them on demand only.
        if (client.isOpen && (await isDirectory(client, path))) return 'there';
        throw error;
      }
    },
    removeFile: (client, path) => client.delete(path),
    removeDirectory: (client, path) => client.removeDirectory(path),
  };
}

async function findRoot(client: Client, path: string): Promise<'there' | 'new'> {
  return (await isDirectory(client, plainPath(path))) ? 'there' : 'new';
}

/**
 * Lists the directory from within; with certainty, where it is itself in the list. What LIST makes of an argument differs:
 * blanks, brackets and hyphens may stand for something else; and there are servers (vsftpd) to which a directory that cannot be
 * opened is an empty one.
 */
async function listInside(client: Client, path: string, signal: AbortSignal): Promise<TreeListing> {
  const back = await client.workingDirectory();
  await client.changeDirectory(plainPath(path));
  try {
    // With -a there are names with a dot at the beginning, and the directory itself, which shows that it was read.
    const all = await linesOf(client, '-a', signal).catch((error: unknown) => {
      if (error instanceof ClientError && error.reply !== undefined && client.isOpen) return [];
      throw error;
    });
    if (all.some((line) => /\s\.$/.test(line))) return { entries: parseListing(all), trust: 'certain' };
    return { entries: parseListing(await linesOf(client, undefined, signal)), trust: 'doubtful' };
  } finally {
    if (client.isOpen) await client.changeDirectory(back);
  }
}

async function linesOf(client: Client, argument: string | undefined, signal: AbortSignal): Promise<readonly string[]> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  const sink = (chunk: Uint8Array): Promise<void> => {
    octets += chunk.length;
    if (octets > MAX_LISTING) throw new ClientError('command', `The listing is longer than ${MAX_LISTING} octets.`);
    chunks.push(chunk);
    return Promise.resolve();
  };
  await client.list(argument, sink, { signal });
  const text = Buffer.concat(chunks).toString('latin1');
  return text.split(/\r?\n/).filter((line) => line !== '');
}
