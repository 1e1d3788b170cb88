// What commands find out, as objects: every kind of them, with all its fields.
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Writable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { initialPreferences } from '../../src/client/commands/preferences.js';
import { RESULTS } from '../../src/client/commands/results.js';
import { runCommand } from '../../src/client/commands/runner.js';
import { Sessions } from '../../src/client/commands/sessions.js';
import { parseLine } from '../../src/client/commands/table.js';
import { connect } from '../../src/client/connect.js';
import { Console } from '../../src/client/terminal/console.js';
import { demoFtpd } from './sftpc.js';

const SOME: unknown = expect.anything();

/** Runs lines one by one; gives what each has printed. */
async function objects(port: number, ...lines: readonly string[]): Promise<readonly unknown[]> {
  const printed: unknown[] = [];
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      printed.push(JSON.parse(chunk.toString()));
      done();
    },
  });
  const notes = new Writable({ write: (_chunk, _encoding, done) => done() });
  const user = 'joe';
  const sessions = new Sessions({
    open: async ({ host, port }) => {
      const client = await connect({ host, port, user, password: 'secret', protection: 'none' });
      return { client, user };
    },
    login: (client) => Promise.resolve({ client, user }),
  });
  onTestFinished(() => sessions.close());
  await sessions.open({ host: '127.0.0.1', port }, new AbortController().signal);
  const context = {
    sessions,
    console: new Console(out, notes, 'json'),
    preferences: initialPreferences(),
    observe: () => undefined,
    asking: undefined,
    lend: <T>(work: () => Promise<T>) => work(),
  };
  for (const line of lines) await runCommand(parseLine(line)!, context, () => () => undefined, 'end');
  return printed;
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
    { ...here, directory: '.', name: 'sub', kind: 'directory', size: SOME, modified: SOME },
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
  await expect(objects(port, 'ls -la')).rejects.toThrow("With --json ls takes no options of the server's.");
});
