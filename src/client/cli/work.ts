/** What sftpc is asked to do: the words of its command line, and the options that say what becomes of them. */
import { err, type Result } from '../../lib/result.js';
import type { BoundCommand } from '../commands/command.js';
import { bindCommand } from '../commands/table.js';
import { serverOfUser } from '../server-name.js';
import type { Place } from './credentials.js';
import type { LongOption } from './option-table.js';
import type { Scanned } from './options.js';
import { isUrl, parseFtpUrl, withoutPassword, type FtpUrl } from './url.js';
import { SUBCOMMANDS } from './world.js';

/** Where commands begin: in the directory of the login, or in another. */
export interface Start {
  readonly place: Place;
  readonly directory: string | undefined;
}

export type Work =
  /** Commands from the terminal or from standard input. Without a start, it is for a command to open a session. */
  | { readonly kind: 'session'; readonly start: Start | undefined }
  /** Commands behind `--`. */
  | { readonly kind: 'commands'; readonly start: Start | undefined; readonly commands: readonly BoundCommand[] }
  /** Commands in a file; `-` is standard input. */
  | { readonly kind: 'batch'; readonly start: Start | undefined; readonly file: string }
  /** `output`: a file, a folder, or `-` for standard output. */
  | { readonly kind: 'download'; readonly urls: readonly FtpUrl[]; readonly output: string | undefined }
  /** `file`: `-` is standard input. */
  | { readonly kind: 'upload'; readonly url: FtpUrl; readonly file: string };

/** The places that the command line names, in its order. */
export function placesOf(work: Work): readonly Place[] {
  switch (work.kind) {
    case 'download':
      return work.urls.map(({ place }) => place);
    case 'upload':
      return [work.url.place];
    default:
      return work.start === undefined ? [] : [work.start.place];
  }
}

/** The session that a URL asks for at a terminal; undefined where it asks for a transfer or a listing that is to be kept. */
export function startAt(work: Work): Start | undefined {
  if (work.kind !== 'download' || work.output !== undefined || work.urls.length !== 1) return undefined;
  const [url] = work.urls;
  return url?.kind === 'directory' ? { place: url.place, directory: url.path } : undefined;
}

/**
 * Puts a sentence into `mistakes` for each thing that is wrong; what is given back then is of no use.
 *
 * @param behind - the words behind `--`, if it is there
 */
export function workOf(given: Scanned<LongOption>, behind: readonly string[] | undefined, mistakes: string[]): Work {
  const { words, text } = given;
  const batch = text('batch');
  const isUrls = words.some(isUrl);
  if (isUrls && batch === undefined && behind === undefined) return transfersOf(given, mistakes);
  if (given.has('output') || given.has('upload')) {
    mistakes.push('-o and -T go with a URL: sftpc -o FILE ftp://host/path');
  }
  if (batch !== undefined && behind !== undefined) mistakes.push('--batch and -- exclude each other');
  const start = isUrls ? startOf(words, mistakes) : serverOf(words, mistakes);
  if (batch !== undefined) return { kind: 'batch', start, file: batch };
  if (behind !== undefined) return { kind: 'commands', start, commands: bindAll(behind, mistakes) };
  return { kind: 'session', start };
}

function transfersOf({ words, text }: Scanned<LongOption>, mistakes: string[]): Work {
  const urls = urlsOf(words, mistakes);
  const output = text('output');
  const file = text('upload');
  const [url] = urls;
  if (file !== undefined && output !== undefined) mistakes.push('-o and -T exclude each other');
  if (file !== undefined && url !== undefined) {
    if (urls.length > 1) mistakes.push('-T sends to one URL');
    if (url.kind === 'names') mistakes.push('-T does not go with ;type=d');
    if (url.kind === 'directory' && file === '-') mistakes.push('-T - needs a URL with the name of a file');
    return { kind: 'upload', url, file };
  }
  if (output !== undefined && urls.some(({ kind }) => kind !== 'file')) {
    mistakes.push("-o is for files; a directory's listing goes to standard output");
  }
  return { kind: 'download', urls, output };
}

function urlsOf(words: readonly string[], mistakes: string[]): readonly FtpUrl[] {
  return words.flatMap((word) => taken(isUrl(word) ? parseFtpUrl(word) : err(`${quoted(word)} is no URL`), mistakes));
}

/** A URL in the place of a host. */
function startOf(words: readonly string[], mistakes: string[]): Start | undefined {
  const [url, ...surplus] = urlsOf(words, mistakes);
  if (surplus.length > 0) mistakes.push('commands are for one URL');
  if (url?.kind === 'file') mistakes.push('commands need the URL of a directory, which ends in a slash');
  return url && { place: url.place, directory: url.path };
}

/** `[user@]host [port]`. */
function serverOf([host, port, ...surplus]: readonly string[], mistakes: string[]): Start | undefined {
  if (SUBCOMMANDS.some((name) => name === host)) {
    mistakes.push(`${host} comes first: sftpc ${host} …; a server of that name is ftp://${host}/`);
    return undefined;
  }
  if (surplus[0] !== undefined) {
    mistakes.push(
      `unexpected argument ${quoted(surplus[0])}: a command goes behind --, as in: sftpc host 21 -- get a.txt`,
    );
  }
  if (host === undefined) return undefined;
  const [server] = taken(serverOfUser(host, port), mistakes);
  const place = server && { ...server, password: undefined, otherwise: 'ask' as const };
  return place && { place, directory: undefined };
}

/** Commands behind `--`, one after the other with `;` as a word of its own between them. */
function bindAll(words: readonly string[], mistakes: string[]): readonly BoundCommand[] {
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word === ';') commands.push([]);
    else commands.at(-1)?.push(word);
  }
  const meant = commands.filter((each) => each.length > 0);
  if (meant.length === 0) mistakes.push('no command behind --');
  const [[lone = '', ...others] = []] = meant;
  if (others.length === 0 && /^[^!].*\s/s.test(lone)) {
    mistakes.push(`${quoted(lone)}: the words behind -- are the command's, each by itself: -- get a.txt ';' pwd`);
    return [];
  }
  return meant.flatMap((each) => taken(bindCommand(each), mistakes));
}

function taken<T>(result: Result<T, string>, mistakes: string[]): readonly T[] {
  if (result.ok) return [result.value];
  mistakes.push(result.error);
  return [];
}

const quoted = (word: string): string => JSON.stringify(withoutPassword(word));
