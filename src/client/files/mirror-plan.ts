/**
 * What to do in one directory so that the target becomes like the source: decided from the two listings alone. Nothing here
 * touches a file, and no action leads out of the directory: a name that could is refused.
 */
import { isFileName } from '../local/local-file.js';
import { isTemporaryName } from '../local/part.js';
import type { TreeEntry } from './tree.js';

export interface PlanOptions {
  /**
   * Which files are left alone: `none`; those of the same size and `same-time`; those of the same size that are `not-older` than
   * the source, for a target that cannot be given the source's time. A time that is not known tells nothing.
   */
  readonly unchanged: 'none' | 'same-time' | 'not-older';
  /** What is on the target's side only is deleted, and what is in the way. */
  readonly deletes: boolean;
  /** Names that are no part of the tree, on neither side. */
  readonly excluded: (name: string) => boolean;
}

/** `entry` is the source's, and the target's for what is deleted. */
export type Action =
  | { readonly kind: 'transfer' | 'same'; readonly entry: TreeEntry }
  /** `new`: it has to be made first. */
  | { readonly kind: 'enter'; readonly entry: TreeEntry; readonly target: 'there' | 'new' }
  | { readonly kind: 'delete'; readonly entry: TreeEntry }
  /** Neither file nor directory: a link may lead anywhere. */
  | { readonly kind: 'pass-over'; readonly entry: TreeEntry }
  /** Something of another kind has that name on the target's side. */
  | { readonly kind: 'blocked'; readonly entry: TreeEntry; readonly by: TreeEntry }
  /** A name that cannot be that of a file, or one that came before. */
  | { readonly kind: 'refuse'; readonly entry: TreeEntry };

/** The actions in the order in which they are to be done. */
export function planDirectory(
  source: readonly TreeEntry[],
  target: readonly TreeEntry[],
  { unchanged, deletes, excluded }: PlanOptions,
): readonly Action[] {
  const isPart = ({ name }: TreeEntry): boolean => !isTemporaryName(name) && !excluded(name);
  const there = new Map(target.filter(isPart).map((entry) => [entry.name, entry]));
  const met = new Set<string>();
  const actions: Action[] = [];
  for (const entry of source.filter(isPart).sort(byName)) {
    const occupant = there.get(entry.name);
    if (!isFileName(entry.name) || met.has(entry.name)) actions.push({ kind: 'refuse', entry });
    else if (entry.kind === 'link' || entry.kind === 'other') actions.push({ kind: 'pass-over', entry });
    else if (occupant === undefined) actions.push(afresh(entry));
    else if (occupant.kind === entry.kind) actions.push(again(entry, occupant, unchanged));
    else if (deletes) actions.push({ kind: 'delete', entry: occupant }, afresh(entry));
    else actions.push({ kind: 'blocked', entry, by: occupant });
    met.add(entry.name);
  }
  const surplus = deletes ? [...there.values()].filter(({ name }) => isFileName(name) && !met.has(name)) : [];
  return [...actions, ...surplus.sort(byName).map((entry) => ({ kind: 'delete', entry }) as const)];
}

function afresh(entry: TreeEntry): Action {
  return entry.kind === 'directory' ? { kind: 'enter', entry, target: 'new' } : { kind: 'transfer', entry };
}

function again(entry: TreeEntry, occupant: TreeEntry, unchanged: PlanOptions['unchanged']): Action {
  if (entry.kind === 'directory') return { kind: 'enter', entry, target: 'there' };
  return { kind: isSame(entry, occupant, unchanged) ? 'same' : 'transfer', entry };
}

/** Times are compared to the second: that is what every server tells and every file system keeps. */
function isSame(source: TreeEntry, target: TreeEntry, unchanged: PlanOptions['unchanged']): boolean {
  if (unchanged === 'none' || source.size === undefined || source.size !== target.size) return false;
  if (source.modified === undefined || target.modified === undefined) return true;
  const [from, to] = [source.modified, target.modified].map((time) => Math.floor(time.getTime() / 1000));
  return from === to || (unchanged === 'not-older' && (to ?? 0) > (from ?? 0));
}

const byName = ({ name: a }: TreeEntry, { name: b }: TreeEntry): number => (a < b ? -1 : a > b ? 1 : 0);
