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

function mistakeOf({ code, message }: NodeJS.ErrnoException, table: readonly Option[]): string {
  const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'-{0,2}([^'=]+)/.exec(message)?.[1] : undefined;
  // A message of parseArgs goes on with advice about words that begin with a dash.
  if (unknown === undefined) return message.split(/[.\n]/, 1)[0] ?? message;
  const meant = nearest(
    unknown,
    table.map(({ long }) => long),
  );
  const hint = meant === undefined ? '--help lists them all' : `did you mean --${meant}?`;
  return `unknown option ${JSON.stringify(unknown)}: ${hint}`;
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
