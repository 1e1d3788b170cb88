/** Words that stand for files on this side, as mput takes them. */
import { readdir } from 'node:fs/promises';
import { ClientError } from '../error.js';
import { nameOfOctets, onDisk, pathOctets } from '../local/local-file.js';
import { isPattern, matcher } from './glob.js';
import type { Preferences } from './preferences.js';

/**
 * The paths that a word stands for, by name; itself where it is no pattern or `glob` is off. Each part between slashes is a pattern of
 * its own.
 *
 * @throws ClientError when nothing matches
 */
export async function expandLocal(word: string, { glob }: Pick<Preferences, 'glob'>): Promise<readonly string[]> {
  if (!glob || !isPattern(word)) return [word];
  const parts = word.split('/');
  // What comes before the first pattern is one place, and may be one that cannot be listed.
  const first = parts.findIndex(isPattern);
  let reached: readonly string[] = [parts.slice(0, first).join('/') + (first > 0 ? '/' : '')];
  for (const [index, part] of parts.slice(first).entries()) {
    const isLast = first + index === parts.length - 1;
    const found: string[] = [];
    for (const place of reached) {
      const names = isPattern(part) ? await namesIn(place, part) : [part];
      for (const name of names) found.push(`${place}${name}${isLast ? '' : '/'}`);
    }
    reached = found;
  }
  if (reached.length > 0) return [...reached].sort();
  throw new ClientError('command', `${word}: no file here matches.`, {
    hint: 'See what is there: !ls. With glob off the word is taken as it is.',
  });
}

/** None where the place is no directory. */
async function namesIn(place: string, pattern: string): Promise<readonly string[]> {
  const path = place === '' ? '.' : place;
  const names = await onDisk(path, () => readdir(pathOctets(path), { encoding: 'buffer' })).catch(() => []);
  return names.map(nameOfOctets).filter(matcher(pattern));
}
