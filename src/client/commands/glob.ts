/**
 * Patterns for file names: `*` any text, `?` one character, `[a-z]` one of these, `[!a-z]` one of the others, and a backslash makes
 * what follows ordinary. Not a library's regular expression: the names come from the server, and one made for it would keep a
 * backtracking matcher busy for hours. This one takes at most pattern × name steps.
 */

/** One character of a name, or any run of them. */
type Part = 'run' | ((char: string) => boolean);

/** Whether the word stands for several names. */
export const isPattern = (word: string): boolean => /[*?[]/.test(word);

/** Whether names fit the pattern. A leading dot has to be in the pattern; `.`, `..` and what holds a slash never fit. */
export function matcher(pattern: string): (name: string) => boolean {
  const parts = partsOf(Array.from(pattern));
  return (name) => {
    if (name === '.' || name === '..' || name.includes('/')) return false;
    if (name.startsWith('.') && !/^\\?\./.test(pattern)) return false;
    return fits(parts, Array.from(name));
  };
}

function partsOf(chars: readonly string[]): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? '';
    const set = char === '[' ? setAt(chars, at) : undefined;
    if (char === '*') parts.push('run');
    else if (char === '?') parts.push(() => true);
    else if (set !== undefined) {
      parts.push(set.has);
      at = set.end;
    } else {
      // A backslash at the very end stands for itself, and so does a bracket that is not closed.
      if (char === '\\' && at + 1 < chars.length) at += 1;
      const wanted = chars[at];
      parts.push((each) => each === wanted);
    }
  }
  return parts;
}

/** The set that begins at `[`; undefined where it is not closed. A `]` right behind the `[` is one of its characters. */
function setAt(
  chars: readonly string[],
  begin: number,
): { readonly has: (char: string) => boolean; readonly end: number } | undefined {
  const others = chars[begin + 1] === '!' || chars[begin + 1] === '^';
  const first = begin + (others ? 2 : 1);
  const end = chars.indexOf(']', first + 1);
  if (end < 0) return undefined;
  const ranges: (readonly [string, string])[] = [];
  for (let at = first; at < end; at++) {
    const from = chars[at] ?? '';
    const isRange = chars[at + 1] === '-' && at + 2 < end;
    ranges.push([from, isRange ? (chars[at + 2] ?? '') : from]);
    if (isRange) at += 2;
  }
  const code = (char: string): number => char.codePointAt(0) ?? 0;
  return {
    has: (char) => ranges.some(([low, high]) => code(low) <= code(char) && code(char) <= code(high)) !== others,
    end,
  };
}

/** Each `*` takes as little as it can; only the last one that was met is ever made longer. */
function fits(parts: readonly Part[], chars: readonly string[]): boolean {
  let at = 0;
  let part = 0;
  let lastRun: { part: number; at: number } | undefined;
  while (at < chars.length) {
    const here = parts[part];
    if (here === 'run') {
      lastRun = { part, at };
      part += 1;
    } else if (here?.(chars[at] ?? '') === true) {
      part += 1;
      at += 1;
    } else if (lastRun !== undefined) {
      lastRun.at += 1;
      at = lastRun.at;
      part = lastRun.part + 1;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === 'run');
}
