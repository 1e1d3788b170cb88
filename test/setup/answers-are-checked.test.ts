/** Each test/golden/setup/NAME.yaml is an answers file that gives the text of NAME.txt. UPDATE_GOLDEN=1 writes the texts anew. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ANSWER_NAMES, readAnswers } from '../../src/setup/answers.js';
import { formatDiagnostics } from '../../src/config/diagnostics.js';
import { parseArguments, USAGE } from '../../src/setup/arguments.js';
import { makeTree, picture, put, setup } from './tree.js';

const folder = fileURLToPath(new URL('../golden/setup/', import.meta.url));
const inputs = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

test.each(inputs)('%s', async (name) => {
  const read = await readAnswers(path.join(folder, name));
  const text = formatDiagnostics(read.ok ? [] : read.error, { source: true }).replaceAll(folder, '');
  const golden = path.join(folder, name.replace(/\.yaml$/, '.txt'));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
  expect(existsSync(golden), `${golden} is absent`).toBe(true);
  expect(text).toBe(readFileSync(golden, 'utf8'));
  expect(text).not.toBe('');
});

test('a broken file changes nothing and exits 1', async () => {
  const root = makeTree();
  const before = picture(root);
  const run = await setup(root, ['--answers', path.join(folder, 'wrong-values.yaml')]);
  expect(run.status).toBe(1);
  expect(run.stdout).toBe('');
  expect(run.stderr).toMatch(/wrong-values\.yaml:\d+:\d+: port: found 70000, expected a port from 1 to 65535\n/);
  expect(run.stderr).toMatch(/\nsftpd-setup: the answers cannot be used\. Nothing was changed\.\n$/);
  expect(picture(root)).toEqual(before);
  const absent = await setup(root, ['--answers', '/nowhere/a.yaml']);
  expect(absent.stderr).toMatch(/^\/nowhere\/a\.yaml: no such file: name one with --answers FILE\n/);
});

test('an empty file takes all defaults; start is what the tree has', async () => {
  const starts: Readonly<Record<string, string>> = {
    'etc/systemd/system/x': 'systemd',
    'etc/xinetd.d/x': 'xinetd',
    'etc/inetd.conf': 'inetd',
    'etc/hosts': 'none',
  };
  for (const [name, start] of Object.entries(starts)) {
    const root = makeTree();
    const { rmSync } = await import('node:fs');
    for (const each of ['etc/systemd', 'etc/xinetd.d', 'etc/inetd.conf'])
      rmSync(path.join(root, each), { recursive: true });
    put(root, name, '');
    put(root, 'answers', 'program: /usr/local/bin/sftpd\nkeyBits: 1024\n');
    await setup(root, ['--answers', path.join(root, 'answers')]);
    const journal: unknown = JSON.parse(readFileSync(path.join(root, 'var/lib/sftpd-setup/journal.json'), 'utf8'));
    expect(journal).toMatchObject({ answers: { start, port: 21, ftpdPort: 351, user: 'safetp' } });
  }
});

test.each([
  [['--bogus'], 'unknown option --bogus'],
  [['--answer', 'x'], 'unknown option --answer: did you mean --answers?'],
  [['x.yaml'], 'unexpected argument "x.yaml": an answers file is named with --answers FILE'],
  [['--yes=1'], '--yes takes no value'],
  [['--answers'], '--answers needs a file'],
  [['--root='], '--root needs a directory'],
  [['--root', '/a', '--root=/b'], '--root is given twice: give it once'],
  [['--purge-key'], '--purge-key needs --uninstall'],
  [['--uninstall', '--answers=x'], '--answers makes no sense with --uninstall'],
])('%j is a wrong command line', async (argv, error) => {
  expect(parseArguments(argv)).toEqual({ ok: false, error });
  const { runSetup } = await import('../../src/setup/setup.js');
  let said = '';
  const complain = (text: string): void => void (said += text);
  const status = await runSetup(argv, { say: complain, complain, terminal: undefined, invoked: undefined });
  expect([status, said]).toEqual([2, `sftpd-setup: ${error}\nTry: sftpd-setup --help\n`]);
});

test('help fits 80 columns and names every flag', () => {
  expect(USAGE.split('\n').filter((line) => line.length > 80)).toEqual([]);
  for (const flag of [
    '--answers',
    '--yes',
    '--dry-run',
    '--root',
    '--uninstall',
    '--purge-key',
    '--help',
    '--version',
  ]) {
    expect(USAGE).toMatch(new RegExp(`^  (-\\w, )?${flag}\\b`, 'm'));
  }
  for (const name of ANSWER_NAMES) expect(USAGE).toMatch(new RegExp(`^  ${name} `, 'm'));
});

test('without a terminal, answers or --yes nothing is guessed', async () => {
  const run = await setup(makeTree(), []);
  expect(run).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'sftpd-setup: there is no terminal to ask on: give --answers FILE, or --yes for the defaults\nTry: sftpd-setup --help\n',
  });
});
