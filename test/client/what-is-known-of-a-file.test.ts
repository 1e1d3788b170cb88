// stat(), size(), modified() and setModified(), with servers that have more or less of RFC 3659.
import { describe, expect, it } from 'vitest';
import { answeredSession } from './answering-ftpd.js';

const features = (...names: readonly string[]): string =>
  ['211-', ...names.map((name) => ` ${name}`), '211 End'].join('\n');
const MLST = features('MLST type*;size*;modify*;', 'SIZE', 'MDTM');
const TIME = new Date('2001-09-09T01:46:40Z');

describe('stat()', () => {
  it('tells what would be received, by SIZE and MDTM', async () => {
    const { client, ftpd } = await answeredSession((_, line) => {
      if (line === 'SIZE sub/a b') return '213 5';
      return line === 'MDTM sub/a b' ? '213 20010909014640' : undefined;
    });
    expect(await client.stat('sub/a b')).toEqual({ name: 'a b', kind: 'file', size: 5, modified: TIME });
    expect(ftpd.commands).toEqual(['TYPE I', 'SIZE sub/a b', 'MDTM sub/a b']);
  });

  it('leaves open what the server does not say', async () => {
    const { client } = await answeredSession((verb) => (verb === 'SIZE' ? '213 5' : undefined));
    expect(await client.stat('a')).toEqual({ name: 'a', kind: 'file', size: 5, modified: undefined });
  });

  it.each([
    ['a directory', ' type=dir;modify=20010909014640; /srv/sub', 'directory'],
    ['the listed directory itself', ' type=cdir;modify=20010909014640; .', 'directory'],
    ['a directory above it', ' Type=pdir;modify=20010909014640; /', 'directory'],
    ['a link', ' type=OS.unix=slink:;modify=20010909014640; sub', 'link'],
    ['a line that begins with the code', '250-type=dir;modify=20010909014640; /srv/sub', 'directory'],
  ])('tells by MLST what is no file: %s', async (_, line, kind) => {
    const { client } = await answeredSession((verb, command) => {
      if (command === 'MLST up/sub/') return `250-Begin\n${line}\n250 End`;
      return verb === 'FEAT' ? MLST : verb === 'SIZE' ? '550 not a plain file' : undefined;
    });
    expect(await client.stat('up/sub/')).toEqual({ name: 'sub', kind, size: undefined, modified: TIME });
  });

  it('knows by MLST that there is nothing', async () => {
    const { client } = await answeredSession((verb) => {
      if (verb === 'MLST') return '550 no such file';
      return verb === 'FEAT' ? MLST : undefined;
    });
    expect(await client.stat('a')).toBeUndefined();
  });

  it.each([['501 what?'], ['250 fine'], ['250-\n nonsense\n250 End']])(
    'believes no other answer: %j',
    async (reply) => {
      const { client } = await answeredSession((verb) => {
        if (verb === 'MLST') return reply;
        return verb === 'FEAT' ? MLST : undefined;
      });
      await expect(client.stat('a')).rejects.toMatchObject({ code: 'refused' });
    },
  );

  it('looks into the directory above where there is no MLST', async () => {
    const { client, ftpd } = await answeredSession((verb) => {
      if (verb !== 'LIST') return undefined;
      return { data: 'drwxr-xr-x 2 a b 4096 Nov 22 13:28 .\r\ndrwxr-xr-x 2 a b 4096 Nov 22 13:28 sub\r\n' };
    });
    const directory = { name: 'sub', kind: 'directory', size: undefined, modified: undefined };
    expect(await client.stat('/up/sub')).toEqual(directory);
    expect(await client.stat('/up/nothing')).toBeUndefined();
    expect(await client.stat('/sub')).toEqual(directory);
    expect(await client.stat('sub')).toEqual(directory);
    const went = ftpd.commands.filter((line) => line.startsWith('CWD'));
    expect(went).toEqual(['CWD /up', 'CWD /', 'CWD /up', 'CWD /', 'CWD /', 'CWD /']);
  });

  it('knows of nothing below a directory that is not there', async () => {
    const { client } = await answeredSession((_, line) =>
      line === 'CWD nowhere' ? '550 no such directory' : undefined,
    );
    expect(await client.stat('nowhere/a')).toBeUndefined();
    expect(await client.stat('nowhere/..')).toMatchObject({ kind: 'directory' });
  });

  it.each(['/', '.', '..', 'sub/..'])('goes where no name is to be looked for: %s', async (path) => {
    const { client } = await answeredSession(() => undefined);
    expect(await client.stat(path)).toMatchObject({ kind: 'directory', size: undefined });
  });
});

describe('size() and modified()', () => {
  it('are unknown of what the server does not tell, and of nonsense', async () => {
    const { client } = await answeredSession((_, line) => {
      if (line === 'SIZE absurd') return `213 ${'9'.repeat(30)}`;
      return line === 'MDTM odd' ? '213 yesterday' : undefined;
    });
    expect(await client.size('a')).toBeUndefined();
    expect(await client.size('absurd')).toBeUndefined();
    expect(await client.modified('a')).toBeUndefined();
    expect(await client.modified('odd')).toBeUndefined();
  });
});

describe('setModified()', () => {
  it('uses MFMT where the server has it', async () => {
    const { client, ftpd } = await answeredSession((verb, line) => {
      if (line === 'MFMT 20010909014640 a b') return '213 Modify=20010909014640; a b';
      return verb === 'FEAT' ? features('MFMT', 'MDTM') : verb === 'MFMT' ? '550 no such file' : undefined;
    });
    expect(await client.setModified('a b', TIME)).toBe(true);
    expect(await client.setModified('nothing', TIME)).toBe(false);
    expect(ftpd.commands.some((line) => line.startsWith('MDTM'))).toBe(false);
  });

  it('uses MDTM where that sets times, as in vsftpd, and asks whether it did', async () => {
    let time = '20261122132815';
    const { client } = await answeredSession((verb, line) => {
      const [, set] = /^MDTM ([0-9]{14}) a$/.exec(line) ?? [];
      if (set !== undefined) {
        time = set;
        return '213 File modification time set.';
      }
      return line === 'MDTM a' ? `213 ${time}` : verb === 'FEAT' ? features('MDTM') : '550 no';
    });
    expect(await client.setModified('a', TIME)).toBe(true);
    expect(time).toBe('20010909014640');
    expect(await client.setModified('b', TIME)).toBe(false);
  });

  it('is not misled by a server that only tells times, of a file that is called so', async () => {
    const { client } = await answeredSession((verb) => {
      if (verb === 'MDTM') return '213 20261122132815';
      return verb === 'FEAT' ? features('MDTM') : undefined;
    });
    expect(await client.setModified('a', TIME)).toBe(false);
  });

  it('tries nothing that the server has not said it can', async () => {
    const { client, ftpd } = await answeredSession(() => undefined);
    expect(await client.setModified('a', TIME)).toBe(false);
    expect(ftpd.commands).toEqual(['FEAT']);
  });
});
