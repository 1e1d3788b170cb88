/** Options of the command line, from their table. Parsing is node:util's parseArgs. */
import { parseArgs } from 'node:util';
import { nearest } from '../../lib/nearest.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { Option } from '../terminal/option-help.js';
import { unknownOption, valueMistake } from '../terminal/option-mistakes.js';

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
