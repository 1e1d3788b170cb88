/** A command line of sftpc, taken apart into words: blanks separate, quotes and backslashes keep together. */
import { err, ok, type Result } from '../../lib/result.js';

type Quote = '"' | "'";

/** A line as far as it is typed. */
export interface Scan {
  readonly words: readonly string[];
  /** The word that the line ends in, where it does, which is none of `words`. */
  readonly last:
    | {
        readonly text: string;
        /** Where it begins in the line. */
        readonly at: number;
        /** The quote that is still open. */
        readonly quote: Quote | undefined;
      }
    | undefined;
  /** What the line cannot end in. */
  readonly unfinished: 'comment' | 'backslash' | undefined;
}

/**
 * Words of a line. `'…'` is verbatim; within `"…"` and outside of quotes a backslash makes the next character ordinary. A `#`
 * at the beginning of a word begins a comment. Names with spaces: `get "two words.txt"`.
 */
export function scanWords(line: string): Scan {
  const words: string[] = [];
  let word: { text: string; readonly at: number } | undefined;
  let quote: Quote | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (quote === undefined && (char === ' ' || char === '\t' || char === '\r')) {
      if (word !== undefined) words.push(word.text);
      word = undefined;
      continue;
    }
    if (char === '#' && word === undefined) return { words, last: undefined, unfinished: 'comment' };
    word ??= { text: '', at };
    if (char === '\\' && quote !== "'") {
      at += 1;
      if (at >= line.length) return { words, last: { ...word, quote }, unfinished: 'backslash' };
      word.text += line[at] ?? '';
    } else if (char === quote) quote = undefined;
    else if (quote === undefined && (char === '"' || char === "'")) quote = char;
    else word.text += char;
  }
  return { words, last: word === undefined ? undefined : { ...word, quote }, unfinished: undefined };
}

/** The words of a whole line. The error is a sentence without a full stop. */
export function splitWords(line: string): Result<readonly string[], string> {
  const { words, last, unfinished } = scanWords(line);
  if (unfinished === 'backslash') return err('the line ends in a backslash');
  if (last?.quote !== undefined) return err(`the quote ${last.quote} is not closed`);
  return ok(last === undefined ? words : [...words, last.text]);
}

/**
 * How a word is written in a line, so that it is read as that word.
 * @param quote - the quote it begins with, and is left within; without one, backslashes do what is needed
 */
export function writeWord(word: string, quote?: Quote): string {
  switch (quote) {
    case '"':
      return `"${word.replaceAll(/["\\]/g, '\\$&')}`;
    case "'":
      return `'${word.replaceAll("'", String.raw`'\''`)}`;
    case undefined:
      return word === '' ? "''" : word.replaceAll(/[ \t\r"'\\]|^#/g, '\\$&');
  }
}
