// What a server can put into its listings, and what comes of it on this side: never a file outside of the target.
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answer } from './answering-ftpd.js';
import { fileFtpd, sends } from './file-ftpd.js';
import { folder, sftpc, type Ended } from './sftpc.js';
import { plant, survey } from './tree.js';

const file = (name: string, size = 1): string => `type=file;size=${size};modify=20260101000000; ${name}\r\n`;
const directory = (name: string): string => `type=dir; ${name}\r\n`;

function serving(
  listing: (path: string) => string | undefined,
  features?: string,
): (verb: string, argument: string) => Answer | undefined {
  let cwd = '/';
  return (verb, argument) => {
    if (verb === 'FEAT') return features;
    if (verb === 'CWD') cwd = argument;
    if (verb === 'PWD') return `257 "${cwd}" it is`;
    if (verb === 'RETR') return sends('x');
    if (verb !== 'MLSD' && verb !== 'LIST') return undefined;
    const text = listing(verb === 'MLSD' ? argument : cwd);
    return text === undefined ? '550 no such directory' : sends(text);
  };
}

async function run(port: number, ...lines: string[]): Promise<Ended> {
  return sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: lines.join('\n') });
}

/** A folder `in`, with a file beside it, and a place elsewhere. */
async function surroundings(): Promise<{ outer: string; inner: string; elsewhere: string }> {
  const outer = await folder();
  const elsewhere = await folder();
  await plant(outer, { 'in/': '', beside: 'beside' });
  await plant(elsewhere, { precious: 'precious' });
  return { outer, inner: join(outer, 'in'), elsewhere };
}

describe('a name that leads elsewhere', () => {
  const NO_MLST = '211-These\n SIZE\n211 End';
  const line = (name: string, kind = '-'): string => `${kind}rw-r--r-- 1 a b 1 Jan 1 2026 ${name}\r\n`;
  const UNTOUCHED = { beside: expect.any(String) as string, in: 'directory' };

  it.each(['get -r', 'mirror', 'mirror --delete'])('ends the run, and nothing is written: %s', async (command) => {
    const { outer, inner, elsewhere } = await surroundings();
    const names = ['../escaped', `${elsewhere}/precious`, 'sub/../../escaped', 'a\0b', '/', 'x/'];
    for (const listing of [
      ...names.map((name) => line('fine') + line(name)),
      line('fine') + line('../up', 'd'),
      line('fine') + line('../up -> /etc', 'l'),
    ]) {
      const { port } = await fileFtpd(serving((path) => (path === '/' ? undefined : listing), NO_MLST));
      const ended = await run(port, `${command} t ${inner}/t`);
      expect(ended, listing).toMatchObject({ status: 4 });
      expect(ended.err).toContain('The server lists a name that no file can have: ');
      expect(await survey(outer)).toEqual(UNTOUCHED);
    }
    expect(await readFile(join(elsewhere, 'precious'), 'utf8')).toBe('precious');
  });

  it.each(['get -r', 'mirror --delete'])('is taken for its last part in MLSD: %s', async (command) => {
    const { outer, inner } = await surroundings();
    const text = [file('../../escaped'), 'type=cdir; .\r\n', 'type=pdir; ..\r\n'].join('');
    const { port } = await fileFtpd(serving((path) => (path === 't' ? text : undefined)));
    const ended = await run(port, `${command} t ${inner}/t`);
    expect(ended, ended.err).toMatchObject({ status: 0 });
    const written = { 'in/t': 'directory', 'in/t/escaped': expect.any(String) as string };
    expect(await survey(outer)).toEqual({ ...UNTOUCHED, ...written });
    for (const each of [file('..'), file('.'), file('x/'), directory('..'), directory('../..')]) {
      const { port } = await fileFtpd(serving((path) => (path === 't' ? each : undefined)));
      expect(await run(port, `${command} t ${inner}/t`)).toMatchObject({ status: 4 });
    }
    expect(await survey(outer)).toEqual({ ...UNTOUCHED, ...written });
  });

  it('is none that mget fetches', async () => {
    const { outer, inner } = await surroundings();
    const { port } = await fileFtpd(serving(() => line('../escaped') + line('fine'), NO_MLST));
    const before = process.cwd();
    process.chdir(inner);
    try {
      expect(await run(port, 'mget *')).toMatchObject({ status: 4 });
    } finally {
      process.chdir(before);
    }
    expect(await survey(outer)).toEqual(UNTOUCHED);
  });
});

describe('a link on this side that leads elsewhere', () => {
  it.each(['get -r', 'mirror t', 'mirror --delete t'])('is never gone through: %s', async (command) => {
    const { inner, elsewhere } = await surroundings();
    await symlink(elsewhere, join(inner, 'sub'));
    await symlink(join(elsewhere, 'precious'), join(inner, 'precious'));
    const { port } = await fileFtpd(
      serving((path) => (path.endsWith('/sub') ? file('precious') : directory('sub') + file('precious'))),
    );
    // get -r goes into a directory that is there under its own name.
    const ended = await run(port, command.startsWith('get') ? `get -r in ${inner}/..` : `${command} ${inner}`);
    if (command.includes('--delete')) {
      expect(ended, ended.err).toMatchObject({ status: 0 });
      expect(await survey(inner)).toMatchObject({
        sub: 'directory',
        precious: expect.stringMatching(/^.{64}$/) as string,
      });
    } else expect(ended.status).toBe(1);
    expect(await readdir(elsewhere)).toEqual(['precious']);
    expect(await readFile(join(elsewhere, 'precious'), 'utf8')).toBe('precious');
  });

  it('is not written through by mget either', async () => {
    const { inner, elsewhere } = await surroundings();
    await symlink(join(elsewhere, 'precious'), join(inner, 'precious'));
    await symlink(elsewhere, join(inner, 'prec-directory'));
    const { port } = await fileFtpd(serving(() => file('precious') + file('prec-directory')));
    const before = process.cwd();
    process.chdir(inner);
    try {
      const ended = await run(port, 'mget prec*');
      expect(ended.status).toBe(1);
      expect(ended.err).toContain('sftpc: precious is a symbolic link here.\n');
      expect(ended.err).toContain('sftpc: prec-directory is a symbolic link here.\n');
    } finally {
      process.chdir(before);
    }
    expect(await readFile(join(elsewhere, 'precious'), 'utf8')).toBe('precious');
    expect(await readdir(elsewhere)).toEqual(['precious']);
  });

  it('is removed, and not what it leads to', async () => {
    const { inner, elsewhere } = await surroundings();
    await mkdir(join(inner, 'sub'));
    await symlink(elsewhere, join(inner, 'sub', 'link'));
    const { port } = await fileFtpd(serving((path) => (path === 't' ? file('a') : undefined)));
    const ended = await run(port, `mirror --delete t ${inner}`);
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(await readdir(inner)).toEqual(['a']);
    expect(await readdir(elsewhere)).toEqual(['precious']);
  });
});

describe('a listing without end', () => {
  it('of directories in one another ends at a limit that is named', async () => {
    const { inner } = await surroundings();
    const { port, commands } = await fileFtpd(serving(() => directory('d')));
    const ended = await run(port, `get -r d ${inner}/d`);
    expect(ended.status).toBe(1);
    expect(ended.err).toContain('more than 100 folders in one another.\n');
    expect(commands.filter((line) => line.startsWith('MLSD'))).toHaveLength(101);
  });

  it('holds one name under one name only', async () => {
    const { inner } = await surroundings();
    const listings: Record<string, string> = { t: directory('a') + file('a') + file('a'), 't/a': '' };
    const { port } = await fileFtpd(serving((path) => listings[path]));
    const ended = await run(port, `get -r -P 4 t ${inner}/t`);
    expect(ended.err).toContain('sftpc: line 1: 2 of 2 failed.\n');
    expect(await survey(inner)).toEqual({ t: 'directory', 't/a': 'directory' });
  });
});

describe('a server that lists nothing', () => {
  it('does not have a mirror deleted, where that may mean that it could not look', async () => {
    const { inner } = await surroundings();
    await writeFile(join(inner, 'kept'), '');
    const { port } = await fileFtpd(serving(() => '', '211-These\n SIZE\n211 End'));
    const ended = await run(port, `mirror --delete t ${inner}`);
    expect(ended.err).toContain('sftpc: nothing is listed in t: nothing is deleted for it\n');
    expect(await readdir(inner)).toEqual(['kept']);
  });
});

describe('names as messages', () => {
  it('do not drive the terminal', async () => {
    const { inner } = await surroundings();
    const { port } = await fileFtpd(
      serving((path) =>
        path === 't' ? file('\x1b[2Ja') + directory('\x1b]0;b') + 'type=OS.unix=symlink; \x1bl\r\n' : undefined,
      ),
    );
    const ended = await run(port, `get -r t ${inner}/t`, 'bye');
    expect(ended.err).not.toContain('\x1b');
  });
});
