/** Whatever fails, at whatever step: the tree is as before, and the run says so. */
import { cpSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { install, makeTree, picture, put, setup } from './tree.js';

/** Fails at a step; says how many there were when it never came to it. */
function failingAt(step: number) {
  const seen = { steps: 0 };
  const before = (_change: unknown, index: number): void => {
    seen.steps = index + 1;
    if (index === step) throw new Error('no space left on device');
  };
  return { before, seen };
}

const said = 'sftpd-setup: no space left on device\nWhat this run had done is taken back: all is as before.\n';

describe.each(['systemd', 'inetd', 'xinetd'])('set up for %s', (start) => {
  test('failing at each step', async () => {
    const root = makeTree();
    const before = picture(root);
    for (let step = 0; ; step++) {
      const { before: fail, seen } = failingAt(step);
      const run = await install(root, { start }, { before: fail });
      if (seen.steps <= step) break;
      expect({ step, stderr: run.stderr, status: run.status }).toEqual({ step, stderr: said, status: 1 });
      expect(picture(root)).toEqual(before);
    }
  });

  test('taken back, failing at each step', async () => {
    const root = makeTree();
    await install(root, { start });
    const before = picture(root);
    for (let step = 0; ; step++) {
      const { before: fail, seen } = failingAt(step);
      const run = await setup(root, ['--uninstall', '--purge-key', '--yes'], { before: fail });
      if (seen.steps <= step) break;
      expect({ step, stderr: run.stderr, status: run.status }).toEqual({ step, stderr: said, status: 1 });
      expect(picture(root)).toEqual(before);
    }
  });
});

test('a file that somebody else changes meanwhile is not overwritten, and the rest is taken back', async () => {
  const root = makeTree();
  const before = picture(root);
  const run = await install(
    root,
    { start: 'none' },
    {
      before: ({ action }) => {
        if (action.kind === 'file' && action.path === '/etc/services') put(root, 'etc/services', 'theirs 1/tcp\n');
      },
    },
  );
  expect(run.stderr).toContain(
    `${root}/etc/services was changed by somebody else just now\nWhat this run had done is taken back`,
  );
  const [mode, owner] = before['etc/services']!.split(' ');
  expect(picture(root)).toEqual({ ...before, 'etc/services': `${mode} ${owner} theirs 1/tcp\n` });
});

/** A process that is killed leaves a journal that knows all it did. */
test('what a killed run left is taken back by --uninstall', async () => {
  const root = makeTree();
  const before = picture(root);
  const copy = `${root}.copy`;
  for (let step = 3; ; step++) {
    const { seen, before: look } = failingAt(-1);
    rmSync(copy, { recursive: true, force: true });
    await install(
      root,
      { start: 'systemd' },
      {
        before: (change, index) => {
          look(change, index);
          // The tree at that moment is what a kill would have left.
          if (index === step) cpSync(root, copy, { recursive: true, preserveTimestamps: true });
          if (index === step) throw new Error('stop here');
        },
      },
    );
    if (seen.steps <= step) break;
    await setup(copy, ['--uninstall', '--purge-key', '--yes']);
    const contents = (tree: Readonly<Record<string, string>>) =>
      Object.entries(tree).map(([name, text]) => [name, text.replace(/^\S+ \S+ /, '')]);
    expect(contents(picture(copy))).toEqual(contents(before));
  }
  rmSync(copy, { recursive: true, force: true });
});
