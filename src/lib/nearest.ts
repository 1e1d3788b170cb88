/** Longer words are not compared: a typo of a key or a flag is short, and the work is the product of the lengths. */
const MAX_WORD = 64;

/** The candidate a misspelt word most likely stands for, for "did you mean"; undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  const folded = fold(word);
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    if (candidate.length > MAX_WORD) continue;
    const other = fold(candidate);
    const far = distance(folded, other);
    // A third of the letters may be wrong; of one or two letters, none: "-a" is not a typo of "-b".
    if (far < least && far <= Math.floor(Math.max(folded.length, other.length) / 3)) {
      best = candidate;
      least = far;
    }
  }
  return best;
}

/** `idle-timeout`, `idle_timeout` and `idleTimeout` are the same word to a person. */
function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Edits (insert, delete, replace, swap neighbours) between two words: optimal string alignment. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
