/**
 * ~/.netrc, as ftp(1) and curl read it: `machine NAME` or `default`, then `login`, `password` and `account` in any order. Blanks
 * and line ends separate words; a word that begins with a quote ends with the next one, and a backslash makes what follows
 * ordinary. A line that begins with # is a comment. `macdef NAME` is passed over, up to an empty line: macros are not run.
 */
import { Secret } from '../../lib/secret.js';

export interface NetrcEntry {
  /** Undefined: `default`, for every machine. */
  readonly machine: string | undefined;
  readonly login: string | undefined;
  readonly password: Secret<string> | undefined;
  readonly account: Secret<string> | undefined;
}

type Key = 'login' | 'password' | 'account';

/** The entries, in order. What makes no sense is passed over, as the others do. */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const entries: NetrcEntry[] = [];
  const words = wordsOf(text)[Symbol.iterator]();
  let entry: ({ machine: string | undefined } & Partial<Record<Key, string>>) | undefined;
  const finish = (): void => {
    if (entry === undefined) return;
    const { machine, login, password, account } = entry;
    entries.push({ machine, login, password: secret(password), account: secret(account) });
  };
  for (let next = words.next(); next.done !== true; next = words.next()) {
    const word = next.value;
    if (word === 'machine' || word === 'default') {
      finish();
      entry = { machine: word === 'machine' ? valueOf(words) : undefined };
    } else if (entry !== undefined && isKey(word)) {
      const value = valueOf(words);
      entry[word] ??= value;
    }
  }
  finish();
  return entries;
}

/** The first entry for a machine; where the user is known already, the first one that is not somebody else's. */
export function findNetrc(
  entries: readonly NetrcEntry[],
  host: string,
  user: string | undefined,
): NetrcEntry | undefined {
  const name = host.toLowerCase();
  return entries.find(
    ({ machine, login }) =>
      (machine === undefined || machine.toLowerCase() === name) &&
      (user === undefined || login === undefined || login === user),
  );
}

const isKey = (word: string): word is Key => word === 'login' || word === 'password' || word === 'account';

const secret = (text: string | undefined): Secret<string> | undefined =>
  text === undefined ? undefined : new Secret(text);

function valueOf(words: Iterator<string>): string {
  const next = words.next();
  return next.done === true ? '' : next.value;
}

/** Comments and macros left out. */
function wordsOf(text: string): readonly string[] {
  let isMacro = false;
  return text.split(/\r?\n/).flatMap((line) => {
    if (isMacro) isMacro = line.trim() !== '';
    if (isMacro || /^\s*#/.test(line)) return [];
    const words = Array.from(line.matchAll(WORD), ([word]) => unquoted(word));
    const macro = words.indexOf('macdef');
    isMacro = macro >= 0;
    return isMacro ? words.slice(0, macro) : words;
  });
}

const WORD = /"(?:\\.|[^"\\])*"?|(?:\\.|[^\s\\])+\\?|\\/g;

const unquoted = (word: string): string => word.replace(/^"([^]*?)"?$/, '$1').replace(/\\(.)/g, '$1');
