/**
 * The record of what sftpd-setup did, so that --uninstall can take back exactly that. It holds what was written itself, not
 * hashes of it: so it can be told whether a file was changed since, and lines of ours can be found in a file of others.
 */
import { isDeepStrictEqual } from 'node:util';
import { type SetupAnswers, setupAnswersSchema } from '../../schemas/setup-answers.js';
import { type Attributes, SetupError, type Target } from './target.js';

export const JOURNAL_FOLDER = '/var/lib/sftpd-setup';
export const JOURNAL_FILE = `${JOURNAL_FOLDER}/journal.json`;
export const JOURNAL_MODE = 0o600;

/** One thing that was done. Contents are binary strings. */
export type JournalEntry =
  | { readonly kind: 'folder'; readonly path: string }
  /** A file of our own. */
  | { readonly kind: 'file'; readonly path: string; readonly content: string }
  /** Lines added to a file of others. */
  | {
      readonly kind: 'lines';
      readonly path: string;
      readonly text: string;
      /** Whether there was no such file. */
      readonly made: boolean;
      /** Lines that make an account: they stay as long as the key that it owns. */
      readonly account?: true;
    }
  | { readonly kind: 'attributes'; readonly path: string; readonly before: Attributes; readonly mode: number }
  | { readonly kind: 'account'; readonly user?: string; readonly group?: string }
  /** A key that was made; its public half tells whether it is still that one. Empty: the run did not come that far. */
  | { readonly kind: 'key'; readonly workdir: string; readonly publicKey: string };

/** What is done, in order, and with which answers; without answers nothing is installed and the entries are what was left. */
export interface Journal {
  readonly answers?: SetupAnswers;
  readonly entries: readonly JournalEntry[];
}

export const EMPTY_JOURNAL: Journal = { entries: [] };

const VERSION = 1;

/** Fields of an entry that must be texts; what else there is belongs to the kinds. */
const TEXTS: Readonly<Record<JournalEntry['kind'], readonly string[]>> = {
  folder: ['path'],
  file: ['path', 'content'],
  lines: ['path', 'text'],
  attributes: ['path'],
  account: [],
  key: ['workdir', 'publicKey'],
};

/** Reads the journal; an absent one is empty. One that is not understood stops everything: guessing could remove what is not ours. */
export function readJournal(target: Target): Journal {
  const file = target.read(JOURNAL_FILE);
  if (file === undefined) return EMPTY_JOURNAL;
  const refuse = (why: string): SetupError =>
    new SetupError(
      `${target.at(JOURNAL_FILE)} ${why}: without it sftpd-setup does not know what it did here; restore it, or ` +
        'remove it and clean up by hand',
    );
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(file.content, 'latin1').toString('utf8'));
  } catch {
    throw refuse('is not JSON');
  }
  const { version, answers, entries } = Object(value) as Record<string, unknown>;
  if (version !== VERSION) throw refuse(`is of version ${String(version)}, not ${VERSION}`);
  if (!Array.isArray(entries) || !entries.every(isEntry)) throw refuse('has entries that are not understood');
  if (answers === undefined) return { entries };
  const parsed = setupAnswersSchema.safeParse(answers);
  if (!parsed.success) throw refuse('has answers that are not understood');
  return { answers: parsed.data, entries };
}

/** The text of the journal file; undefined when there is nothing to record, so that there is to be no file. */
export function journalText({ answers, entries }: Journal): string | undefined {
  if (answers === undefined && entries.length === 0) return undefined;
  return `${JSON.stringify({ version: VERSION, answers, entries }, null, 2)}\n`;
}

/** Answers given before that are not those given now, as `key: before, now`. */
export function differences(before: SetupAnswers, now: SetupAnswers): readonly string[] {
  return (Object.keys(now) as (keyof SetupAnswers)[])
    .filter((key) => !isDeepStrictEqual(before[key], now[key]))
    .map((key) => `${key}: ${String(before[key])} then, ${String(now[key])} now`);
}

function isEntry(value: unknown): value is JournalEntry {
  const entry = Object(value) as Record<string, unknown>;
  const { kind } = entry;
  if (typeof kind !== 'string' || !Object.hasOwn(TEXTS, kind)) return false;
  if (!TEXTS[kind as JournalEntry['kind']].every((key) => typeof entry[key] === 'string')) return false;
  // A path in it is where something will be removed.
  if (['path', 'workdir'].some((key) => typeof entry[key] === 'string' && !isPlainPath(entry[key]))) return false;
  return kind !== 'attributes' || isAttributes(entry['before'], entry['mode']);
}

function isPlainPath(place: string): boolean {
  return place.startsWith('/') && !place.split('/').includes('..');
}

function isAttributes(before: unknown, mode: unknown): boolean {
  const values = Object(before) as Record<string, unknown>;
  return typeof mode === 'number' && ['mode', 'uid', 'gid'].every((key) => typeof values[key] === 'number');
}
