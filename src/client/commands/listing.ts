/** Listings, as the commands that list show them: ls, nlist, mls. */
import { stat } from 'node:fs/promises';
import { replyText, type Reply } from '../../wire/reply.js';
import type { Client } from '../client.js';
import { ClientError, refusedCommand } from '../error.js';
import { localLines } from '../files/line-ends.js';
import { isCutShort } from '../listing/refusals.js';
import { receiveFile, targetOf } from '../local/incoming-file.js';
import { shown, shownName } from '../terminal/console.js';
import type { Sink } from '../terms.js';
import type { CommandContext } from './command.js';
import { isPattern } from './glob.js';
import { expandRemote } from './remote-glob.js';
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
  if (local !== undefined && local !== '-') return save(context, { form, options, path }, local);
  return show(context, form, options, path);
}

/** Prints a listing as it comes; with --json an object for each entry. */
export async function show(
  context: CommandContext,
  form: ListingForm,
  options: readonly string[],
  path: string | undefined,
): Promise<void> {
  const { sessions, console, signal } = context;
  const client = sessions.current;
  if (console.form === 'text') {
    const listing = console.listing();
    try {
      await receive(context, { form, options, path }, listing.sink);
    } finally {
      await listing.end();
    }
    return;
  }
  if (options.length > 0) throw new ClientError('command', `With --json ${form} takes no options of the server's.`);
  const directory = path ?? null;
  if (form === 'nlist') {
    const names = await client.names(path, signal);
    if (names.length === 0) await needThere(client, path, signal);
    for (const name of names) await console.json(result('name', { directory, name }));
    return;
  }
  for (const { name, kind, size = null, modified } of await client.entries(path, signal)) {
    const time = modified?.toISOString() ?? null;
    await console.json(result('entry', { directory, name, kind, size, modified: time }));
  }
}

interface Listing {
  readonly form: ListingForm;
  readonly options: readonly string[];
  readonly path: string | undefined;
}

/** Receives a listing as the server words it. @throws ClientError also where nothing is listed because nothing is there */
async function receive(
  { sessions, console, signal }: CommandContext,
  { form, options, path }: Listing,
  sink: Sink,
): Promise<void> {
  // Options of the server's are part of the path to the protocol.
  const words = path === undefined ? options : [...options, path];
  const argument = words.length === 0 ? undefined : words.join(' ');
  const client = sessions.current;
  const { octets, reply } = await client.list(argument, sink, { names: form === 'nlist', signal });
  if (isCutShort(reply)) console.notice(`not all is listed; the server says: ${shown(replyText(reply))}`);
  if (octets === 0) await needThere(client, path, signal);
}

/**
 * vsftpd and Pure-FTPd list what is not there as a directory without files, and Pure-FTPd and ProFTPD one that they cannot read.
 * So the directory is asked for in a way that cannot pass over that.
 *
 * @throws ClientError where an empty listing of this path is no empty directory's
 */
async function needThere(client: Client, path: string | undefined, signal: AbortSignal): Promise<void> {
  if (path === undefined) return;
  const refusal = await client.entries(path, signal).then(() => undefined, refusalOf);
  if (refusal === undefined) return;
  if (isPattern(path)) {
    await expandRemote(client, path, { glob: true }, signal);
    return;
  }
  const found = await client.stat(path);
  // A file may be there and not be listed: ProFTPD shows none whose name begins with a dot.
  if (found !== undefined && found.kind !== 'directory') return;
  const what = found === undefined ? 'No such directory or file' : 'The directory cannot be read';
  throw refusedCommand(`${path}: ${what}`, refusal);
}

/** The server's refusal; undefined for a directory that is there, in a form that cannot be read. */
function refusalOf(error: unknown): Reply | undefined {
  if (error instanceof ClientError && error.code === 'unreadable-listing') return undefined;
  if (error instanceof ClientError && error.reply !== undefined) return error.reply;
  throw error;
}

/** Writes a listing to a file as it came, but for the line ends. */
async function save(context: CommandContext, listing: Listing, local: string): Promise<void> {
  const { console } = context;
  const target = await targetOf(listing.path ?? '', local, 'user');
  if (!(await mayWrite(target, context))) return;
  const file = await receiveFile(target);
  try {
    const lines = localLines(file.sink);
    await receive(context, listing, lines.sink);
    await lines.end();
    await file.keep();
  } catch (error) {
    await file.discard();
    throw error;
  }
  console.note(`The listing is in ${shownName(target)}.`);
}

/** Who types `ls a b` may mean two directories, and lose a file b: it is asked for, as in ftp(1). */
async function mayWrite(target: string, context: CommandContext): Promise<boolean> {
  if ((await stat(target).catch(() => undefined)) === undefined) return true;
  for await (const each of agreed([target], (path) => `replace ${path} by the listing`, context)) return each !== '';
  return false;
}
