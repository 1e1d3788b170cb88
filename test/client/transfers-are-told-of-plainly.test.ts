// What a person reads of transfers: once, and by the name that was typed.
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoFtpd, folder, sftpc, type Ended } from './sftpc.js';
import { plant } from './tree.js';

const run = (port: number, ...lines: readonly string[]): Promise<Ended> =>
  sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: lines.join('\n') });

describe('a file', () => {
  it('that replaces one has the name that was typed; what a link leads to is replaced by its own name', async () => {
    const { root, port } = await demoFtpd();
    const local = await folder();
    await writeFile(join(root, 'a'), 'new');
    await writeFile(join(local, 'old'), 'old');
    await symlink('old', join(local, 'link'));
    const ended = await run(port, `get a ${local}/./old`, `get a ${local}/link`);
    expect(ended.err).toBe(`a: 3 octets received as ${local}/./old\na: 3 octets received as ${local}/old\n`);
    expect(await readFile(join(local, 'old'), 'utf8')).toBe('new');
  });

  it('goes into a directory whose name ends in a slash', async () => {
    const { root, port } = await demoFtpd();
    const local = await folder();
    await plant(root, { 'in/': '' });
    await writeFile(join(local, 'a b'), 'x');
    const ended = await run(port, `put "${local}/a b" in/`, `append "${local}/a b" in/`);
    expect(ended).toEqual({
      status: 0,
      out: '',
      err: `${local}/a b: 1 octets stored as in/a b\n${local}/a b: 1 octets added to in/a b\n`,
    });
    expect(await readFile(join(root, 'in', 'a b'), 'utf8')).toBe('xx');
  });
});

describe('several files', () => {
  it('have no summary where nothing came of them but errors', async () => {
    const { root, port } = await demoFtpd();
    await plant(root, { a: 'a' });
    const none = await run(port, 'mget none*');
    expect(none.err).toBe(
      'sftpc: none*: no file on the server matches.\n' +
        '  See what is there: ls. With glob off the word is taken as it is.\n' +
        'sftpc: line 1: 1 of 1 failed.\n',
    );
    expect((await run(port, `mirror none ${await folder()}/x`)).err).not.toContain('0 files');
  });
});

describe('the words behind --', () => {
  it('that were given as one are told how they go', async () => {
    const ended = await sftpc(['host', '--', 'ls pub; pwd']);
    expect(ended.status).toBe(2);
    expect(ended.err).toBe(
      `sftpc: "ls pub; pwd": the words behind -- are the command's, each by itself: -- get a.txt ';' pwd\n` +
        'sftpc --help says more.\n',
    );
  });

  it('are told of quotes where a name falls into two', async () => {
    const ended = await sftpc(['host', '--', 'cd', 'two', 'words']);
    expect(ended.err).toContain('too many arguments (a name with blanks goes into quotes); it is: cd PATH\n');
  });
});
