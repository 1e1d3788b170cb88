/** All commands of sftpc, in the order in which help shows them, and how a line becomes one of them. */
import { nearest } from '../../lib/nearest.js';
import { err, ok, type Result } from '../../lib/result.js';
import { ClientError } from '../error.js';
import type { BindResult, BoundCommand, CommandEntry } from './command.js';
import { DIRECTORY_COMMANDS } from './directory-commands.js';
import { FILE_COMMANDS } from './file-commands.js';
import { commandText, listOfCommands, type CommandGroup } from './help.js';
import { LOCAL_COMMANDS } from './local-commands.js';
import { MIRROR_COMMANDS } from './mirror-command.js';
import { takeOptions, type OptionValues } from './options.js';
import { SESSION_COMMANDS } from './session-commands.js';
import { SEVERAL_COMMANDS } from './several-commands.js';
import { SETTING_COMMANDS } from './setting-commands.js';
import { TRANSFER_COMMANDS } from './transfer-commands.js';
import { splitWords } from './words.js';

const HELP: CommandEntry = {
  names: ['help', '?'],
  synopsis: '[COMMAND]',
  help: 'show the list of commands, or one of them in full',
  count: [0, 1],
  get completes() {
    return [COMMAND_NAMES];
  },
  kind: 'plain',
  run: async ({ console }, [name]) => {
    if (name === undefined) console.note([...commandHelp(), '', MORE].join('\n'));
    else {
      const entry = findCommand(name);
      if (!entry.ok) throw new ClientError('command', `${entry.error}.`.replace(/\?\.$/, '?'));
      console.note(commandText(entry.value).join('\n'));
    }
    return Promise.resolve();
  },
};

const GROUPS: readonly CommandGroup[] = [
  { title: 'directories', entries: DIRECTORY_COMMANDS },
  { title: 'transfers', entries: [...TRANSFER_COMMANDS, ...SEVERAL_COMMANDS, ...MIRROR_COMMANDS] },
  { title: 'files', entries: FILE_COMMANDS },
  { title: 'settings', entries: SETTING_COMMANDS },
  { title: 'this side', entries: LOCAL_COMMANDS },
  { title: 'session', entries: [...SESSION_COMMANDS, HELP] },
];

export const COMMANDS: readonly CommandEntry[] = GROUPS.flatMap(({ entries }) => entries);

/** All names, aliases included. */
const COMMAND_NAMES: readonly string[] = COMMANDS.flatMap(({ names }) => names);

/** The list of commands, a line each group or more. */
const commandHelp = (): readonly string[] => listOfCommands(GROUPS);

/** Below the list. */
const MORE = 'help COMMAND says more. Names may be shortened: mod will do for modtime.';

const NONE: OptionValues = new Map();

/** Finds the command of a line's words. */
export function bindCommand([first = '', ...rest]: readonly string[]): BindResult {
  // A shell's command may follow its ! without a blank.
  const [name, words] = /^!./s.test(first) ? ['!', [first.slice(1), ...rest]] : [first, rest];
  const found = findCommand(name);
  if (!found.ok) return found;
  const entry = found.value;
  const usage = `${entry.names[0] ?? ''} ${entry.synopsis}`.trimEnd();
  const taken = entry.options === undefined ? ok({ args: words, options: NONE }) : takeOptions(entry.options, words);
  if (!taken.ok) return err(`${taken.error}; it is: ${usage}`);
  const { args, options } = taken.value;
  const [least, most] = entry.count;
  if (args.length < least) return err(`too few arguments; it is: ${usage}`);
  if (args.length > most) {
    const hasNames = entry.completes?.some((what) => typeof what === 'string') === true;
    return err(`too many arguments${hasNames ? ' (a name with blanks goes into quotes)' : ''}; it is: ${usage}`);
  }
  return ok({ entry, args, options });
}

/** By its name, or the beginning of one where it is the beginning of no other command's. */
function findCommand(word: string): Result<CommandEntry, string> {
  const name = word.toLowerCase();
  const exact = COMMANDS.find(({ names }) => names.includes(name));
  if (exact !== undefined) return ok(exact);
  const begun = COMMANDS.filter(({ names }) => name !== '' && names.some((each) => each.startsWith(name)));
  const [only] = begun;
  if (only !== undefined && begun.length === 1) return ok(only);
  if (begun.length > 1) {
    const meant = begun.map(({ names }) => names.find((each) => each.startsWith(name)));
    return err(`${JSON.stringify(word)} is the beginning of several commands: ${meant.join(', ')}`);
  }
  const meant = nearest(word, COMMAND_NAMES);
  return err(
    `there is no command ${JSON.stringify(word)}: ${meant === undefined ? 'help lists them' : `did you mean ${meant}?`}`,
  );
}

/** The command of a line; undefined for a blank one or a comment. @throws ClientError */
export function parseLine(line: string): BoundCommand | undefined {
  const words = wordsOf(line);
  if (!words.ok) throw new ClientError('command', `This line cannot be read: ${words.error}.`);
  if (words.value.length === 0) return undefined;
  const command = bindCommand(words.value);
  if (!command.ok) throw new ClientError('command', command.error);
  return command.value;
}

/** What follows a `!` is the shell's to take apart. */
function wordsOf(line: string): Result<readonly string[], string> {
  const shell = /^\s*!\s*(.*?)\s*$/s.exec(line)?.[1];
  if (shell === undefined) return splitWords(line);
  return ok(shell === '' ? ['!'] : ['!', shell]);
}
