// What commands find out, as objects: every kind of them, with all its fields.
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { RESULTS } from '../../src/client/commands/results.js';
import { demoFtpd, sftpc } from './sftpc.js';

const SOME: unknown = expect.anything();

/** Runs a script; gives what it has printed, but for the last object. */
async function objects(port: number, ...lines: readonly string[]): Promise<readonly unknown[]> {
  const { out } = await sftpc(['--json', '-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: lines.join('\n') });
  const all = out.trimEnd().split('\n');
  return all.slice(0, -1).map((line) => JSON.parse(line) as unknown);
}

it('has an object for each thing that a command finds out', async () => {
  const { root, port } = await demoFtpd();
  await mkdir(join(root, 'sub'));
  await writeFile(join(root, 'a\x1b é'), 'xyz');
  await utimes(join(root, 'a\x1b é'), 0, Date.UTC(2026, 0, 2, 3, 4, 5) / 1000);
  const [name, modified] = ['a\x1b é', '2026-01-02T03:04:05.000Z'];
  const here = { event: 'entry', directory: null };
  const all = await objects(
    port,
    ...['pwd', 'lpwd', 'mls . sub', 'nlist', `size '${name}'`, `modtime '${name}'`, 'quote NOOP', 'umask', 'status'],
  );
  expect(all).toEqual([
    { event: 'directory', side: 'remote', path: '/' },
    { event: 'directory', side: 'local', path: process.cwd() },
    { ...here, directory: '.', name, kind: 'file', size: 3, modified },
    { ...here, directory: '.', name: 'sub', kind: 'directory', size: null, modified: SOME },
    { event: 'name', directory: null, name },
    { event: 'name', directory: null, name: 'sub' },
    { event: 'size', path: name, size: 3 },
    { event: 'modtime', path: name, modified },
    { event: 'reply', code: 200, lines: ['200 NOOP ok.'] },
    { event: 'reply', code: 200, lines: ['200 Your umask is 022.'] },
    {
      event: 'status',
      host: '127.0.0.1',
      port,
      protected: false,
      user: 'joe',
      directory: '/',
      level: 'C',
      mode: 'passive',
      type: 'binary',
      local: process.cwd(),
      glob: true,
      hash: false,
      progress: true,
      prompt: true,
    },
  ]);
  const kinds = new Set(all.map((each) => (each as { event: string }).event));
  expect([...kinds].sort()).toEqual(Object.keys(RESULTS).sort());
  for (const each of all) {
    const { event, ...fields } = each as { event: keyof typeof RESULTS };
    expect(Object.keys(fields).sort(), event).toEqual([...RESULTS[event]].sort());
  }
});

it('says in objects what is not known, and refuses what they cannot hold', async () => {
  const { port } = await demoFtpd();
  const [status] = await objects(port, 'close', 'status');
  expect(status).toMatchObject({ host: null, port: null, protected: null, user: null, directory: null, level: null });
  expect(await objects(port, 'ls -la')).toMatchObject([
    { event: 'error', message: "line 1: With --json ls takes no options of the server's." },
  ]);
});

it('tells each failure of a command with several files, and each file that it has deleted', async () => {
  const { root, port } = await demoFtpd();
  await writeFile(join(root, 'a'), '');
  expect(await objects(port, 'mdelete a b')).toMatchObject([
    { event: 'deleted', side: 'remote', path: 'a' },
    { event: 'error', message: 'b: the server said: 550 No such file or directory.' },
    { event: 'error', message: 'line 1: 1 of 2 failed.', exit: 1 },
  ]);
});
