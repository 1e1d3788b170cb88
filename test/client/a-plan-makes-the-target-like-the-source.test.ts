// The decisions of get -r, put -r and mirror, against a model of a directory.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDirectory, type Action, type PlanOptions } from '../../src/client/files/mirror-plan.js';
import type { TreeEntry } from '../../src/client/files/tree.js';

const names = fc.constantFrom('a', 'b', 'c', '-x', ' y', 'ü', '.z', '\udcff');
const hostile = fc.constantFrom('', '.', '..', '../a', '/etc', 'a/b', 'a\0', '.a.sftpc-part', '.a.sftpc-0123456789ab');
const entry = (name: fc.Arbitrary<string>): fc.Arbitrary<TreeEntry> =>
  fc.record({
    name,
    kind: fc.constantFrom('file', 'directory', 'link', 'other'),
    size: fc.constantFrom(undefined, 0, 1, 2),
    modified: fc.option(
      fc.integer({ min: 0, max: 3000 }).map((ms) => new Date(ms)),
      { nil: undefined },
    ),
  });
const directory = fc.uniqueArray(entry(names), { selector: ({ name }) => name });
const anything = fc.array(entry(fc.oneof(names, hostile)));
const options = fc.record({
  unchanged: fc.constantFrom<PlanOptions['unchanged']>('none', 'same-time', 'not-older'),
  deletes: fc.boolean(),
  excluded: fc.constantFrom(
    () => false,
    (name: string) => name === 'a',
  ),
});

/** What the directory holds when the actions are done, in order. */
function done(actions: readonly Action[], target: readonly TreeEntry[]): Map<string, TreeEntry> {
  const held = new Map(target.map((each) => [each.name, each]));
  for (const { kind, entry } of actions) {
    if (kind === 'delete') {
      expect(held.delete(entry.name), `${entry.name} is there to be deleted`).toBe(true);
    } else if (kind === 'transfer' || kind === 'enter') {
      const occupant = held.get(entry.name);
      expect(occupant === undefined || occupant.kind === entry.kind, `${entry.name} is free`).toBe(true);
      held.set(entry.name, entry);
    }
  }
  return held;
}

describe('the plan of a directory', () => {
  it('leaves the target with the files of the source, and with --delete with no others', () => {
    fc.assert(
      fc.property(directory, directory, options, (source, target, chosen) => {
        const held = done(planDirectory(source, target, chosen), target);
        for (const each of source) {
          if (chosen.excluded(each.name) || each.kind === 'link' || each.kind === 'other') continue;
          if (chosen.deletes || target.every(({ name, kind }) => name !== each.name || kind === each.kind)) {
            expect(held.get(each.name)?.kind).toBe(each.kind);
          }
        }
        for (const { name } of target) {
          const isSurplus = !source.some((each) => each.name === name) && !chosen.excluded(name);
          expect(held.has(name)).toBe(!(chosen.deletes && isSurplus));
        }
      }),
    );
  });

  it('moves nothing a second time', () => {
    fc.assert(
      fc.property(directory, directory, options, (source, target, chosen) => {
        if (chosen.unchanged === 'none') return;
        const held = [...done(planDirectory(source, target, chosen), target).values()];
        const again = planDirectory(source, held, chosen).filter(
          // A file whose size is not known cannot be called the same.
          ({ kind, entry }) => kind === 'delete' || (kind === 'transfer' && entry.size !== undefined),
        );
        expect(again).toEqual([]);
      }),
    );
  });

  it('touches no name that leads elsewhere, that is a temporary one, or that is excluded', () => {
    fc.assert(
      fc.property(anything, anything, options, (source, target, chosen) => {
        for (const { kind, entry } of planDirectory(source, target, chosen)) {
          expect(chosen.excluded(entry.name)).toBe(false);
          expect(entry.name).not.toMatch(/sftpc-/);
          if (kind !== 'refuse') expect(entry.name).not.toMatch(/^$|^\.{1,2}$|[/\0]/);
        }
      }),
    );
  });

  it('does nothing twice under one name', () => {
    fc.assert(
      fc.property(anything, directory, options, (source, target, chosen) => {
        const moved = planDirectory(source, target, chosen)
          .filter(({ kind }) => kind === 'transfer' || kind === 'enter')
          .map(({ entry }) => entry.name);
        expect(new Set(moved).size).toBe(moved.length);
      }),
    );
  });

  const file = (size: number | undefined, seconds?: number): TreeEntry => ({
    name: 'a',
    kind: 'file',
    size,
    modified: seconds === undefined ? undefined : new Date(seconds * 1000),
  });

  it.each([
    ['the same size and second', file(1, 5), file(1, 5.9), 'same-time', 'same'],
    ['another size', file(1, 5), file(2, 5), 'same-time', 'transfer'],
    ['an older one there', file(1, 5), file(1, 4), 'same-time', 'transfer'],
    ['a newer one there', file(1, 5), file(1, 6), 'same-time', 'transfer'],
    ['a newer one there that came up', file(1, 5), file(1, 6), 'not-older', 'same'],
    ['an older one there that came up', file(1, 5), file(1, 4), 'not-older', 'transfer'],
    ['no time', file(1), file(1, 6), 'same-time', 'same'],
    ['no size', file(undefined, 5), file(1, 5), 'same-time', 'transfer'],
    ['nothing compared', file(1, 5), file(1, 5), 'none', 'transfer'],
  ] as const)('compares: %s', (_, source, target, unchanged, kind) => {
    const chosen = { unchanged, deletes: false, excluded: () => false };
    expect(planDirectory([source], [target], chosen).map((action) => action.kind)).toEqual([kind]);
  });

  it('says what is in the way, and replaces it only where it may delete', () => {
    const source = [{ ...file(1), kind: 'directory' } as const];
    const target = [{ ...file(1), kind: 'link' } as const];
    const chosen = { unchanged: 'none', excluded: () => false } as const;
    expect(planDirectory(source, target, { ...chosen, deletes: false })).toEqual([
      { kind: 'blocked', entry: source[0], by: target[0] },
    ]);
    expect(planDirectory(source, target, { ...chosen, deletes: true })).toEqual([
      { kind: 'delete', entry: target[0] },
      { kind: 'enter', entry: source[0], target: 'new' },
    ]);
  });

  it('deletes nothing that the source has, if only as a link', () => {
    const source = [{ ...file(1), kind: 'link' } as const];
    const plan = planDirectory(source, [file(1)], { unchanged: 'none', deletes: true, excluded: () => false });
    expect(plan.map(({ kind }) => kind)).toEqual(['pass-over']);
  });
});
