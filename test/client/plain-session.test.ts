import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoFtpd, folder, scriptedFtpd, sftpc } from './sftpc.js';

const digest = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

describe('sftpc -9', () => {
  it.each([
    ['--passive', 0],
    ['--passive', 1],
    ['--passive', 1_048_577],
    ['--active', 1],
    ['--active', 1_048_577],
  ])('gets and puts with %s a file of %i octets', async (mode, size) => {
    const { root, port } = await demoFtpd();
    const local = await folder();
    await writeFile(join(root, 'a file'), randomBytes(size));
    const script = `get "a file" ${local}/got\nput ${local}/got stored\nbye\n`;
    const ended = await sftpc(['-9', mode, '-u', 'joe', '127.0.0.1', `${port}`], { input: script });
    expect(ended).toMatchObject({ status: 0, out: '' });
    expect(ended.err).toContain(`a file: ${size} octets received as ${local}/got\n`);
    expect(await digest(join(root, 'stored'))).toBe(await digest(join(root, 'a file')));
    expect(await readdir(local)).toEqual(['got']);
  });

  it('lists, changes directories and asks, with data on standard output only', async () => {
    const { root, port } = await demoFtpd();
    await mkdir(join(root, 'a "dir"'));
    await writeFile(join(root, 'a "dir"', 'esc\x1b[2J ü'), '');
    const script = `# a comment\n\ncd 'a "dir"'\npwd\nls\nquote NOOP\npassive off\nls\n`;
    const ended = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: script });
    expect(ended.status).toBe(0);
    const lines = ended.out.split('\n');
    expect(lines[0]).toBe('/a "dir"');
    expect(lines[1]).toMatch(/^-.* esc\\x1b\[2J ü$/);
    expect(lines[2]).toMatch(/^200 /);
    expect(lines.slice(3)).toEqual([lines[1], '']);
  });

  it('stops at the first command that fails', async () => {
    const { root, port } = await demoFtpd();
    const script = `get nothing\nput ${join(root, 'x')}\n`;
    const ended = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: script });
    expect(ended.status).toBe(1);
    expect(ended.err).toMatch(/^sftpc: line 1: nothing: the server said: 550 /);
    const unknown = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: 'gett a\n' });
    expect(unknown).toMatchObject({ status: 1, err: 'sftpc: line 1: there is no command "gett": did you mean get?\n' });
  });

  it('says when the login is refused, and what it needs before it connects', async () => {
    const { port } = await demoFtpd({ user: 'joe', password: 'right' });
    const refused = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'pwd']);
    expect(refused.status).toBe(5);
    expect(refused.err).toMatch(/^sftpc: The login was refused: 530 /);
    const password = join(await folder(), 'password');
    await writeFile(password, 'right\nanother line\n', { mode: 0o600 });
    const words = ['-9', '-u', 'joe', '--password-file', password, '127.0.0.1', `${port}`, '--', 'pwd'];
    expect(await sftpc(words)).toEqual({ status: 0, out: '/\n', err: '' });
    const none = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { env: { SFTPC_PASSWORD: undefined } });
    expect(none.status).toBe(2);
    expect(none.err).toContain('--password-file');
    expect((await sftpc(['-9', '127.0.0.1', `${port}`])).status).toBe(2);
    const anonymous = await sftpc(['-9', '-u', 'anonymous', '127.0.0.1', `${port}`, '--', 'pwd'], {
      env: { SFTPC_PASSWORD: undefined },
    });
    expect(anonymous.status).toBe(5);
  });

  it('hides the password in its transcript', async () => {
    const { port } = await demoFtpd();
    const ended = await sftpc(['-9', '-d', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'pwd']);
    expect(ended.err).toContain('C clear PASS ****\n');
    expect(ended.err).not.toContain('secret');
  });

  it('says when nobody listens', async () => {
    const { port } = await demoFtpd();
    const ended = await sftpc(['-9', '-u', 'joe', '127.0.0.2', `${port}`]);
    expect(ended.status).toBe(3);
    expect(ended.err).toContain('nobody listens there');
  });

  it.each([
    ['a final reply that is not 2yz', '426 broken', 'end'],
    ['a connection that breaks', '226 complete', 'reset'],
  ] as const)('keeps nothing of a download with %s', async (_, final, how) => {
    const port = await scriptedFtpd((data, say) => {
      data.write('part', () => {
        if (how === 'end') data.end();
        else data.resetAndDestroy();
        say(final);
      });
    });
    const local = await folder();
    const target = join(local, 'got');
    await writeFile(target, 'before');
    const ended = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'get', 'a', target]);
    expect(ended.status).toBe(1);
    expect(await readdir(local)).toEqual(['got']);
    expect(await readFile(target, 'utf8')).toBe('before');
  });

  it('falls back to PASV and ignores the address that a 227 names', async () => {
    const port = await scriptedFtpd(
      (data, say) => {
        data.end('whole');
        say('226 done');
      },
      { EPSV: '500 what?' },
    );
    const target = join(await folder(), 'got');
    const ended = await sftpc(['-9', '-d', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'get', 'a', target]);
    expect(ended.status).toBe(0);
    expect(await readFile(target, 'utf8')).toBe('whole');
  });

  it('replaces no device, and sends no directory', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'a'), 'x');
    const device = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'get', 'a', '/dev/null']);
    expect(device).toMatchObject({ status: 1, err: 'sftpc: /dev/null exists and is not a regular file.\n' });
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
    const directory = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'put', root, 'b']);
    expect(directory.err).toBe(`sftpc: ${root} is a folder.\n  put -r sends it with all that is in it.\n`);
  });
});
