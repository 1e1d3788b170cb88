/** Options as tables: what parses them and what help prints of them. Parsing is node:util's parseArgs. */
import { parseArgs } from 'node:util';
import { nearest } from '../../lib/nearest.js';
import { err, ok, type Result } from '../../lib/result.js';

export interface Option {
  /** Without the dashes. */
  readonly long: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** How help names its value; absent for an option without one. */
  readonly value?: string;
  /** The heading that help puts it under. */
  readonly group: string;
  readonly help: string;
}

/** What was given of a table's options. */
export interface Scanned<Long extends string> {
  /** Whether an option is there. */
  readonly has: (long: Long) => boolean;
  /** The value of an option; the last one counts. */
  readonly text: (long: Long) => string | undefined;
  /** An option as it was typed: `-t` or `--integrity-only`. */
  readonly spelled: (long: Long) => string;
  /** The words that are no options. */
  readonly words: readonly string[];
}

/** Takes words apart. The error is a sentence without a full stop. */
export function scan<Long extends string>(
  args: readonly string[],
  table: readonly (Option & { readonly long: Long })[],
): Result<Scanned<Long>, string> {
  const options = Object.fromEntries(
    table.map(({ long, short, value }) => {
      const type = value === undefined ? 'boolean' : 'string';
      return [long, short === undefined ? ({ type } as const) : ({ type, short } as const)];
    }),
  );
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      tokens: true,
    });
    const typed = new Map(tokens.flatMap((token) => (token.kind === 'option' ? [[token.name, token.rawName]] : [])));
    const text = (long: Long): string | undefined => {
      const value = values[long];
      return typeof value === 'string' ? value : undefined;
    };
    const spelled = (long: Long): string => typed.get(long) ?? `--${long}`;
    return ok({ has: (long) => values[long] !== undefined, text, spelled, words: positionals });
  } catch (error) {
    return err(mistakeOf(error as NodeJS.ErrnoException, table));
  }
}

function mistakeOf(error: NodeJS.ErrnoException, table: readonly Option[]): string {
  const unknown = unknownOption(error);
  if (unknown === undefined) return valueMistake(error, table);
  const meant = nearest(
    unknown.replace(/^-+/, ''),
    table.map(({ long }) => long),
  );
  return `unknown option ${unknown}${meant === undefined ? '' : `: did you mean --${meant}?`}`;
}

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

/** Columns of a terminal that nobody has widened. */
const WIDTH = 80;

/** Where the explanations begin. */
const INDENT = 28;

/** The options of a group, in 80 columns. */
export function optionHelp(table: readonly Option[], group: string): readonly string[] {
  return table
    .filter((option) => option.group === group)
    .flatMap(({ long, short, value, help }) => {
      const names = `${short === undefined ? '    ' : `-${short}, `}--${long}${value === undefined ? '' : ` ${value}`}`;
      return helpRow(names, help);
    });
}

/** Something and its explanation, which stands beside it, or below where it is long. */
export function helpRow(name: string, help: string): readonly string[] {
  const left = `  ${name}`;
  const lines = wrapped(help, WIDTH - INDENT).map((line) => ' '.repeat(INDENT) + line);
  if (left.length > INDENT - 2) return [left, ...lines];
  return [left.padEnd(INDENT) + (lines[0] ?? '').trimStart(), ...lines.slice(1)];
}

export function wrapped(text: string, width: number): readonly string[] {
  return text.split(' ').reduce<readonly string[]>((lines, word) => {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) return [...lines, word];
    return [...lines.slice(0, -1), `${line} ${word}`];
  }, []);
}
