/** mget and mput: several files, by patterns, each asked for where somebody can be asked. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Account } from '../files/account.js';
import { downloadFile } from '../files/download.js';
import { plainPath } from '../files/remote-file.js';
import type { TransferItem } from '../files/transfer-events.js';
import { uploadFile } from '../files/upload.js';
import { workOff, type Job } from '../files/work-queue.js';
import { targetOf } from '../local/incoming-file.js';
import { pathOctets } from '../local/local-file.js';
import type { CommandContext, CommandEntry } from './command.js';
import { expandLocal } from './local-glob.js';
import type { OptionValues } from './options.js';
import { expandRemote } from './remote-glob.js';
import { agreed } from './several.js';
import { accounted, CONTINUE, needBinary, PARALLEL, parallelOf, runOf } from './transfer-account.js';

const ASKED = 'While prompt is on, each file is asked for: yes, no, all (this one and the rest) or quit.';

export const SEVERAL_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['mget'],
    synopsis: '[-c] [-P N] PATTERN…',
    help: 'receive several files into the local directory',
    details: `Directories among what a pattern stands for are passed over: get -r takes them. ${ASKED}`,
    options: [CONTINUE, PARALLEL],
    count: [1, Infinity],
    completes: ['remote-file'],
    kind: 'transfer',
    run: getSeveral,
  },
  {
    names: ['mput'],
    synopsis: '[-c] [-P N] PATTERN…',
    help: 'send several files into the directory on the server',
    details: `Directories among what a pattern stands for are passed over: put -r takes them. ${ASKED}`,
    options: [CONTINUE, PARALLEL],
    count: [1, Infinity],
    completes: ['local-file'],
    kind: 'transfer',
    run: putSeveral,
  },
];

async function getSeveral(context: CommandContext, words: readonly string[], options: OptionValues): Promise<void> {
  const { sessions, preferences, signal } = context;
  const from = options.has(CONTINUE.long) ? 'part' : 'beginning';
  await forSeveral(context, options, words, {
    verb: 'mget',
    direction: 'download',
    expand: async (word, passOver) => {
      const matches = await expandRemote(sessions.current, word, preferences, signal);
      for (const { path, entry } of matches) if (entry?.kind === 'directory') passOver(path);
      return matches.filter(({ entry }) => entry?.kind !== 'directory').map(({ path }) => path);
    },
    move: (account, remote) => async (client) => {
      await account.move(remote, async () => {
        const local = await targetOf(remote, undefined, 'server');
        return downloadFile(client, { remote: plainPath(remote), local, from, time: 'now' }, account.run);
      });
      return [];
    },
  });
}

async function putSeveral(context: CommandContext, words: readonly string[], options: OptionValues): Promise<void> {
  const onto = options.has(CONTINUE.long) ? 'resume' : 'replace';
  await forSeveral(context, options, words, {
    verb: 'mput',
    direction: 'upload',
    expand: async (word, passOver) => {
      const paths: string[] = [];
      for (const path of await expandLocal(word, context.preferences)) {
        const found = await stat(pathOctets(path)).catch(() => undefined);
        if (found?.isDirectory() === true) passOver(path);
        else paths.push(path);
      }
      return paths;
    },
    move: (account, local) => async (client) => {
      const remote = plainPath(basename(local));
      await account.move(local, () => uploadFile(client, { local, remote, onto, time: 'now' }, account.run));
      return [];
    },
  });
}

interface Several {
  readonly verb: string;
  readonly direction: TransferItem['direction'];
  /** The files that a word stands for. */
  readonly expand: (word: string, passOver: (directory: string) => void) => Promise<readonly string[]>;
  readonly move: (account: Account, path: string) => Job;
}

async function forSeveral(
  context: CommandContext,
  options: OptionValues,
  words: readonly string[],
  { verb, direction, expand, move }: Several,
): Promise<void> {
  const { preferences, sessions } = context;
  if (options.has(CONTINUE.long)) needBinary(preferences.type);
  const parallel = parallelOf(options);
  const run = runOf(context);
  const goOn =
    direction === 'download' ? 'What has come of larger files is kept: mget -c goes on from there.' : undefined;
  await accounted(context, run, { says: 'summary', goOn }, async (account) => {
    const paths = new Set<string>();
    const directories = new Set<string>();
    const passOver = (directory: string): void => void directories.add(directory);
    for (const word of words) {
      const item = (): TransferItem => ({ id: run.nextId(), direction, remote: word, local: word, size: undefined });
      const found = await account.attempt(word, item, () => expand(word, passOver));
      for (const path of found ?? []) paths.add(path);
    }
    for (const directory of directories) run.notice(`${directory} is a folder: passed over`);
    account.tally.passedOver = directories.size;
    const jobs: Job[] = [];
    for await (const path of agreed(paths, (each) => `${verb} ${each}`, context)) jobs.push(move(account, path));
    await workOff(sessions.current, jobs, { ...run, parallel });
  });
}
