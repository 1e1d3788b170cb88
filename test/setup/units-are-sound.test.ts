/** The units and entries that are written, against systemd's own judgement and the samples in etc/. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { get, install, makeTree, PROGRAM, put } from './tree.js';

const etc = path.resolve(import.meta.dirname, '../../etc');
const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

/** `key = value` lines; of a key that stands twice the last. */
const settings = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^\s*([A-Za-z_0-9]+)\s*=\s*(.*)$/gm)].map(([, key = '', value = '']) => [key, value]));

test.each([
  [
    'systemd',
    'etc/systemd/system/sftpd.service',
    'systemd/sftpd-activated.service',
    ['Description', 'ProtectSystem', 'ProtectHome', 'Requires'],
  ],
  ['systemd', 'etc/systemd/system/sftpd.socket', 'systemd/sftpd.socket', ['Description', 'Service']],
  ['xinetd', 'etc/xinetd.d/safetp', 'xinetd/sftpd', ['instances']],
])('what is written for %s in %s is the sample of etc/, or stricter', async (start, written, sample, apart) => {
  const root = makeTree();
  await install(root, { start });
  const ours = settings(get(root, written));
  for (const [key, value] of settings(readFileSync(path.join(etc, sample), 'utf8'))) {
    if (!apart.includes(key)) expect([key, ours.get(key)]).toEqual([key, value]);
  }
});

test('the entry for inetd is that of the sample in etc/', async () => {
  const root = makeTree();
  await install(root, { start: 'inetd' });
  const words = (text: string): string => /^safetp\s.*$/m.exec(text)?.[0].replaceAll(/\s+/g, ' ') ?? '';
  expect(words(get(root, 'etc/inetd.conf'))).toBe(words(readFileSync(path.join(etc, 'inetd/inetd.conf'), 'utf8')));
});

test.runIf(hasAnalyze)('systemd-analyze verify has nothing against the units', async () => {
  const root = makeTree();
  await install(root, { start: 'systemd' });
  for (const name of [PROGRAM, '/bin/kill']) {
    put(root, name, '#!/bin/sh\n');
    chmodSync(path.join(root, name), 0o755);
  }
  mkdirSync(path.join(root, 'run'), { recursive: true });
  const units = ['sftpd.socket', 'sftpd.service'].map((name) => path.join(root, 'etc/systemd/system', name));
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' });
  // About this machine, or about the program that is not installed on it.
  const about = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.includes('sftpd') && !/not executable|No such file/.test(line));
  expect(about).toEqual([]);
});
