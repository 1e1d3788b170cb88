/** All commands of sftpc, in the order in which help shows them. */
import { nearest } from '../../lib/nearest.js';
import { err, ok } from '../../lib/result.js';
import { ClientError } from '../error.js';
import type { BindResult, BoundCommand, CommandEntry } from './command.js';
import { DIRECTORY_COMMANDS } from './directory-commands.js';
import { SESSION_COMMANDS } from './session-commands.js';
import { SETTING_COMMANDS } from './setting-commands.js';
import { TRANSFER_COMMANDS } from './transfer-commands.js';
import { splitWords } from './words.js';

const HELP: CommandEntry = {
  names: ['help', '?'],
  synopsis: '',
  help: 'show this list',
  count: [0, 0],
  kind: 'plain',
  run: async ({ console }) => {
    console.note(commandHelp().join('\n'));
    return Promise.resolve();
  },
};

export const COMMANDS: readonly CommandEntry[] = [
  ...DIRECTORY_COMMANDS,
  ...TRANSFER_COMMANDS,
  ...SETTING_COMMANDS,
  HELP,
  ...SESSION_COMMANDS,
];

/** Finds the command of a line's words. */
export function bindCommand([name = '', ...args]: readonly string[]): BindResult {
  const entry = COMMANDS.find(({ names }) => names.includes(name.toLowerCase()));
  if (entry === undefined) {
    const meant = nearest(
      name,
      COMMANDS.flatMap(({ names }) => names),
    );
    return err(
      `there is no command ${JSON.stringify(name)}: ${meant === undefined ? 'help lists them' : `did you mean ${meant}?`}`,
    );
  }
  const [least, most] = entry.count;
  if (args.length < least || args.length > most) {
    return err(`${args.length < least ? 'too few' : 'too many'} arguments; it is: ${name} ${entry.synopsis}`.trimEnd());
  }
  return ok({ entry, args });
}

/** The command of a line; undefined for a blank one or a comment. @throws ClientError */
export function parseLine(line: string): BoundCommand | undefined {
  const words = splitWords(line);
  if (!words.ok) throw new ClientError('command', `This line cannot be read: ${words.error}.`);
  if (words.value.length === 0) return undefined;
  const command = bindCommand(words.value);
  if (!command.ok) throw new ClientError('command', command.error);
  return command.value;
}

/** One line a command. */
export function commandHelp(): readonly string[] {
  const rows = COMMANDS.map(
    ({ names: [name = ''], synopsis, help }) => [`${name} ${synopsis}`.trimEnd(), help] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, help]) => `  ${left.padEnd(width)}${help}`);
}
