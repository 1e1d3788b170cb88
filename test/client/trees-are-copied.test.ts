// get -r, put -r and mirror against a server with MLSD, MDTM and REST.
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoFtpd, folder, sftpc, type Ended } from './sftpc.js';
import { ODD_FILES, plant, survey } from './tree.js';

interface Place {
  /** What the server serves. */
  readonly root: string;
  readonly local: string;
  /** Runs commands, one a line. */
  readonly run: (...lines: string[]) => Promise<Ended>;
}

async function place(): Promise<Place> {
  const { root, port } = await demoFtpd();
  const local = await folder();
  return {
    root,
    local,
    run: (...lines) => sftpc(['-9', '-d', '-u', 'joe', '127.0.0.1', `${port}`], { input: lines.join('\n') }),
  };
}

/** The verbs that the client has sent so often. */
const count = ({ err }: Ended, verb: string): number => err.match(new RegExp(`^C clear ${verb}\\b`, 'gm'))?.length ?? 0;

describe('get -r and put -r', () => {
  it('copy a tree with odd names, empty directories and empty files', async () => {
    const { root, local, run } = await place();
    await plant(join(root, 'tree'), ODD_FILES);
    const ended = await run(`get -r tree ${local}/got`, `put -r ${local}/got sent`);
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(await survey(join(local, 'got'))).toEqual(await survey(join(root, 'tree')));
    expect(await survey(join(root, 'sent'))).toEqual(await survey(join(root, 'tree')));
    const files = Object.keys(ODD_FILES).filter((path) => !path.endsWith('/')).length;
    expect(ended.err).toMatch(
      new RegExp(`^${files} files, [0-9]+ octets in [0-9.]+ s \\([0-9.]+ [kM]?B/s\\); 8 folders made$`, 'm'),
    );
  });

  it('go into a directory that is there, under their own name', async () => {
    const { root, local, run } = await place();
    await plant(root, { 'tree/a': 'x', 'there/': '' });
    const ended = await run(`get -r tree/ ${local}`, `put -r ${local}/tree there`);
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(await readdir(local)).toEqual(['tree']);
    expect(await readFile(join(root, 'there', 'tree', 'a'), 'utf8')).toBe('x');
  });

  it('keep names that are not UTF-8, octet by octet', async () => {
    const { root, local, run } = await place();
    const name = Buffer.from('caf\xe9 \xff', 'latin1');
    const within = (...path: string[]): Buffer => Buffer.concat([Buffer.from(`${join(...path)}/`), name]);
    await mkdir(join(root, 'tree'));
    await writeFile(within(root, 'tree'), 'latin1');
    const ended = await run(
      `get -r tree ${local}/got`,
      `put -r ${local}/got sent`,
      `mirror --delete sent ${local}/got`,
    );
    expect(ended, ended.err).toMatchObject({ status: 0 });
    for (const place of [within(local, 'got'), within(root, 'sent')]) {
      expect(await readFile(place, 'utf8')).toBe('latin1');
    }
    expect(await readdir(join(local, 'got'))).toHaveLength(1);
  });

  it('pass over what is no file, and say so', async () => {
    const { root, local, run } = await place();
    await plant(local, { 'tree/a': 'a' });
    await symlink('/etc', join(local, 'tree', 'link'));
    spawnSync('mkfifo', [join(local, 'tree', 'pipe')]);
    const ended = await run(`put -r ${local}/tree`);
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(ended.err).toContain(`sftpc: ${local}/tree/link is a symbolic link: passed over\n`);
    expect(ended.err).toContain(`sftpc: ${local}/tree/pipe is no file: passed over\n`);
    expect(ended.err).toMatch(/^1 file, 1 octets in .*; 1 folder made; 2 passed over$/m);
    expect(await readdir(join(root, 'tree'))).toEqual(['a']);
  });

  it('give files the time of their source where the server says it', async () => {
    const { root, local, run } = await place();
    await plant(root, { 'tree/a': 'x' });
    await utimes(join(root, 'tree', 'a'), 1e9, 1e9);
    await run(`get -r tree ${local}/got`);
    expect((await stat(join(local, 'got', 'a'))).mtimeMs).toBe(1e12);
  });

  it('go on where a file fails, say so, and end with 1', async () => {
    const { root, local, run } = await place();
    await plant(root, { 'tree/a': 'x', 'tree/b/c': 'y', 'tree/d': 'z' });
    await mkdir(join(local, 'got', 'a'), { recursive: true });
    await writeFile(join(local, 'got', 'b'), 'in the way');
    const ended = await run(`mirror tree ${local}/got`);
    expect(ended.status).toBe(1);
    expect(ended.err).toContain(`sftpc: ${local}/got/a is a folder already.\n`);
    expect(ended.err).toContain(`sftpc: ${local}/got/b is a file already.\n`);
    expect(ended.err).toContain('sftpc: line 1: 2 of 3 failed.\n');
    expect(await survey(join(local, 'got'))).toMatchObject({ a: 'directory', d: expect.any(String) as string });
  });

  it('-c leaves alone what is the same', async () => {
    const { root, local, run } = await place();
    await plant(root, { 'tree/a': 'x', 'tree/b': 'y' });
    const ended = await run(
      `get -r tree ${local}`,
      `put -r ${local}/tree sent`,
      `get -rc tree ${local}`,
      `put -rc ${local}/tree sent`,
    );
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(ended.err.match(/^0 files, 0 octets in [0-9.]+ s; 2 the same$/gm)).toHaveLength(1);
  });
});

describe('mirror', () => {
  it('makes a directory here like one on the server, and does nothing the second time', async () => {
    const { root, local, run } = await place();
    await plant(join(root, 'tree'), ODD_FILES);
    const first = await run(`mirror tree ${local}/copy`);
    expect(first, first.err).toMatchObject({ status: 0 });
    expect(await survey(join(local, 'copy'))).toEqual(await survey(join(root, 'tree')));
    const second = await run(`mirror --delete tree ${local}/copy`);
    expect(second, second.err).toMatchObject({ status: 0 });
    expect(count(second, 'RETR')).toBe(0);
    expect(second.err).toMatch(/^0 files, 0 octets in [0-9.]+ s; 14 the same$/m);
  });

  it('moves what has changed, and deletes only where it is asked to', async () => {
    const { root, local, run } = await place();
    await plant(join(root, 'tree'), { same: '1', size: '1', time: '1', 'kind/file': '1' });
    await run(`mirror tree ${local}/copy`);
    await writeFile(join(root, 'tree', 'size'), '22');
    await writeFile(join(root, 'tree', 'time'), '2');
    await utimes(join(root, 'tree', 'time'), 2e9, 2e9);
    await rm(join(local, 'copy', 'kind'), { recursive: true });
    await plant(join(local, 'copy'), { kind: 'a file now', surplus: '', 'more/of/it': '', 'more/x.keep': '' });
    await symlink('/etc', join(local, 'copy', 'elsewhere'));
    const without = await run(`mirror tree ${local}/copy`);
    expect(without.status).toBe(1);
    expect(without.err).toContain(`sftpc: ${local}/copy/kind is a file already.\n`);
    expect(without.err).toMatch(/^2 files, 3 octets .*; 1 the same; 1 failed$/m);

    const told = await run(`mirror -n --delete --exclude *.keep tree ${local}/copy`);
    expect(told.status).toBe(0);
    expect(told.out.split('\n').sort()).toEqual([
      '',
      `delete ${local}/copy/elsewhere`,
      `delete ${local}/copy/kind`,
      `delete ${local}/copy/more/of`,
      `delete ${local}/copy/more/of/it`,
      `delete ${local}/copy/surplus`,
      `get ${local}/copy/kind/file`,
      `make folder ${local}/copy/kind`,
    ]);
    expect(await survey(join(local, 'copy'))).toMatchObject({
      surplus: expect.any(String) as string,
      elsewhere: 'link',
    });

    const withDelete = await run(`mirror --delete -x *.keep tree ${local}/copy`);
    expect(withDelete, withDelete.err).toMatchObject({ status: 0 });
    expect(await survey(join(local, 'copy'))).toEqual({
      ...(await survey(join(root, 'tree'))),
      more: 'directory',
      'more/x.keep': expect.any(String) as string,
    });
    expect(await readdir('/etc')).not.toEqual([]);
  });

  it('-R makes a directory on the server like one here, and does nothing the second time', async () => {
    const { root, local, run } = await place();
    await plant(local, ODD_FILES);
    await plant(join(root, 'copy'), { surplus: '', 'more/of/it': '', 'plain.txt': 'another' });
    const first = await run(`mirror -R --delete ${local} copy`);
    expect(first, first.err).toMatchObject({ status: 0 });
    expect(await survey(join(root, 'copy'))).toEqual(await survey(local));
    const second = await run(`mirror -R --delete ${local} copy`);
    expect(second, second.err).toMatchObject({ status: 0 });
    expect(count(second, 'STOR')).toBe(0);
  });

  it('leaves out what is excluded, by name or by path', async () => {
    const { root, local, run } = await place();
    await plant(join(root, 'tree'), { 'a.o': '', 'b/a.o': '', 'b/c': '', 'd/c': '', '.git/x': '' });
    await run(`mirror -x *.o -x /b/c -x .git tree ${local}`);
    expect(await survey(local)).toEqual({ b: 'directory', d: 'directory', 'd/c': expect.any(String) as string });
  });

  it('needs a source that is there, and makes nothing without', async () => {
    const { local, run } = await place();
    const ended = await run(`mirror --delete nothing ${local}/copy`);
    expect(ended.status).toBe(1);
    expect(ended.err).toContain('sftpc: line 1: nothing: the server said: 550 No such file or directory.\n');
    expect(await readdir(local)).toEqual([]);
  });
});

describe('several sessions', () => {
  it('share the work, and are ended', async () => {
    const { root, local, run } = await place();
    await plant(
      join(root, 'tree'),
      Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`d${at % 4}/f${at}`, `${at}`])),
    );
    const ended = await run(`get -r -P 4 tree ${local}`);
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(await survey(join(local, 'tree'))).toEqual(await survey(join(root, 'tree')));
    expect(count(ended, 'USER')).toBe(4);
    expect(count(ended, 'QUIT')).toBe(4);
    expect(count(ended, 'RETR')).toBe(40);
  });

  it('are at most eight', async () => {
    const { run } = await place();
    expect((await run('get -r -P 9 tree')).err).toContain('sftpc: line 1: -P takes 1 to 8.\n');
  });
});

describe('a download that stops halfway', () => {
  it('is gone on with, if the file is still the same', async () => {
    const { root, local, run } = await place();
    await writeFile(join(root, 'big'), 'a'.repeat(3_000_000));
    await utimes(join(root, 'big'), 1e9, 1e9);
    await truncate(join(root, 'big'), 3_000_000);
    const note = `${JSON.stringify({ name: 'big', size: 3_000_000, modified: new Date(1e12).toISOString(), data: 'clear' })}\n`;
    await utimes(join(root, 'big'), 1e9, 1e9);
    const leave = async (): Promise<void> =>
      plant(local, { '.big.sftpc-part': 'b'.repeat(1_000_000), '.big.sftpc-part.json': note });
    await leave();
    const ended = await run(`reget big ${local}/big`);
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(ended.err).toContain('C clear REST 1000000\n');
    expect(ended.err).toContain('big: 2000000 octets received');
    expect(await readFile(join(local, 'big'), 'utf8')).toBe('b'.repeat(1_000_000) + 'a'.repeat(2_000_000));
    expect(await readdir(local)).toEqual(['big']);

    await leave();
    await utimes(join(root, 'big'), 1e9 + 1, 1e9 + 1);
    const anew = await run(`get -c big ${local}/big`);
    expect(anew.err).toContain('sftpc: big has changed since a part of it was fetched: it is fetched anew\n');
    expect(await readFile(join(local, 'big'), 'utf8')).toBe('a'.repeat(3_000_000));
    expect(await readdir(local)).toEqual(['big']);
  });
});
