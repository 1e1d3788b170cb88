/** What would be done, for people: a line for each step, and the diffs. */
import type { Action, Owner, Plan } from './change.js';
import type { Target } from './target.js';
import { unifiedDiff } from './unified-diff.js';

/** A line for each step. */
export function summary(plan: Plan, target: Target): string {
  return plan.changes
    .map(({ action }) => describe(action, target))
    .filter((line) => line !== '')
    .map((line) => `  ${line}\n`)
    .join('');
}

/** Every step, files as diffs; `patch -p1` in the root of the tree would do what it can do of it. */
export function fullDiff(plan: Plan, target: Target): string {
  return plan.changes
    .map(({ action }) => {
      const line = describe(action, target);
      return line === '' ? '' : `# ${line}\n${diffOf(action)}`;
    })
    .join('');
}

function describe(action: Action, target: Target): string {
  switch (action.kind) {
    case 'file':
      return `${verb(action)} ${target.at(action.path)}${action.before === undefined && action.after ? ` (${attributes(action.after)})` : ''}`;
    case 'folder':
      return action.make
        ? `make the directory ${target.at(action.path)} (${attributes(action)})`
        : `remove the directory ${target.at(action.path)}`;
    case 'attributes':
      return `give ${target.at(action.path)} mode and owner ${attributes(action.after)}`;
    case 'key':
      return `make a DSA key of ${action.bits} bits in ${target.at(action.workdir)}/DSA (0600 ${ownerName(action.owner)})`;
    case 'account':
    case 'command':
      return `run ${action.run.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ')}`;
    case 'nothing':
      return '';
  }
}

function verb({ before, after }: Action & { readonly kind: 'file' }): string {
  if (after === undefined) return 'remove';
  if (before === undefined) return 'write';
  if (after.content.length >= before.content.length)
    return after.content.startsWith(before.content) ? 'add to' : 'change';
  return 'take lines out of';
}

function diffOf(action: Action): string {
  if (action.kind !== 'file' || action.show === 'closed') return '';
  const text = unifiedDiff({
    path: action.path,
    before: action.before?.content,
    after: action.after?.content,
    // The lines around are others' password hashes.
    context: action.show === 'lines' ? 0 : 3,
  });
  return Buffer.from(text, 'latin1').toString('utf8');
}

function attributes({ mode, owner }: { readonly mode: number; readonly owner: Owner }): string {
  return `${mode.toString(8).padStart(4, '0')} ${ownerName(owner)}`;
}

function ownerName(owner: Owner): string {
  if (owner.kind === 'user') return owner.name;
  return owner.uid === 0 ? 'root' : `${owner.uid}:${owner.gid}`;
}
