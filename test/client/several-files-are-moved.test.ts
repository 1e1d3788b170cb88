// mget and mput.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demoFtpd, folder, sftpc, type Ended } from './sftpc.js';
import { plant, survey } from './tree.js';

const started = process.cwd();
let root: string;
let port: number;
let local: string;

// These two commands work in the local directory.
beforeEach(async () => {
  ({ root, port } = await demoFtpd());
  local = await folder();
  process.chdir(local);
});
afterEach(() => process.chdir(started));

const run = (...lines: string[]): Promise<Ended> =>
  sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: lines.join('\n') });

describe('mget', () => {
  it('receives what its patterns stand for, under the last part of the name', async () => {
    await plant(root, { 'a.txt': 'a', 'b.txt': 'b', 'c.log': 'c', 'd.txt/': '', 'sub/e.txt': 'e', 'sub/f.log': 'f' });
    const ended = await run('mget -P 2 *.txt sub/* c.log *.txt');
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(ended.err).toContain('sftpc: d.txt is a folder: passed over\n');
    expect(ended.err).toMatch(/^5 files, 5 octets in .*; 1 passed over$/m);
    expect(await readdir(local)).toEqual(['a.txt', 'b.txt', 'c.log', 'e.txt', 'f.log']);
  });

  it('goes on where one fails, and ends with 1', async () => {
    await plant(root, { a: 'a', b: 'b' });
    await plant(local, { 'a/in the way': '' });
    const ended = await run('mget * nothing [x]', 'bye');
    expect(ended.status).toBe(1);
    expect(ended.err).toContain('sftpc: a is a folder.\n');
    expect(ended.err).toContain('sftpc: nothing: the server said: 550 No such file or directory.\n');
    expect(ended.err).toContain('sftpc: [x]: no file on the server matches.\n');
    expect(ended.err).toContain('sftpc: line 1: 3 of 4 failed.\n');
    expect(await readFile(join(local, 'b'), 'utf8')).toBe('b');
  });
});

describe('mput', () => {
  it('sends what its patterns stand for, under the last part of the name', async () => {
    await plant(local, { 'a.txt': 'a', '-b.txt': 'b', 'c.log': 'c', 'd.txt/': '', 'sub/e.txt': 'e', '.f.txt': 'f' });
    const ended = await run('mput *.txt */e.* ./c.l[mno]g', `mput ${local}/s?b/*`);
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(ended.err).toContain('sftpc: d.txt is a folder: passed over\n');
    expect(Object.keys(await survey(root))).toEqual(['-b.txt', 'a.txt', 'c.log', 'e.txt']);
  });

  it('goes on behind what is there with -c', async () => {
    await writeFile(join(local, 'a'), 'whole');
    await writeFile(join(local, 'b'), 'whole');
    await plant(root, { a: 'who', b: 'whole' });
    const ended = await run('mput -c *');
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(ended.err).toMatch(/^1 file, 2 octets in .*; 1 the same$/m);
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('whole');
  });

  it('says what stands for nothing', async () => {
    const ended = await run('mput *.txt');
    expect(ended.status).toBe(1);
    expect(ended.err).toContain('sftpc: *.txt: no file here matches.\n');
  });
});
