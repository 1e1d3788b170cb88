// Words with * ? [ ] in them, and what on the server they stand for.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { isPattern, matcher } from '../../src/client/commands/glob.js';
import { expandRemote } from '../../src/client/commands/remote-glob.js';
import { connect } from '../../src/client/connect.js';
import type { Client } from '../../src/client/client.js';
import { fileFtpd, sends } from './file-ftpd.js';
import { demoFtpd } from './sftpc.js';

describe('a pattern', () => {
  const rows: readonly [pattern: string, fits: readonly string[], fitsNot: readonly string[]][] = [
    ['*', ['a', 'a b', 'é', '*'], ['.a', '.', '..', 'a/b', '../a']],
    ['*.txt', ['a.txt', 'a.b.txt'], ['a.TXT', '.txt', 'a.txt2', 'atxt']],
    ['a*b*c', ['abc', 'aXbYc', 'abbcc'], ['ab', 'abcd', 'acb']],
    ['?', ['a', 'é', '😀', '\udcff'], ['ab', '']],
    ['.*', ['.a', '.bashrc'], ['.', '..', 'a']],
    ['\\.*', ['.a'], ['.', '..']],
    ['[a-c]1', ['a1', 'c1'], ['d1', '1', 'A1']],
    ['[!a-c]1', ['d1', '11'], ['a1', 'b1']],
    ['[^a]', ['b'], ['a']],
    ['[]x]', [']', 'x'], ['[', 'a']],
    ['[a-]', ['a', '-'], ['b']],
    ['[a', ['[a'], ['a']],
    ['\\*', ['*'], ['a', '\\*']],
    ['a\\', ['a\\'], ['a']],
    ['{a,b}(c)+"d"', ['{a,b}(c)+"d"'], ['a']],
  ];
  test.each(rows)('%s', (pattern, fits, fitsNot) => {
    const matches = matcher(pattern);
    expect(fits.filter((name) => !matches(name))).toEqual([]);
    expect(fitsNot.filter(matches)).toEqual([]);
  });

  it('is not what keeps the program busy, however a server names its files', () => {
    // A regular expression would try some 10^12 ways.
    expect(matcher('*a*a*a*a*a*a*b')('a'.repeat(4000))).toBe(false);
    expect(matcher('*a*a*a*a*a*a*b')(`${'a'.repeat(4000)}b`)).toBe(true);
  });

  it('is told from a name', () => {
    expect(['a*', 'a?', '[a]'].every(isPattern)).toBe(true);
    expect(['a', 'a{b,c}', 'a]', ''].some(isPattern)).toBe(false);
  });
});

describe('a pattern on the server', () => {
  async function session(): Promise<Client> {
    const { root, port } = await demoFtpd();
    for (const directory of ['one', 'two', '-odd', 'empty']) await mkdir(join(root, directory));
    for (const file of ['b.txt', 'a.txt', 'c.log', '.hidden', 'one/a.txt', 'one/x.log', 'two/a.txt', '-odd/a.txt'])
      await writeFile(join(root, file), 'x');
    await symlink('b.txt', join(root, 'link'));
    const client = await connect({ host: '127.0.0.1', port, user: 'joe', password: 'x', protection: 'none' });
    onTestFinished(() => client.quit());
    return client;
  }
  const ON = { glob: true };

  it('stands for the names that fit, in order, with what the listing said of them', async () => {
    const client = await session();
    const paths = async (word: string): Promise<readonly string[]> =>
      (await expandRemote(client, word, ON)).map(({ path }) => path);
    expect(await paths('*.txt')).toEqual(['a.txt', 'b.txt']);
    expect(await paths('/*.txt')).toEqual(['/a.txt', '/b.txt']);
    expect(await paths('*/a.txt')).toEqual(['-odd/a.txt', 'one/a.txt', 'two/a.txt']);
    expect(await paths('[ot]*/*.[lt]*')).toEqual(['one/a.txt', 'one/x.log', 'two/a.txt']);
    expect(await paths('-odd/*')).toEqual(['-odd/a.txt']);
    expect(await paths('./one/*.log')).toEqual(['./one/x.log']);
    expect(await paths('*/')).toEqual(['-odd', 'empty', 'one', 'two']);
    const [found] = await expandRemote(client, 'a.*', ON);
    expect(found?.entry).toMatchObject({ name: 'a.txt', kind: 'file', size: 1 });
  });

  it('that nothing fits is an error, and so is a directory that is not there', async () => {
    const client = await session();
    await expect(expandRemote(client, '*.pdf', ON)).rejects.toThrow('*.pdf: no file on the server matches.');
    await expect(expandRemote(client, 'empty/*', ON)).rejects.toThrow('empty/*: no file on the server matches.');
    await expect(expandRemote(client, 'none/*', ON)).rejects.toThrow('none/: the server said: 550 ');
  });

  it('may stand for more names than a call takes arguments', async () => {
    const names = Array.from({ length: 200_000 }, (_, at) => `f${at}`);
    const { port } = await fileFtpd((verb) =>
      verb === 'MLSD' ? sends(names.map((name) => `type=file; ${name}\r\n`).join('')) : undefined,
    );
    const client = await connect({ host: '127.0.0.1', port, protection: 'none' });
    onTestFinished(() => client.quit());
    expect(await expandRemote(client, 'f*', ON)).toHaveLength(200_000);
  });

  it('is a name like others where glob is off', async () => {
    const client = await session();
    expect(await expandRemote(client, '*.txt', { glob: false })).toEqual([{ path: '*.txt', entry: undefined }]);
    expect(await expandRemote(client, 'a.txt', ON)).toEqual([{ path: 'a.txt', entry: undefined }]);
  });
});
