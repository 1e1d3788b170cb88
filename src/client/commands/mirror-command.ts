/** mirror: makes a directory on one side like one on the other. */
import { basename } from 'node:path';
import type { TreeCopy } from '../files/tree.js';
import { plainPath } from '../files/remote-file.js';
import type { CommandContext, CommandEntry } from './command.js';
import { isPattern, matcher } from './glob.js';
import type { CommandOption, OptionValues } from './options.js';
import { PARALLEL, parallelOf } from './transfer-account.js';
import { copyInWords, withoutSlashes } from './tree-transfers.js';

const REVERSE: CommandOption = { long: 'reverse', short: 'R', help: 'make the server like this side' };

const DELETE: CommandOption = {
  long: 'delete',
  help: 'delete what the source does not have',
};

const DRY_RUN: CommandOption = {
  long: 'dry-run',
  short: 'n',
  help: 'show what would be done, and do nothing',
};

const EXCLUDE: CommandOption = {
  long: 'exclude',
  short: 'x',
  value: 'PATTERN',
  many: true,
  help: 'leave out files and directories of such a name, or, with a slash in it, such a path; also several times',
};

/** Sessions of a mirror where nothing else is asked for. */
const SESSIONS = 2;

export const MIRROR_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['mirror'],
    synopsis: '[-Rn] [--delete] [-x PATTERN] [-P N] SOURCE [TARGET]',
    help: 'make TARGET here like SOURCE on the server, or with -R the other way: only what differs is moved',
    details:
      'Files are the same where size and time are. Nothing is deleted unless that is asked for, and never through a symbolic ' +
      'link. A download that broke off is gone on with.',
    options: [REVERSE, DELETE, DRY_RUN, EXCLUDE, PARALLEL],
    count: [1, 2],
    completes: ['remote-directory', 'local-directory'],
    kind: 'transfer',
    run: mirror,
  },
];

async function mirror(
  context: CommandContext,
  [from = '', to]: readonly string[],
  options: OptionValues,
): Promise<void> {
  const direction = options.has(REVERSE.long) ? 'upload' : 'download';
  const source = withoutSlashes(from);
  const target = to === undefined ? basename(source) || '.' : withoutSlashes(to);
  await copyInWords(context, {
    direction,
    source,
    target: direction === 'upload' ? plainPath(target) : target,
    leaves: 'same',
    deletes: options.has(DELETE.long),
    effect: options.has(DRY_RUN.long) ? 'tell' : 'do',
    excluded: exclusion(options.get(EXCLUDE.long) ?? []),
    parallel: parallelOf(options, SESSIONS),
  } satisfies TreeCopy);
}

/** Whether a path below the root fits one of the patterns: a name at any depth, or a path from the root where it has a slash. */
function exclusion(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map((pattern) => {
    const parts = pattern
      .replace(/^\/+|\/+$/g, '')
      .split('/')
      .map(fitting);
    const isPath = pattern.replace(/\/+$/, '').includes('/');
    return (names: readonly string[]): boolean => {
      const compared = isPath ? names : names.slice(-1);
      return compared.length === parts.length && parts.every((fits, index) => fits(compared[index] ?? ''));
    };
  });
  return (path) => tests.some((test) => test(path.split('/')));
}

const fitting = (part: string): ((name: string) => boolean) =>
  isPattern(part) ? matcher(part) : (name): boolean => name === part;
