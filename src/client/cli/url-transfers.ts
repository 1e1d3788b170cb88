/** URLs on the command line: files fetched or sent, directories listed. Each is a command that could have been typed. */
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { BoundCommand, CommandContext, CommandEntry } from '../commands/command.js';
import { runCommand } from '../commands/runner.js';
import { bindCommand } from '../commands/table.js';
import { ClientError, LocalError } from '../error.js';
import type { TransferItem } from '../files/transfer-events.js';
import type { Sink } from '../session/transfer.js';
import type { Place } from './credentials.js';
import type { ScriptRun } from './script.js';
import type { FtpUrl } from './url.js';
import type { Work } from './work.js';
import type { World } from './world.js';

/** Makes the session that a place asks for the one that commands work in. */
export type Enter = (place: Place) => Promise<void>;

/** @throws ClientError of the URL that ended the run */
export async function download(
  { urls, output }: Extract<Work, { kind: 'download' }>,
  run: ScriptRun,
  enter: Enter,
  { stdout }: Pick<World, 'stdout'>,
): Promise<void> {
  if (urls.length > 1 && output !== undefined && output !== '-' && !(await isFolder(output))) {
    throw new ClientError('usage', `There is no folder ${output} for several files.`, { hint: 'Make it first.' });
  }
  for (const url of urls) {
    await run.attempt(() => perform(url, commandFor(url, output, stdout), run, enter));
  }
}

/** @throws ClientError */
export async function upload(
  { url, file }: Extract<Work, { kind: 'upload' }>,
  run: ScriptRun,
  enter: Enter,
  { stdin }: Pick<World, 'stdin'>,
): Promise<void> {
  const path = url.kind === 'directory' ? posix.join(url.path ?? '.', basename(file)) : (url.path ?? '');
  const command = file === '-' ? fromStandardInput(path, stdin) : bound('put', word(file), word(path));
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

function commandFor({ kind, path }: FtpUrl, output: string | undefined, stdout: Writable): BoundCommand {
  const words = path === undefined ? [] : [word(path)];
  if (kind === 'directory') return bound('ls', ...words);
  if (kind === 'names') return bound('nlist', ...words);
  if (output === '-') return toStandardOutput(path ?? '', stdout);
  return bound('get', ...words, ...(output === undefined ? [] : [word(output)]));
}

function bound(...words: readonly string[]): BoundCommand {
  const command = bindCommand(words);
  if (!command.ok) throw new Error(`${words.join(' ')}: ${command.error}`);
  return command.value;
}

/** A name that begins with a dash is no option. */
const word = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

function toStandardOutput(remote: string, stdout: Writable): BoundCommand {
  return streamed('download', remote, async ({ sessions, preferences: { type }, signal }) => {
    // process.stdout forgets an error as soon as it has told of it.
    let isClosed = false;
    const closed = (): void => void (isClosed = true);
    stdout.on('error', closed).on('close', closed);
    const sink: Sink = async (octets) => {
      if (!stdout.write(octets)) {
        await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]).catch(() => undefined);
      }
      if (isClosed) throw new LocalError('Standard output was closed before all of the file had come.');
    };
    try {
      return await sessions.current.retrieve(remote, sink, { type, signal });
    } finally {
      stdout.off('error', closed).off('close', closed);
    }
  });
}

function fromStandardInput(remote: string, stdin: Readable): BoundCommand {
  return streamed('upload', remote, ({ sessions, preferences: { type }, signal }) =>
    sessions.current.store(remote, stdin, { type, signal }),
  );
}

/** A transfer to or from no file. */
function streamed(
  direction: TransferItem['direction'],
  remote: string,
  transfer: (context: CommandContext) => Promise<{ readonly octets: number }>,
): BoundCommand {
  const entry: CommandEntry = {
    names: [direction],
    synopsis: '',
    help: '',
    count: [0, 0],
    kind: 'transfer',
    run: async (context) => {
      const item: TransferItem = { id: 1, direction, remote, local: '-', size: undefined };
      const began = performance.now();
      context.observe({ kind: 'begin', item, offset: 0 });
      const { octets } = await transfer(context);
      context.observe({ kind: 'end', item, octets, seconds: (performance.now() - began) / 1000 });
    },
  };
  return { entry, args: [] };
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;
