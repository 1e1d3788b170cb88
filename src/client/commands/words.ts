/** A command line of sftpc, taken apart into words: blanks separate, quotes and backslashes keep together. */
import { err, ok, type Result } from '../../lib/result.js';

/**
 * Words of a line. `'…'` is verbatim; within `"…"` and outside of quotes a backslash makes the next character ordinary. A `#`
 * at the beginning of a word begins a comment. Names with spaces: `get "two words.txt"`.
 */
export function splitWords(line: string): Result<readonly string[], string> {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (char === '\\' && quote !== "'") {
      at += 1;
      if (at >= line.length) return err('the line ends in a backslash');
      word = (word ?? '') + (line[at] ?? '');
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === ' ' || char === '\t' || char === '\r') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '#' && word === undefined) {
      break;
    } else word = (word ?? '') + char;
  }
  if (quote !== undefined) return err(`the quote ${quote} is not closed`);
  return ok(word === undefined ? words : [...words, word]);
}
