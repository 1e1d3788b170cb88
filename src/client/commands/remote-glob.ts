/** Words that stand for files on the server, as mget and mdelete take them. */
import type { Client } from '../client.js';
import { ClientError } from '../error.js';
import type { RemoteEntry } from '../listing/entry.js';
import { isPattern, matcher } from './glob.js';
import type { Preferences } from './preferences.js';

export interface RemoteMatch {
  /** As commands of the server take it. */
  readonly path: string;
  /** What the listing said of it; undefined for a word that was no pattern: the server was not asked. */
  readonly entry: RemoteEntry | undefined;
}

/**
 * What a word stands for, by name; itself where it is no pattern or `glob` is off. Each part of a path between slashes is a
 * pattern of its own. Directories are among the matches; a server's `..`, or a name with a slash in it, never is.
 *
 * @throws ClientError when nothing matches, or a directory on the way cannot be listed
 */
export async function expandRemote(
  client: Client,
  word: string,
  { glob }: Pick<Preferences, 'glob'>,
  signal?: AbortSignal,
): Promise<readonly RemoteMatch[]> {
  if (!glob || !isPattern(word)) return [{ path: word, entry: undefined }];
  const parts = word.split('/');
  // All up to the first pattern is one place that need not be listed.
  const first = parts.findIndex(isPattern);
  // The places reached so far; their paths end in a slash, or are empty.
  let reached: readonly RemoteMatch[] = [{ path: parts.slice(0, first).map(withSlash).join(''), entry: undefined }];
  for (const [index, part] of parts.entries()) {
    if (index < first || part === '') continue;
    const isLast = index === parts.length - 1;
    const found: { path: string; entry: RemoteEntry }[] = [];
    for (const { path, entry } of reached) {
      const entries = await entriesOf(client, path, entry, signal);
      for (const each of entries.filter(fitting(part))) found.push({ path: path + each.name, entry: each });
    }
    if (isLast) return nonEmpty(found, word);
    const deeper = found.filter(({ entry }) => entry.kind === 'directory' || entry.kind === 'link');
    reached = deeper.map(({ path, entry }) => ({ path: withSlash(path), entry }));
  }
  // The word ends in a slash: directories alone.
  return nonEmpty(
    reached.map(({ path, entry }) => ({ path: path.slice(0, -1), entry })),
    word,
  );
}

const withSlash = (part: string): string => `${part}/`;

function fitting(part: string): (entry: RemoteEntry) => boolean {
  const fits = isPattern(part) ? matcher(part) : (name: string): boolean => name === part;
  return ({ name }) => fits(name);
}

/** The entries of a place. */
async function entriesOf(
  client: Client,
  path: string,
  entry: RemoteEntry | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly RemoteEntry[]> {
  // A hyphen at the beginning would be taken for options of LIST.
  const directory = path.startsWith('-') ? `./${path}` : path;
  try {
    return await client.entries(directory === '' ? undefined : directory, signal);
  } catch (error) {
    // A link may lead to a file, or nowhere.
    if (entry?.kind === 'link' && error instanceof ClientError && error.reply !== undefined) return [];
    throw error;
  }
}

function nonEmpty(matches: readonly RemoteMatch[], word: string): readonly RemoteMatch[] {
  if (matches.length === 0) {
    throw new ClientError('command', `${word}: no file on the server matches.`, {
      hint: 'See what is there: ls. With glob off the word is taken as it is.',
    });
  }
  return [...matches].sort(({ path: a }, { path: b }) => (a < b ? -1 : a > b ? 1 : 0));
}
