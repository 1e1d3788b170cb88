/**
 * Carrying a plan out: all of it or nothing. Before each step the journal on disk says that it is done, so that whatever
 * ends the process leaves nothing behind that --uninstall would not find.
 */
import { err, ok, type Result } from '../lib/result.js';
import { keyPaths } from '../keys/key-files.js';
import type { Change, Plan } from './change.js';
import { ROOT } from './change.js';
import { type Journal, JOURNAL_FILE, JOURNAL_FOLDER, JOURNAL_MODE, type JournalEntry, journalText } from './journal.js';
import { perform, putFile, undo } from './perform.js';
import { binary, type Target } from './target.js';

/** Why a plan was not carried out. */
export interface Failure {
  readonly why: string;
  /** What could not be taken back; none is the rule. */
  readonly left: readonly string[];
}

/** What a test may do to the middle of it. */
export interface Interference {
  readonly before?: (change: Change, index: number) => void;
}

/** Does a plan's steps in order; when one fails takes back, in the opposite order, those of this run. */
export function carryOut(
  target: Target,
  plan: Plan,
  journal: { readonly before: Journal; readonly answers: Journal['answers'] },
  interference: Interference = {},
): Result<undefined, Failure> {
  const begun: Change[] = [];
  let entries: readonly JournalEntry[] = journal.before.entries;
  const record = (next: readonly JournalEntry[]): void => {
    entries = next;
    save(target, { ...(journal.answers && { answers: journal.answers }), entries });
  };
  try {
    for (const [index, change] of plan.changes.entries()) {
      interference.before?.(change, index);
      const { action, record: entry, forget = [] } = change;
      begun.push(change);
      // What is done away with is forgotten only once it is gone.
      if (entry !== undefined) record([...entries, entry]);
      const leaves = action.kind === 'folder' && !action.make && action.path === JOURNAL_FOLDER;
      if (leaves) putFile(target, JOURNAL_FILE, undefined);
      perform(target, action);
      const done = entry?.kind === 'key' ? withPublicKey(target, entry) : entry;
      record([...entries.filter((each) => each !== entry && !forget.includes(each)), ...(done ? [done] : [])]);
    }
    // Answers may have changed without a step.
    record(entries);
    return ok(undefined);
  } catch (error) {
    return err({ why: textOf(error), left: takeBack(target, begun, journal.before) });
  }
}

function takeBack(target: Target, begun: readonly Change[], before: Journal): readonly string[] {
  const left: string[] = [];
  const attempt = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      left.push(textOf(error));
    }
  };
  for (const { action } of begun.toReversed()) {
    // The journal must be gone before its folder goes, and can come back only after it.
    if (action.kind === 'folder' && action.make && action.path === JOURNAL_FOLDER) {
      attempt(() => putFile(target, JOURNAL_FILE, undefined));
    }
    attempt(() => undo(target, action));
  }
  attempt(() => save(target, before));
  return left;
}

function save(target: Target, journal: Journal): void {
  if (target.stat(JOURNAL_FOLDER) === undefined) return;
  const text = journalText(journal);
  const file = text === undefined ? undefined : { content: binary(text), mode: JOURNAL_MODE, owner: ROOT };
  if (target.read(JOURNAL_FILE)?.content !== file?.content) putFile(target, JOURNAL_FILE, file);
}

function withPublicKey(target: Target, entry: JournalEntry & { readonly kind: 'key' }): JournalEntry {
  const { publicFile } = keyPaths(entry.workdir);
  return { ...entry, publicKey: target.read(publicFile)?.content ?? '' };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
