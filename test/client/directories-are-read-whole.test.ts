// entries(): how a directory is read from servers that say different things of themselves, and what is not believed.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../src/client/client.js';
import { answeredSession, answeringFtpd, endless, type Answers, type AnsweringFtpd } from './answering-ftpd.js';
import { folder, sftpc } from './sftpc.js';

async function session(answer: Answers, user?: string): Promise<{ client: Client; ftpd: AnsweringFtpd }> {
  const { client, ftpd } = await answeredSession(answer, { user });
  ftpd.commands.length = 0;
  return { client, ftpd };
}

const FEAT = '211-Features\n MLST type*;size*;modify*;\n211 End';
const A_FILE = '-rw-r--r-- 1 ann staff 5 Nov 22 13:28 a\r\n';
const ITSELF = 'drwxr-xr-x 2 ann staff 4096 Nov 22 13:28 .\r\n';

/** Commands without those that set up data connections. */
const said = ({ commands }: AnsweringFtpd): readonly string[] => commands.filter((line) => line !== 'EPSV');

describe('a server with MLSD', () => {
  it('is asked for it, as octets, once it has said so', async () => {
    const { client, ftpd } = await session((verb) => {
      if (verb === 'MLSD') return { data: 'Type=file;Size=5; a\r\ntype=cdir; .\r\n' };
      return verb === 'FEAT' ? FEAT : undefined;
    });
    const entry = { name: 'a', kind: 'file', size: 5, modified: undefined };
    expect(await client.entries('sub dir')).toEqual([entry]);
    expect(await client.entries()).toEqual([entry]);
    expect(said(ftpd)).toEqual(['FEAT', 'TYPE I', 'MLSD sub dir', 'MLSD']);
  });

  it('is told which facts are wanted, where it would not send them', async () => {
    const { client, ftpd } = await session((verb) => {
      if (verb === 'OPTS') return '200 MLST OPTS type;size;';
      if (verb === 'MLSD') return { data: 'type=file;size=5; a\r\n' };
      return verb === 'FEAT' ? '211-\n MLST Type*;Size;Perm*;\n211 End' : undefined;
    });
    expect(await client.entries()).toHaveLength(1);
    expect(await client.entries()).toHaveLength(1);
    expect(said(ftpd)).toEqual(['FEAT', 'OPTS MLST type;size;', 'TYPE I', 'MLSD', 'MLSD']);
  });

  it('is asked for LIST where it has no fact that tells files from directories', async () => {
    const { client, ftpd } = await session((verb) => {
      if (verb === 'LIST') return { data: ITSELF + A_FILE };
      return verb === 'FEAT' ? '211-\n MLST size*;\n211 End' : undefined;
    });
    expect(await client.entries()).toHaveLength(1);
    expect(said(ftpd)).toEqual(['FEAT', 'TYPE A', 'LIST -a']);
  });

  it('is asked for LIST where it has none after all', async () => {
    const { client, ftpd } = await session((verb) => {
      if (verb === 'LIST') return { data: ITSELF + A_FILE };
      return verb === 'FEAT' ? FEAT : undefined;
    });
    expect(await client.entries()).toHaveLength(1);
    expect(await client.entries()).toHaveLength(1);
    expect(said(ftpd)).toEqual(['FEAT', 'TYPE I', 'MLSD', 'TYPE A', 'LIST -a', 'LIST -a']);
  });

  it('has its refusals reported', async () => {
    const { client } = await session((verb) => {
      if (verb === 'MLSD') return '550 nothing: No such file or directory';
      return verb === 'FEAT' ? FEAT : undefined;
    });
    await expect(client.entries('nothing')).rejects.toMatchObject({
      code: 'refused',
      message: 'nothing: the server said: 550 nothing: No such file or directory',
    });
  });
});

describe('a server without MLSD', () => {
  it('is asked in the directory itself, for hidden files too, and the session is back where it was', async () => {
    const { client, ftpd } = await session((verb) => {
      if (verb === 'LIST') return { data: ITSELF + A_FILE };
      return verb === 'PWD' ? '257 "/home/a ""b""" is it' : undefined;
    });
    expect(await client.entries('-dir [1]')).toEqual([{ name: 'a', kind: 'file', size: 5, modified: undefined }]);
    expect(said(ftpd)).toEqual(['FEAT', 'PWD', 'CWD -dir [1]', 'TYPE A', 'LIST -a', 'CWD /home/a "b"']);
  });

  it.each([
    ['refuses it', '550 -a: not found'],
    ['lists nothing', { data: '' }],
    ['lists without the directory itself', { data: A_FILE.replace(' a\r', ' -a\r') }],
  ] as const)('is asked for LIST alone where it takes -a for a name and %s', async (_, all) => {
    const { client, ftpd } = await session((verb, line) => {
      if (line === 'LIST -a') return all;
      return verb === 'LIST' ? { data: A_FILE } : undefined;
    });
    expect((await client.entries()).map(({ name }) => name)).toEqual(['a']);
    expect((await client.entries()).map(({ name }) => name)).toEqual(['a']);
    expect(said(ftpd)).toEqual(['FEAT', 'TYPE A', 'LIST -a', 'LIST', 'LIST']);
  });

  it('has no directory read that it lets nobody into', async () => {
    const { client, ftpd } = await session((verb, line) => {
      if (line === 'CWD locked') return '550 Failed to change directory.';
      return verb === 'LIST' ? { data: '' } : undefined;
    });
    await expect(client.entries('locked')).rejects.toMatchObject({ code: 'refused' });
    expect(said(ftpd)).toEqual(['FEAT', 'PWD', 'CWD locked']);
  });

  it('ends the session where it lets nobody back', async () => {
    const { client } = await session((verb, line) => {
      if (line === 'CWD /') return '550 not any more';
      return verb === 'LIST' ? { data: ITSELF } : undefined;
    });
    await expect(client.entries('sub')).rejects.toMatchObject({
      code: 'refused',
      message: '/: the server said: 550 not any more',
    });
    expect(client.isOpen).toBe(false);
  });

  it('is left where it was also when the listing fails', async () => {
    const { client, ftpd } = await session((verb, line) => {
      if (verb !== 'LIST') return undefined;
      return line === 'LIST' ? { data: 'nonsense\r\n' } : '550 no';
    });
    await expect(client.entries('sub')).rejects.toMatchObject({ kind: 'command', code: 'unreadable-listing' });
    expect(ftpd.commands.at(-1)).toBe('CWD /');
    expect(client.isOpen).toBe(true);
  });
});

describe('what a server can do', () => {
  it('is asked again where it would not say so before the login', async () => {
    let isIn = false;
    const { client, ftpd } = await session((verb) => {
      isIn ||= verb === 'PASS';
      return verb === 'FEAT' ? (isIn ? FEAT : '530 Please login') : undefined;
    });
    expect(await client.features()).toEqual(new Map());
    await client.login({ user: 'ann', password: 'x' });
    expect(await client.features()).toEqual(new Map([['MLST', 'type*;size*;modify*;']]));
    expect(await client.features()).toHaveProperty('size', 1);
    expect(said(ftpd)).toEqual(['FEAT', 'USER ann', 'PASS x', 'FEAT']);
  });

  it('is asked once where it knows no FEAT, and again after another login or a command of one’s own', async () => {
    const { client, ftpd } = await session((verb) => (verb === 'FEAT' ? '500 what?' : undefined), 'ann');
    await client.features();
    await client.features();
    await client.login({ user: 'bob' });
    await client.features();
    await client.quote({ verb: 'SITE', argument: 'EXTEND' });
    await client.features();
    expect(said(ftpd).filter((line) => line === 'FEAT')).toHaveLength(3);
  });
});

describe('names that no file of a directory can have', () => {
  const listing = async (data: string, list: 'MLSD' | 'LIST'): Promise<readonly string[]> => {
    const { client } = await session((verb) => {
      if (verb === list) return { data: list === 'LIST' ? ITSELF + data : data };
      return verb === 'FEAT' && list === 'MLSD' ? FEAT : undefined;
    });
    return (await client.entries()).map(({ name }) => name);
  };

  it.each([
    ['type=file; ..\r\n'],
    ['type=dir; .\r\n'],
    ['type=dir; /\r\n'],
    ['type=dir; sub/..\r\n'],
    ['type=dir; sub/\r\n'],
    ['type=file; \r\n'],
    ['type=file; a\0b\r\n'],
  ])('are refused as what they are, in MLSD: %j', async (line) => {
    await expect(listing(`type=file; fine\r\n${line}`, 'MLSD')).rejects.toMatchObject({
      kind: 'security',
      code: 'unsafe-name',
      message: expect.stringMatching(/^The server lists a name that no file can have: "/) as string,
    });
  });

  it.each([['../../etc/passwd'], ['/etc/passwd'], ['a/b'], ['a\0b']])('are refused in LIST: %j', async (name) => {
    await expect(listing(A_FILE.replace('a\r', `${name}\r`), 'LIST')).rejects.toMatchObject({
      kind: 'security',
      code: 'unsafe-name',
    });
  });

  it('are not made of whole paths, of which the last part counts', async () => {
    expect(await listing('type=file; ../../etc/passwd\r\ntype=file; /pub/x\r\n', 'MLSD')).toEqual(['passwd', 'x']);
  });

  it('leave all other names alone', async () => {
    expect(
      await listing('type=file; ...\r\ntype=file; -rf\r\ntype=file; \\..\\x\r\ntype=file; \x1b[2J\r\n', 'MLSD'),
    ).toEqual(['...', '-rf', '\\..\\x', '\x1b[2J']);
  });
});

describe('a listing without end', () => {
  it('is given up', async () => {
    const { client } = await session((verb) => {
      if (verb === 'MLSD') return endless(Buffer.from(`type=file;size=5; ${'a'.repeat(200)}\r\n`.repeat(4000)));
      return verb === 'FEAT' ? FEAT : undefined;
    });
    await expect(client.entries()).rejects.toMatchObject({
      code: 'local',
      message: 'The listing is longer than 67108864 octets.',
    });
  });

  it.each([
    ['entries of one octet', ' a\r\n'],
    ['nothing but line ends', '\n'],
  ])('is given up before it fills the memory with %s', async (_, line) => {
    const { client } = await session((verb) => {
      if (verb === 'MLSD') return endless(Buffer.from(line.repeat(40_000)));
      return verb === 'FEAT' ? FEAT : undefined;
    });
    await expect(client.entries()).rejects.toMatchObject({
      code: 'local',
      message: 'The listing has more than 1000000 lines.',
    });
  });
});

describe('a listing that the server has cut short', () => {
  const CUT = '226 Output truncated to 1 matches';

  it.each([
    ['MLSD', FEAT, 'type=file;size=5; a\r\n'],
    ['LIST', '211 none', ITSELF + A_FILE],
  ])('is none of the directory, by %s', async (list, features, data) => {
    const { client } = await session((verb) => {
      if (verb === list) return { data, final: CUT };
      return verb === 'FEAT' ? features : undefined;
    });
    await expect(client.entries()).rejects.toMatchObject({
      kind: 'command',
      code: 'incomplete',
      message: 'The server lists a part of the directory only; it says: Output truncated to 1 matches',
    });
    expect(client.isOpen).toBe(true);
  });

  it('is none of the names in it either', async () => {
    const { client } = await session((verb) => (verb === 'NLST' ? { data: 'a\r\n', final: CUT } : undefined));
    await expect(client.names()).rejects.toMatchObject({ code: 'incomplete' });
  });
});

describe('a command on a listing that the server has cut short', () => {
  const ftpd = (): Promise<AnsweringFtpd> =>
    answeringFtpd((verb) => {
      if (verb === 'MLSD') return { data: 'type=file;size=1; a\r\n', final: '226 Output truncated to 1 matches' };
      if (verb === 'LIST') return { data: A_FILE, final: '226-Options: -l\n226 Output truncated to 1 matches' };
      return verb === 'FEAT' ? FEAT : undefined;
    });

  it('mirrors nothing, and deletes nothing', async () => {
    const { port } = await ftpd();
    const here = await folder();
    await writeFile(join(here, 'b'), 'on the server, and not listed');
    const ended = await sftpc(['-9', '-u', 'ann', '127.0.0.1', `${port}`, '--', 'mirror', '--delete', '.', here]);
    expect(ended.err).toContain('lists a part of the directory only; it says: Output truncated to 1 matches');
    expect(ended.status).toBe(1);
    expect(await readdir(here)).toEqual(['b']);
  });

  it('shows what there is, and says so', async () => {
    const { port } = await ftpd();
    const ended = await sftpc(['-9', '-u', 'ann', '127.0.0.1', `${port}`, '--', 'ls']);
    expect(ended).toEqual({
      status: 0,
      out: A_FILE.replace('\r', ''),
      err: 'sftpc: not all is listed; the server says: Output truncated to 1 matches\n',
    });
  });
});
