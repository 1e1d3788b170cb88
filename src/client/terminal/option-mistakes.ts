/** What is wrong with the options somebody gave, in words: of what node:util's parseArgs throws. */
import type { Option } from './option-help.js';

/** The option of which parseArgs says that it is not in the table, with its dashes. */
export function unknownOption({ code, message }: NodeJS.ErrnoException): string | undefined {
  return code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'(-{1,2}[^'=]+)/.exec(message)?.[1] : undefined;
}

/** What parseArgs says of an option without its value, or with one that it does not take, in our words. */
export function valueMistake({ message }: Error, table: readonly Pick<Option, 'long' | 'short' | 'value'>[]): string {
  // '-u, --user <value>' in one message, '-u' or '--user' in another.
  const [, name] = /'-{1,2}([^'=, ]+)/.exec(message) ?? [];
  const option = table.find(({ long, short }) => long === name || short === name);
  // Its messages go on with advice about words that begin with a dash.
  if (option?.value === undefined) return message.split(/[.\n]/, 1)[0] ?? message;
  const spelled = option.short === undefined ? `--${option.long}` : `-${option.short}`;
  return `${spelled} lacks what it takes: ${spelled} ${option.value}`;
}
