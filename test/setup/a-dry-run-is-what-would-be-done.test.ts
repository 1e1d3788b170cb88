/** --dry-run changes nothing, and its diffs are what patch(1) needs to do the same to the files. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unifiedDiff } from '../../src/setup/unified-diff.js';
import { answersFile, get, install, makeTree, picture, setup } from './tree.js';

const hasPatch = spawnSync('patch', ['--version']).status === 0;

test.each(['systemd', 'inetd', 'xinetd'])('of an installation for %s', async (start) => {
  // The output is UTF-8: a file in Latin-1 can be shown, but not patched by it.
  const root = makeTree({ 'etc/services': 'ftp\t\t21/tcp\t# caf\u00c3\u00a9\nfsp\t\t21/udp\tfspd' });
  const before = picture(root);
  const answers = answersFile(root, { start });
  const dry = await setup(root, ['--answers', answers, '--dry-run']);
  expect(dry).toMatchObject({ status: 0, stderr: '' });
  expect(picture(root)).toEqual(before);
  // Password hashes of others are not for a terminal, or for a mail.
  expect(dry.stdout).not.toMatch(/secret-hash|PRIVATE KEY/);
  expect(dry.stdout).toContain(`# make a DSA key of 1024 bits in ${root}/var/lib/sftpd/DSA (0600 safetp)\n`);
  expect(dry.stdout).toContain(`# make the directory ${root}/var/lib/sftpd (0750 safetp)\n`);

  await install(root, { start });
  const made = picture(root);
  const undone = await setup(root, ['--uninstall', '--purge-key', '--dry-run']);
  expect(picture(root)).toEqual(made);
  expect(undone.stdout).not.toMatch(/secret-hash|PRIVATE KEY/);
  if (!hasPatch) return;

  const text = (tree: Readonly<Record<string, string>>) =>
    Object.entries(tree).filter(([name, line]) => name.startsWith('etc') && line.startsWith('100'));
  const contents = (tree: Readonly<Record<string, string>>) =>
    text(tree).map(([name, line]) => [name, line.replace(/^\S+ \S+ /, '')]);
  const copy = mkdtempSync(path.join(tmpdir(), 'sftpd-setup-patch-'));
  try {
    await setup(root, ['--uninstall', '--purge-key', '--yes']);
    cpSync(root, copy, { recursive: true });
    applyPatch(copy, dry.stdout);
    expect(contents(picture(copy))).toEqual(contents(made));
    applyPatch(copy, undone.stdout);
    expect(contents(picture(copy))).toEqual(contents(before));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

function applyPatch(root: string, text: string): void {
  execFileSync('patch', ['-p1', '--quiet', '--no-backup-if-mismatch', '-d', root], {
    input: Buffer.from(text, 'utf8'),
  });
}

test.runIf(hasPatch)('a diff turns any file into any other', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-setup-diff-'));
  const text = fc
    .tuple(fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 9 }), fc.boolean())
    .map(([lines, ended]) => lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));
  try {
    fc.assert(
      fc.property(text, text, fc.constantFrom(0, 3), (before, after, context) => {
        const diff = unifiedDiff({ path: '/file', before, after, context });
        expect(diff === '').toBe(before === after);
        if (diff === '') return;
        writeFileSync(path.join(folder, 'file'), before);
        // Without context patch needs to be told that it is meant so.
        execFileSync('patch', ['-p1', '--quiet', '--no-backup-if-mismatch', '-d', folder], { input: diff });
        const became = spawnSync('cat', [path.join(folder, 'file')], { encoding: 'utf8' });
        expect(became.status === 0 ? became.stdout : '').toBe(after);
      }),
      { numRuns: 150 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('nothing to do is said in a dry run too', async () => {
  const root = makeTree();
  await install(root);
  const again = await setup(root, ['--yes', '--dry-run']);
  expect(again.stdout).toBe('Nothing to do: all is as the answers say.\n');
  expect(get(root, 'etc/services')).toContain('# begin sftpd-setup');
});
