/** URLs on the command line: files fetched or sent, directories listed. Each is a command that could have been typed. */
import { stat } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import type { BoundCommand } from '../commands/command.js';
import { runCommand } from '../commands/runner.js';
import { bindCommand } from '../commands/table.js';
import { ClientError } from '../error.js';
import type { Place } from './credentials.js';
import type { ScriptRun } from './script.js';
import type { FtpUrl } from './url.js';
import type { Work } from './work.js';

/** Makes the session that a place asks for the one that commands work in. */
export type Enter = (place: Place) => Promise<void>;

/** @throws ClientError of the URL that ended the run */
export async function download(
  { urls, output }: Extract<Work, { kind: 'download' }>,
  run: ScriptRun,
  enter: Enter,
): Promise<void> {
  if (urls.length > 1 && output !== undefined && output !== '-' && !(await isFolder(output))) {
    throw new ClientError('usage', `There is no folder ${output} for several files.`, { hint: 'Make it first.' });
  }
  for (const url of urls) {
    await run.attempt(() => perform(url, commandFor(url, output), run, enter));
  }
}

/** @throws ClientError */
export async function upload(
  { url, file }: Extract<Work, { kind: 'upload' }>,
  run: ScriptRun,
  enter: Enter,
): Promise<void> {
  const path = url.kind === 'directory' ? posix.join(url.path ?? '.', basename(file)) : (url.path ?? '');
  const command = bound('put', streamOr(file), word(path));
  await run.attempt(() => perform(url, command, run, enter));
}

async function perform(
  { place, type }: FtpUrl,
  command: BoundCommand,
  { context, onInterrupt }: ScriptRun,
  enter: Enter,
): Promise<void> {
  await enter(place);
  context.preferences.type = type ?? 'I';
  await runCommand(command, context, onInterrupt, 'end');
}

function commandFor({ kind, path }: FtpUrl, output: string | undefined): BoundCommand {
  const words = path === undefined ? [] : [word(path)];
  if (kind === 'directory') return bound('ls', ...words);
  if (kind === 'names') return bound('nlist', ...words);
  return bound('get', ...words, ...(output === undefined ? [] : [streamOr(output)]));
}

function bound(...words: readonly string[]): BoundCommand {
  const command = bindCommand(words);
  if (!command.ok) throw new Error(`${words.join(' ')}: ${command.error}`);
  return command.value;
}

/** A name that begins with a dash is no option. */
const word = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

/** `-` alone is standard input or output. */
const streamOr = (file: string): string => (file === '-' ? file : word(file));

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;
