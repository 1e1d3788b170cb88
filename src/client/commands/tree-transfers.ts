/** get -r and put -r: where a directory goes. What they share with mirror: how a tree is copied in the words of a command. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ClientError } from '../error.js';
import { isDirectory, plainPath, remoteJoin } from '../files/remote-file.js';
import type { Deed, TreeCopy } from '../files/tree.js';
import { copyTree } from '../files/tree-copy.js';
import { isFileName, pathOctets } from '../local/local-file.js';
import { nameToWire } from '../remote-name.js';
import { jsonEvent } from '../terminal/json-events.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';
import { accounted, CONTINUE, parallelOf, runOf } from './transfer-account.js';

export async function getTree(
  context: CommandContext,
  remote: string,
  local: string | undefined,
  options: OptionValues,
): Promise<void> {
  const source = withoutSlashes(remote);
  const found = local === undefined ? undefined : await stat(pathOctets(local)).catch(() => undefined);
  const target = local !== undefined && found?.isDirectory() !== true ? local : join(local ?? '', nameFor(source));
  await copyInWords(context, { direction: 'download', source, target, ...choicesOf(options) });
}

export async function putTree(
  context: CommandContext,
  local: string,
  remote: string | undefined,
  options: OptionValues,
): Promise<void> {
  const source = withoutSlashes(local);
  const isThere = remote === undefined || (await isDirectory(context.sessions.current, plainPath(remote)));
  const target = isThere ? remoteJoin(remote ?? '', nameFor(source)) : withoutSlashes(remote);
  await copyInWords(context, { direction: 'upload', source, target, ...choicesOf(options) });
}

function choicesOf(options: OptionValues): Omit<TreeCopy, 'direction' | 'source' | 'target'> {
  return {
    leaves: options.has(CONTINUE.long) ? 'same' : 'nothing',
    deletes: false,
    effect: 'do',
    excluded: () => false,
    parallel: parallelOf(options),
  };
}

/** What the copy of a directory is called. @throws ClientError where that cannot be told */
function nameFor(path: string): string {
  const name = basename(path);
  if (isFileName(name)) return name;
  throw new ClientError('command', `${path}: this directory has no name of its own.`, {
    hint: 'Name the copy, or take mirror, which copies what is in it.',
  });
}

export const withoutSlashes = (path: string): string => path.replace(/(?<=.)\/+$/, '');

const DEEDS: Readonly<Record<Deed['kind'], string>> = {
  download: 'get',
  upload: 'put',
  'make-directory': 'make folder',
  delete: 'delete',
};

/** Copies a tree. @throws ClientError also when something has failed */
export async function copyInWords(context: CommandContext, wanted: TreeCopy): Promise<void> {
  const { console, preferences, sessions } = context;
  const run = runOf(context, wanted.leaves === 'same' ? 'I' : preferences.type);
  const would = ({ kind, path }: Deed): Promise<void> =>
    console.result(nameToWire(`${DEEDS[kind]} ${path}`), jsonEvent('would', { deed: kind, path }));
  const again = wanted.leaves === 'same' ? 'the same command' : 'get -rc';
  const goOn =
    wanted.direction === 'download' ? `What has come of larger files is kept: ${again} goes on from there.` : undefined;
  const says = wanted.effect === 'do' ? 'summary' : 'nothing';
  await accounted(context, run, { says, goOn }, (account) =>
    copyTree(sessions.current, wanted, { ...run, would }, account),
  );
}
