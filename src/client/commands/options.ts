/** Options of commands: words that begin with a hyphen, before or behind the others; `--` ends them. */
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../../lib/result.js';
import { unknownOption, valueMistake } from '../terminal/option-mistakes.js';

export interface CommandOption {
  readonly long: string;
  readonly short?: string;
  /** What it takes, as help shows it. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly many?: true;
  readonly help: string;
}

/** Those that were given, by their long names; those that take something, with all that they were given. */
export type OptionValues = ReadonlyMap<string, readonly string[]>;

export interface Parsed {
  readonly options: OptionValues;
  /** The other words. */
  readonly args: readonly string[];
}

/** Takes options out of a command's words. The error is a sentence without a full stop. */
export function takeOptions(known: readonly CommandOption[], words: readonly string[]): Result<Parsed, string> {
  const config = Object.fromEntries(
    known.map(({ long, short, value }) => [
      long,
      {
        type: value === undefined ? 'boolean' : 'string',
        multiple: true,
        ...(short === undefined ? {} : { short }),
      } as const,
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...words], options: config, allowPositionals: true });
    const options = new Map<string, readonly string[]>();
    for (const { long, many } of known) {
      const given = values[long]?.filter((each) => typeof each === 'string') ?? [];
      if (values[long] === undefined) continue;
      if (given.length > 1 && many === undefined) return err(`--${long} is given more than once`);
      options.set(long, given);
    }
    return ok({ options, args: positionals });
  } catch (error) {
    const mistake = error as NodeJS.ErrnoException;
    const unknown = unknownOption(mistake);
    if (unknown === undefined) return err(valueMistake(mistake, known));
    // Of -dash.txt, parseArgs names -d.
    const word = words.find((each) => each.startsWith(unknown)) ?? unknown;
    return err(`there is no option ${unknown}; a file whose name begins with - is written ./${word}`);
  }
}
