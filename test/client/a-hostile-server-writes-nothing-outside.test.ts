// What a server can put into its listings, and what comes of it on this side: never a file outside of the target.
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transferringFtpd, type Answer } from './transferring-ftpd.js';
import { folder, sftpc, type Ended } from './sftpc.js';
import { plant, survey } from './tree.js';

const file = (name: string, size = 1): string => `type=file;size=${size};modify=20260101000000; ${name}\r\n`;
const directory = (name: string): string => `type=dir; ${name}\r\n`;

function serving(
  listing: (path: string) => string | undefined,
  features?: string,
): (verb: string, argument: string) => Answer {
  let cwd = '/';
  return (verb, argument) => {
    if (verb === 'FEAT') return features;
    if (verb === 'CWD') cwd = argument;
    if (verb === 'PWD') return `257 "${cwd}" it is`;
    if (verb === 'RETR') return { send: 'x' };
    if (verb !== 'MLSD' && verb !== 'LIST') return undefined;
    const text = listing(verb === 'MLSD' ? argument : cwd);
    return text === undefined ? '550 no such directory' : { send: text };
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
  const NO_MLST = '211-These\r\n SIZE\r\n211 End';
  const line = (name: string, kind = '-'): string => `${kind}rw-r--r-- 1 a b 1 Jan 1 2026 ${name}\r\n`;

  it.each(['get -r', 'mirror', 'mirror --delete'])('is refused in LIST: %s', async (command) => {
    const { outer, inner, elsewhere } = await surroundings();
    const text = [
      line('.', 'd'),
      line('..', 'd'),
      line('../escaped'),
      line(`${elsewhere}/precious`),
      line('sub/../../escaped'),
      line('a\0b'),
      line('..', '-'),
      line('../up', 'd'),
      line('fine'),
    ].join('');
    const { port } = await transferringFtpd(
      serving((path) => (path === '/' || path === 't' ? text : undefined), NO_MLST),
    );
    const ended = await run(port, `${command} t ${inner}/t`);
    expect(ended.status).toBe(1);
    expect(ended.err).toContain('no file can have this name, or two have it.\n');
    expect(ended.err).toContain('sftpc: line 1: 5 of 6 failed.\n');
    expect(await survey(outer)).toEqual({
      beside: expect.any(String) as string,
      in: 'directory',
      'in/t': 'directory',
      'in/t/fine': expect.any(String) as string,
    });
    expect(await readFile(join(elsewhere, 'precious'), 'utf8')).toBe('precious');
  });

  it.each(['get -r', 'mirror --delete'])('is taken for its last part, or refused, in MLSD: %s', async (command) => {
    const { outer, inner } = await surroundings();
    const text = [
      file('../../escaped'),
      file('..'),
      file('.'),
      file('/'),
      file('x/'),
      directory('..'),
      directory('../..'),
      'type=cdir; .\r\n',
      'type=pdir; ..\r\n',
      'nonsense\r\n',
    ].join('');
    const { port } = await transferringFtpd(serving((path) => (path === 't' ? text : undefined)));
    const ended = await run(port, `${command} t ${inner}/t`);
    expect(ended.status).toBe(1);
    expect(await survey(outer)).toEqual({
      beside: expect.any(String) as string,
      in: 'directory',
      'in/t': 'directory',
      'in/t/escaped': expect.any(String) as string,
    });
  });

  it('is none that mget asks for', async () => {
    const { outer, inner } = await surroundings();
    const text = [line('../escaped'), line('fine')].join('');
    const { port } = await transferringFtpd(serving(() => text, NO_MLST));
    const before = process.cwd();
    process.chdir(inner);
    try {
      const ended = await run(port, 'mget *');
      expect(ended, ended.err).toMatchObject({ status: 0 });
    } finally {
      process.chdir(before);
    }
    expect(Object.keys(await survey(outer))).toEqual(['beside', 'in', 'in/fine']);
  });
});

describe('a link on this side that leads elsewhere', () => {
  it.each(['get -r', 'mirror t', 'mirror --delete t'])('is never gone through: %s', async (command) => {
    const { inner, elsewhere } = await surroundings();
    await symlink(elsewhere, join(inner, 'sub'));
    await symlink(join(elsewhere, 'precious'), join(inner, 'precious'));
    const { port } = await transferringFtpd(
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
    const { port } = await transferringFtpd(serving(() => file('precious') + file('prec-directory')));
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
    const { port } = await transferringFtpd(serving((path) => (path === 't' ? file('a') : undefined)));
    const ended = await run(port, `mirror --delete t ${inner}`);
    expect(ended, ended.err).toMatchObject({ status: 0 });
    expect(await readdir(inner)).toEqual(['a']);
    expect(await readdir(elsewhere)).toEqual(['precious']);
  });
});

describe('a listing without end', () => {
  it('of directories in one another ends at a limit that is named', async () => {
    const { inner } = await surroundings();
    const { port, lines } = await transferringFtpd(serving(() => directory('d')));
    const ended = await run(port, `get -r d ${inner}/d`);
    expect(ended.status).toBe(1);
    expect(ended.err).toContain('more than 100 folders in one another.\n');
    expect(lines.filter((line) => line.startsWith('MLSD'))).toHaveLength(101);
  });

  it('holds one name under one name only', async () => {
    const { inner } = await surroundings();
    const listings: Record<string, string> = { t: directory('a') + file('a') + file('a'), 't/a': '' };
    const { port } = await transferringFtpd(serving((path) => listings[path]));
    const ended = await run(port, `get -r -P 4 t ${inner}/t`);
    expect(ended.err).toContain('sftpc: line 1: 2 of 2 failed.\n');
    expect(await survey(inner)).toEqual({ t: 'directory', 't/a': 'directory' });
  });
});

describe('a server that lists nothing', () => {
  it('does not have a mirror deleted, where that may mean that it could not look', async () => {
    const { inner } = await surroundings();
    await writeFile(join(inner, 'kept'), '');
    const { port } = await transferringFtpd(serving(() => '', '211-These\r\n SIZE\r\n211 End'));
    const ended = await run(port, `mirror --delete t ${inner}`);
    expect(ended.err).toContain('sftpc: nothing is listed in t: nothing is deleted for it\n');
    expect(await readdir(inner)).toEqual(['kept']);
  });
});

describe('names as messages', () => {
  it('do not drive the terminal', async () => {
    const { inner } = await surroundings();
    const { port } = await transferringFtpd(
      serving((path) =>
        path === 't' ? file('\x1b[2Ja') + directory('\x1b]0;b') + 'type=OS.unix=symlink; \x1bl\r\n' : undefined,
      ),
    );
    const ended = await run(port, `get -r t ${inner}/t`, 'bye');
    expect(ended.err).not.toContain('\x1b');
  });
});
