/** Completion of the line that is being typed: commands, their words, files on this side and on the server. */
import type { CommandEntry } from '../commands/command.js';
import { takeOptions } from '../commands/options.js';
import { scanWords, writeWord, type Scan } from '../commands/words.js';
import type { Completed } from '../terminal/line-editor.js';
import { candidatesFor, words, type Candidate, type ListRemote } from './candidates.js';

/** Completes what is typed up to the cursor. Undefined where there is nothing to add. Never throws. */
export async function complete(
  line: string,
  commands: readonly CommandEntry[],
  listRemote: ListRemote,
): Promise<Completed | undefined> {
  const scan = scanWords(line);
  if (scan.unfinished !== undefined) return undefined;
  const candidates = await candidatesOf(scan, commands, listRemote).catch(() => []);
  const [only, ...others] = candidates;
  if (only === undefined) return undefined;
  const quote = scan.last?.quote;
  const typed = scan.last?.text ?? '';
  const labels = candidates.map(({ label }) => label);
  const replaces = scan.last === undefined ? '' : line.slice(scan.last.at);
  if (others.length === 0) {
    const end = only.end === 'closed' ? `${quote ?? ''} ` : '';
    return { text: writeWord(only.word, quote) + end, replaces, labels };
  }
  const common = candidates.map(({ word }) => word).reduce(commonBeginning);
  // What is typed stays as it is typed while nothing can be added to it.
  return { text: common.length > typed.length ? writeWord(common, quote) : replaces, replaces, labels };
}

async function candidatesOf(
  { words: before, last }: Scan,
  commands: readonly CommandEntry[],
  listRemote: ListRemote,
): Promise<readonly Candidate[]> {
  const typed = last?.text ?? '';
  const [name, ...given] = before;
  if (name === undefined) {
    const table = commands.flatMap(({ names }) => names.filter((each) => /^[a-z]/.test(each)));
    return words(table.toSorted(), typed);
  }
  const entry = commands.find(({ names }) => names.includes(name.toLowerCase()));
  if (entry === undefined) return [];
  const { completes = [], count, options } = entry;
  if (options !== undefined && typed.startsWith('-')) {
    return words(
      options.map(({ long }) => `--${long}`),
      typed,
    );
  }
  const at = argumentsIn(given, options);
  const completion = at !== undefined && at < count[1] ? (completes[at] ?? completes.at(-1)) : undefined;
  if (completion === undefined) return [];
  const candidates = await candidatesFor(completion, typed, listRemote);
  // Read as an option, where there are some; ./ before it helps.
  return options === undefined ? candidates : candidates.filter(({ word }) => !word.startsWith('-'));
}

/** How many of the words are arguments; undefined where an option waits for what it takes, or there is no such option. */
function argumentsIn(given: readonly string[], options: CommandEntry['options']): number | undefined {
  if (options === undefined) return given.length;
  const taken = takeOptions(options, given);
  return taken.ok ? taken.value.args.length : undefined;
}

/** Character by character: half of a surrogate pair is none. */
function commonBeginning(one: string, other: string): string {
  const [these, those] = [Array.from(one), Array.from(other)];
  const end = these.findIndex((char, at) => char !== those[at]);
  return end < 0 ? one : these.slice(0, end).join('');
}
