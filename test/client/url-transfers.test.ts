// URLs on the command line: fetched, listed, sent to.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import process from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import { demoFtpd, folder, sftpc, typed } from './sftpc.js';

const before = process.cwd();
afterEach(() => process.chdir(before));

async function server(): Promise<{ root: string; url: (path: string) => string; here: string }> {
  const { root, port } = await demoFtpd();
  await mkdir(join(root, 'pub'));
  await writeFile(join(root, 'pub', 'a b.txt'), 'one\ntwo\n');
  await writeFile(join(root, 'pub', '-x'), 'dash');
  const here = await folder();
  process.chdir(here);
  return { root, here, url: (path) => `ftp://joe@127.0.0.1:${port}/${path}` };
}

describe('the URL of a file', () => {
  it('fetches it into the current folder, a named file, or a folder', async () => {
    const { here, url } = await server();
    expect(await sftpc(['-9', url('pub/a%20b.txt'), url('pub/-x')])).toEqual({
      status: 0,
      out: '',
      err: 'pub/a b.txt: 8 octets received as a b.txt\npub/-x: 4 octets received as -x\n',
    });
    expect(await readFile(join(here, 'a b.txt'), 'utf8')).toBe('one\ntwo\n');
    expect((await sftpc(['-9', '-o', '--', url('pub/-x')])).status).toBe(2);
    expect((await sftpc(['-9', '-o', 'c', url('%2Fpub/a%20b.txt')])).status).toBe(0);
    await mkdir('in');
    expect((await sftpc(['-9', '-o', 'in', url('pub/-x'), url('pub/a%20b.txt;type=i')])).status).toBe(0);
    expect((await readdir('in')).sort()).toEqual(['-x', 'a b.txt']);
    expect((await readdir('.')).sort()).toEqual(['-x', 'a b.txt', 'c', 'in']);
  });

  it('writes to standard output with -o -, octet by octet', async () => {
    const { root, url } = await server();
    await writeFile(join(root, 'octets'), Buffer.from([0, 0x1b, 0xff, 0x0a, 0x0d]));
    const stdout = new PassThrough();
    const chunks: Buffer[] = [];
    stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = await sftpc(['-9', '-o', '-', url('octets'), url('pub/-x')], { stdout });
    expect(ended).toMatchObject({ status: 0, err: 'octets: 5 octets received\npub/-x: 4 octets received\n' });
    expect(Buffer.concat(chunks)).toEqual(Buffer.from('\x00\x1b\xff\n\rdash', 'latin1'));
  });

  it('fetches nothing into nothing', async () => {
    const { url } = await server();
    expect(await sftpc(['-9', '-o', 'none', url('pub/-x'), url('pub/-x')])).toEqual({
      status: 2,
      out: '',
      err: 'sftpc: There is no folder none for several files.\n  Make it first.\n',
    });
    const lost = await sftpc(['-9', url('pub/none'), url('pub/-x')]);
    expect(lost.status).toBe(1);
    expect(lost.err).toMatch(/^sftpc: pub\/none: the server said: 550 /);
    expect(await readdir('.')).toEqual([]);
    expect((await sftpc(['-9', '--keep-going', url('pub/none'), url('pub/-x')])).status).toBe(1);
    expect(await readdir('.')).toEqual(['-x']);
  });

  it('of a server that is not there does not keep the next one back with --keep-going', async () => {
    const { url } = await server();
    const { port: gone } = await demoFtpd();
    const ended = await sftpc(['-9', '--keep-going', `ftp://127.0.0.2:${gone}/a`, url('pub/-x').replace('joe@', '')]);
    expect(ended.status).toBe(3);
    expect(await readdir('.')).toEqual(['-x']);
  });
});

describe('the URL of a directory', () => {
  it('lists it where there is no terminal', async () => {
    const { url } = await server();
    const { out, status } = await sftpc(['-9', url('pub/')]);
    expect({ lines: out.split('\n').length, status }).toEqual({ lines: 3, status: 0 });
    expect(out).toContain('a b.txt');
  });

  it('lists names with ;type=d', async () => {
    const { url } = await server();
    expect(await sftpc(['-9', url('pub;type=d')])).toEqual({ status: 0, out: 'pub/-x\npub/a b.txt\n', err: '' });
  });

  it('opens a session there at a terminal', async () => {
    const { url } = await server();
    const shell = typed(['-9', url('pub/')]);
    await shell.until(/Logged in/);
    shell.type('pwd\n');
    await shell.until(/^\/pub\n/m);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
  });

  it('is where commands begin', async () => {
    const { url } = await server();
    expect(await sftpc(['-9', url('pub/'), '--', 'pwd'])).toEqual({ status: 0, out: '/pub\n', err: '' });
    expect((await sftpc(['-9', url('none/'), '--', 'pwd'])).status).toBe(1);
  });
});

describe('-T', () => {
  it('sends a file to a URL, into a directory by its own name', async () => {
    const { root, url } = await server();
    await writeFile('f', 'sent');
    expect(await sftpc(['-9', '-T', 'f', url('pub/g')])).toMatchObject({ status: 0 });
    expect(await sftpc(['-9', '-T', 'f', url('pub/')])).toMatchObject({ status: 0 });
    expect(await sftpc(['-9', '-T', './f', url('')])).toMatchObject({ status: 0 });
    for (const name of ['pub/g', 'pub/f', 'f']) expect(await readFile(join(root, name), 'utf8')).toBe('sent');
  });

  it('sends standard input', async () => {
    const { root, url } = await server();
    expect(await sftpc(['-9', '-T', '-', url('pub/g')], { input: 'typed' })).toEqual({
      status: 0,
      out: '',
      err: 'standard input: 5 octets stored as pub/g\n',
    });
    expect(await readFile(join(root, 'pub/g'), 'utf8')).toBe('typed');
  });
});
