/** argv → what sftpd is asked to do. Wrong arguments are values: every one of them, for main to print before exit 2. */
import type { Patch } from '../config/patch.js';
import { nearest } from '../lib/nearest.js';
import { err, ok, type Result } from '../lib/result.js';
import type { Action } from './flag.js';
import { DEFAULT_CONFIG_FILE, type Flag, FLAGS } from './flags.js';

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'print-schema' }
  | ({ readonly kind: 'run' | 'check' | 'print-config' } & ConfigurationSource);

/** Where the configuration comes from: the first two arguments of loadConfiguration, in effect. */
export interface ConfigurationSource {
  readonly file: string;
  /** A file the administrator named must be there; the default one need not. */
  readonly ifAbsent: 'error' | 'defaults';
  readonly patches: readonly Patch[];
  /** Whether standard input is the control connection. */
  readonly inetd: boolean;
}

/** Exit status for a wrong command line. */
export const EXIT_USAGE = 2;

/** One flag as it was given. */
interface Given {
  readonly flag: Flag;
  /** As written, for messages: `-p 21`. */
  readonly written: string;
  readonly value: string;
}

/**
 * Parses the arguments after the program's name; on failure gives one line for each mistake.
 *
 * @param cwd - the directory from which relative paths in flags are taken
 */
export function parseArguments(
  argv: readonly string[],
  flags: readonly Flag[] = FLAGS,
  cwd = process.cwd(),
): Result<Invocation, readonly string[]> {
  const { given, mistakes } = scan(argv, flags);
  const patches: Patch[] = [];
  let file: string | undefined;
  let inetd = false;
  let action: Action | 'run' = 'run';
  for (const flag of flags) {
    const uses = given.filter((each) => each.flag === flag);
    const last = uses.at(-1);
    if (last === undefined) continue;
    const { effect } = flag;
    const once =
      effect.kind === 'file' || (effect.kind === 'patch' && flag.value !== undefined && effect.repeatable !== true);
    if (once && uses.length > 1) {
      mistakes.push(
        `--${flag.long} is given ${uses.length} times: ${uses.map((each) => each.written).join(', ')}; give it once`,
      );
    }
    switch (effect.kind) {
      case 'action':
        // Of several the one that asks for least wins: none of them changes anything.
        if (rank(effect.action) > rank(action)) action = effect.action;
        break;
      case 'file':
        file = last.value;
        break;
      case 'inetd':
        inetd = true;
        break;
      case 'patch': {
        const yielded = effect.patches(
          uses.map((each) => each.value),
          cwd,
        );
        const written = uses.map((each) => each.written).join(' ');
        if (yielded.ok) patches.push(...yielded.value.map((patch) => ({ ...patch, flag: written })));
        else mistakes.push(`${written}: ${yielded.error}`);
      }
    }
  }
  if (mistakes.length > 0) return err(mistakes);
  if (action === 'help' || action === 'version' || action === 'print-schema') return ok({ kind: action });
  const source = { file: file ?? DEFAULT_CONFIG_FILE, ifAbsent: file === undefined ? 'defaults' : 'error' } as const;
  return ok({ kind: action, ...source, patches, inetd });
}

function rank(action: Action | 'run'): number {
  return ['run', 'check', 'print-config', 'print-schema', 'version', 'help'].indexOf(action);
}

/** Tells flags, values and mistakes apart, getopt's way: `-p21`, `-p 21`, `-hv`, `--config FILE`, `--config=FILE`. */
function scan(argv: readonly string[], flags: readonly Flag[]): { given: readonly Given[]; mistakes: string[] } {
  const given: Given[] = [];
  const mistakes: string[] = [];
  const rest = [...argv];

  /** Takes the value that stands apart; a word that looks like a flag is more likely a forgotten value. */
  const apart = (flag: Flag, name: string): void => {
    const value = rest[0];
    if (value === undefined || value === '' || /^-./.test(value)) {
      if (value === '') rest.shift();
      const attached = name.startsWith('--') ? `${name}=-…` : `${name}-…`;
      const hint = value?.startsWith('-') === true ? ` (a value that begins with - is attached: ${attached})` : '';
      mistakes.push(`${name} needs a value: ${name} ${flag.value ?? ''}${hint}`);
      return;
    }
    rest.shift();
    given.push({ flag, written: `${name} ${value}`, value });
  };

  const long = (word: string): void => {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const flag = flags.find((each) => each.long === name);
    if (flag === undefined) {
      mistakes.push(unknown(`--${name}`, flags));
    } else if (flag.value === undefined) {
      if (value === undefined) given.push({ flag, written: `--${name}`, value: '' });
      else mistakes.push(`--${name} takes no value`);
    } else if (value === undefined) {
      apart(flag, `--${name}`);
    } else if (value === '') {
      mistakes.push(`--${name}= needs a value: --${name}=${flag.value}`);
    } else {
      given.push({ flag, written: word, value });
    }
  };

  const short = (word: string): void => {
    // `-listen 21` would be a log file named isten: more likely a dash is missing.
    if (word.length > 2 && flags.some((each) => `-${each.long}` === word)) {
      mistakes.push(unknown(word, flags));
      return;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? '';
      const flag = flags.find((each) => each.short === letter);
      if (flag === undefined) {
        mistakes.push(unknown(at === 1 ? word : `-${letter}`, flags));
        return;
      }
      if (flag.value !== undefined) {
        const value = word.slice(at + 1);
        if (value === '') apart(flag, `-${letter}`);
        else given.push({ flag, written: `-${letter}${value}`, value });
        return;
      }
      given.push({ flag, written: `-${letter}`, value: '' });
    }
  };

  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      mistakes.push(...rest.splice(0).map(unexpected));
    } else if (word.startsWith('--')) long(word);
    else if (/^-./s.test(word)) short(word);
    else mistakes.push(unexpected(word));
  }
  return { given, mistakes };
}

function unexpected(word: string): string {
  return `unexpected argument ${JSON.stringify(word)}: sftpd takes options only; a configuration file is named with --config FILE`;
}

/** Names the flag and the nearest known one. `-check` is a long flag with a dash too few. */
function unknown(word: string, flags: readonly Flag[]): string {
  const meant = nearest(
    word.replace(/^-+/, ''),
    flags.map((flag) => flag.long),
  );
  const hint = meant === undefined ? 'sftpd --help lists them all' : `did you mean --${meant}?`;
  return `unknown option ${/^[\x21-\x7e]*$/.test(word) ? word : JSON.stringify(word)}: ${hint}`;
}
