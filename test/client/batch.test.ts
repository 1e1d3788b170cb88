// Commands that nobody types: files of them, what becomes of those that fail, and the exit status.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoFtpd, folder, sftpc, typed } from './sftpc.js';

const words = (port: number): string[] => ['-9', '-u', 'joe', '127.0.0.1', `${port}`];

async function script(text: string): Promise<string> {
  const file = join(await folder(), 'script');
  await writeFile(file, text);
  return file;
}

describe('a file of commands', () => {
  it('is run to its end, or to bye', async () => {
    const { port } = await demoFtpd();
    const file = await script('# where are we?\n\npwd\nbye\nnonsense\n');
    expect(await sftpc(['-b', file, ...words(port)])).toEqual({ status: 0, out: '/\n', err: '' });
    expect(await sftpc(['-b', '-', ...words(port)], { input: 'pwd' })).toEqual({ status: 0, out: '/\n', err: '' });
  });

  it('stops at the first command that fails, and names its line', async () => {
    const { port } = await demoFtpd();
    const file = await script('pwd\ncd nowhere\npwd\n');
    const ended = await sftpc(['-b', file, ...words(port)]);
    expect(ended).toMatchObject({ status: 1, out: '/\n' });
    expect(ended.err).toMatch(new RegExp(`^sftpc: ${file}:2: nowhere: the server said: 550 `));
    const unknown = await sftpc(['-b', '-', ...words(port)], { input: 'pwd\ngte a\npwd\n' });
    expect(unknown).toMatchObject({ status: 1, out: '/\n' });
    expect(unknown.err).toContain('sftpc: line 2: there is no command "gte"');
  });

  it('goes on with --keep-going, and still ends with the status of the first failure', async () => {
    const { port } = await demoFtpd();
    const file = await script('cd nowhere\npwd\nget "open\npwd\n');
    const ended = await sftpc(['--keep-going', '-b', file, ...words(port)]);
    expect(ended).toMatchObject({ status: 1, out: '/\n/\n' });
    expect(ended.err).toContain(`${file}:1: `);
    expect(ended.err).toContain(`${file}:3: This line cannot be read`);
    const behind = await sftpc(['--keep-going', ...words(port), '--', 'cd', 'nowhere', ';', 'pwd']);
    expect(behind).toMatchObject({ status: 1, out: '/\n' });
  });

  it('is opened before anything is sent', async () => {
    const { port } = await demoFtpd();
    expect(await sftpc(['-b', '/nowhere/script', ...words(port)])).toEqual({
      status: 2,
      out: '',
      err: 'sftpc: /nowhere/script: there is no such file or folder.\n  Name a file of commands: --batch FILE.\n',
    });
    expect(await sftpc(['-b', '/', ...words(port)])).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^sftpc: \/ is a folder\.\n/) as unknown,
    });
  });
});

describe('without a terminal', () => {
  it('a server has to be named', async () => {
    expect(await sftpc([])).toEqual({
      status: 2,
      out: '',
      err: 'sftpc: Name the server: sftpc [options] host [port].\n  Commands from standard input may begin with open: --batch -\n',
    });
  });
});

describe('at a terminal', () => {
  it('there is a prompt without a session', async () => {
    const shell = typed([]);
    await shell.until(/open HOST connects, help lists the commands, bye ends\.\n.*sftpc> /);
    shell.type('pwd\n');
    await shell.until(/sftpc: There is no session\.\n/);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
  });
});

describe('--quiet', () => {
  it('leaves out what is only good to know', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'a'), 'x');
    const local = await folder();
    const loud = await sftpc([...words(port), '--', 'get', 'a', local]);
    expect(loud.err).toBe(`a: 1 octets received as ${local}/a\n`);
    expect(await sftpc(['-q', ...words(port), '--', 'get', 'a', local])).toEqual({ status: 0, out: '', err: '' });
    expect((await sftpc(['-q', ...words(port), '--', 'get', 'b', local])).err).toContain('sftpc: ');
    expect(await readdir(local)).toEqual(['a']);
  });
});
