/** What a word may become: the names on this side, on the server, or of a table that begin as it does. */
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Completion } from '../commands/command.js';
import type { RemoteEntry } from '../listing/entry.js';

export interface Candidate {
  /** The whole word. */
  readonly word: string;
  /** How it is listed: the last part of a path. */
  readonly label: string;
  /** `open`: more may follow, as the rest of a path. */
  readonly end: 'closed' | 'open';
}

/** A name in a directory. `either`: a link, which may lead to a directory. */
interface Name {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'either';
}

/** Lists a directory on the server; the text before the last `/` of a path, '' for the working directory. */
export type ListRemote = (directory: string) => Promise<readonly RemoteEntry[]>;

export async function candidatesFor(
  completion: Completion,
  word: string,
  listRemote: ListRemote,
): Promise<readonly Candidate[]> {
  switch (completion) {
    case 'remote-file':
    case 'remote-directory':
      return paths(word, completion === 'remote-directory', async (directory) =>
        (await listRemote(directory)).map(({ name, kind }) => ({
          name,
          kind: kind === 'link' ? 'either' : kind === 'directory' ? 'directory' : 'file',
        })),
      );
    case 'local-file':
    case 'local-directory':
      return paths(fromHome(word), completion === 'local-directory', localNames);
    default:
      return words(completion, word);
  }
}

/** Words of a table, whatever the case in which they are typed. */
export const words = (table: readonly string[], word: string): readonly Candidate[] =>
  table
    .filter((each) => each.toLowerCase().startsWith(word.toLowerCase()))
    .map((each) => ({ word: each, label: each, end: 'closed' }));

/** The home directory's path in place of `~`, which commands take for a name like any other. */
const fromHome = (word: string): string => (/^~(?:\/|$)/.test(word) ? `${homedir()}/${word.slice(2)}` : word);

async function localNames(directory: string): Promise<readonly Name[]> {
  const entries = await readdir(directory === '' ? '.' : directory, { withFileTypes: true });
  return entries.map((entry) => ({
    name: entry.name,
    kind: entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'either' : 'file',
  }));
}

async function paths(
  word: string,
  directories: boolean,
  list: (directory: string) => Promise<readonly Name[]>,
): Promise<readonly Candidate[]> {
  const slash = word.lastIndexOf('/') + 1;
  const [before, stem] = [word.slice(0, slash), word.slice(slash)];
  const names = await list(before);
  return (
    names
      .filter(({ name, kind }) => name.startsWith(stem) && isTypable(name) && !(directories && kind === 'file'))
      // Hidden files are for those who ask for them.
      .filter(({ name }) => stem !== '' || !name.startsWith('.'))
      .map(({ name, kind }) => ({
        word: before + name + (kind === 'directory' ? '/' : ''),
        label: name + (kind === 'directory' ? '/' : ''),
        end: kind === 'file' ? 'closed' : 'open',
      }))
  );
}

/** What cannot be typed cannot be completed; and what drives a terminal must not reach it. */
const isTypable = (name: string): boolean => name !== '' && !name.includes('/') && !/[\p{C}\u2028\u2029]/u.test(name);
