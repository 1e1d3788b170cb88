/** Listings, as the commands that list show them: ls, nlist, mls. */
import { stat } from 'node:fs/promises';
import { replyText } from '../../wire/reply.js';
import { ClientError } from '../error.js';
import { receiveFile, targetOf } from '../files/incoming-file.js';
import { localLines } from '../files/line-ends.js';
import { isCutShort } from '../listing/refusals.js';
import { shown } from '../terminal/console.js';
import type { CommandContext } from './command.js';
import { result } from './results.js';
import { agreed } from './several.js';

/** `ls` in the server's own words, `nlist` by names alone. */
export type ListingForm = 'ls' | 'nlist';

/** What ls and nlist do with their arguments: `-OPTIONS` of the server's, a path, and a file to write to. */
export async function listInto(context: CommandContext, form: ListingForm, words: readonly string[]): Promise<void> {
  const first = words.findIndex((word) => !/^-./.test(word));
  const options = first < 0 ? words : words.slice(0, first);
  const [path, local, surplus] = first < 0 ? [] : words.slice(first);
  if (surplus !== undefined) {
    throw new ClientError('command', `${form} takes one path, and a local file to write the listing to.`, {
      hint: 'mls lists several.',
    });
  }
  if (local !== undefined && local !== '-') return save(context, form, argumentOf(options, path), local);
  return show(context, form, options, path);
}

/** Prints a listing as it comes; with --json an object for each entry. */
export async function show(
  { sessions, console, signal }: CommandContext,
  form: ListingForm,
  options: readonly string[],
  path: string | undefined,
): Promise<void> {
  const client = sessions.current;
  if (console.form === 'text') {
    const listing = console.listing();
    try {
      const names = form === 'nlist';
      const { reply } = await client.list(argumentOf(options, path), listing.sink, { names, signal });
      if (isCutShort(reply)) console.notice(`not all is listed; the server says: ${shown(replyText(reply))}`);
    } finally {
      await listing.end();
    }
    return;
  }
  if (options.length > 0) throw new ClientError('command', `With --json ${form} takes no options of the server's.`);
  const directory = path ?? null;
  if (form === 'nlist') {
    for (const name of await client.names(path, signal)) await console.json(result('name', { directory, name }));
    return;
  }
  for (const { name, kind, size = null, modified } of await client.entries(path, signal)) {
    const time = modified?.toISOString() ?? null;
    await console.json(result('entry', { directory, name, kind, size, modified: time }));
  }
}

/** Options of the server's are part of the path to the protocol. */
function argumentOf(options: readonly string[], path: string | undefined): string | undefined {
  const words = path === undefined ? options : [...options, path];
  return words.length === 0 ? undefined : words.join(' ');
}

/** Writes a listing to a file as it came, but for the line ends. */
async function save(
  context: CommandContext,
  form: ListingForm,
  argument: string | undefined,
  local: string,
): Promise<void> {
  const { sessions, console, signal } = context;
  const client = sessions.current;
  const target = await targetOf(argument ?? '', local, 'user');
  if (!(await mayWrite(target, context))) return;
  const file = await receiveFile(target);
  try {
    const lines = localLines(file.sink);
    await client.list(argument, lines.sink, { names: form === 'nlist', signal });
    await lines.end();
    await file.keep();
  } catch (error) {
    await file.discard();
    throw error;
  }
  console.note(`The listing is in ${target}.`);
}

/** Who types `ls a b` may mean two directories, and lose a file b: it is asked for, as in ftp(1). */
async function mayWrite(target: string, context: CommandContext): Promise<boolean> {
  if ((await stat(target).catch(() => undefined)) === undefined) return true;
  for await (const each of agreed([target], (path) => `replace ${path} by the listing`, context)) return each !== '';
  return false;
}
