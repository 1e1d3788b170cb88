// sftpc keys: what it prints and leaves in the file, also when many change it at once.
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { dsaPublicKeyOf, exportDsaPublicPem, generateDsaKey } from '../../src/crypto/dsa.js';
import { keysUsage } from '../../src/client/cli/keys-arguments.js';
import { KnownServers } from '../../src/client/trust/known-servers.js';
import { folder, sftpc, type Ended } from './sftpc.js';

const A = `SHA256:${'a'.repeat(43)}`;
const B = `SHA256:${'b'.repeat(43)}`;

async function known(text = ''): Promise<{ file: string; keys: (...argv: string[]) => Promise<Ended> }> {
  const file = join(await folder(), 'known_servers');
  if (text !== '') await writeFile(file, text);
  return { file, keys: (...argv) => sftpc(['keys', '--known-servers', file, ...argv]) };
}

describe('sftpc keys list', () => {
  it('prints the entries, as text or as objects', async () => {
    const { keys } = await known(`# mine\nh.example 21 ${A}\n\n::1 2021 ${B}\n`);
    expect(await keys('list')).toEqual({ status: 0, out: `h.example 21 ${A}\n::1 2021 ${B}\n`, err: '' });
    expect((await keys('--json', 'list')).out.split('\n')).toEqual([
      `{"event":"key","host":"h.example","port":21,"fingerprint":"${A}"}`,
      `{"event":"key","host":"::1","port":2021,"fingerprint":"${B}"}`,
      '{"event":"done","exit":0}',
      '',
    ]);
  });

  it('says so where there are none', async () => {
    const { file, keys } = await known();
    expect(await keys('list')).toEqual({ status: 0, out: '', err: `No server is known in ${file}.\n` });
  });
});

describe('sftpc keys remove', () => {
  it('takes away the lines of that server, and leaves all else as it is', async () => {
    const { file, keys } = await known(`# mine\nh 21 ${A}\n\tH\t2021\t${A}\n  # and\n::1 21 ${B}`);
    expect(await keys('remove', 'h', '2021')).toEqual({ status: 0, out: '', err: `h port 2021: forgotten, ${A}\n` });
    expect(await keys('remove', '[::1]')).toEqual({ status: 0, out: '', err: `::1 port 21: forgotten, ${B}\n` });
    expect(await readFile(file, 'utf8')).toBe(`# mine\nh 21 ${A}\n  # and`);
    expect(await keys('remove', 'h', '22')).toEqual({
      status: 1,
      out: '',
      err: `sftpc: No key of h port 22 is known in ${file}.\n  Known of that host: port 21.\n`,
    });
    expect((await keys('remove', 'x')).err).toContain('sftpc keys list shows them all.');
  });
});

describe('sftpc keys import', () => {
  it('takes a fingerprint, what sftpd-keygen --show prints, or a public key', async () => {
    const key = dsaPublicKeyOf(generateDsaKey(1024));
    const pem = exportDsaPublicPem(key);
    const { file, keys } = await known(`# mine`);
    const place = await folder();
    await writeFile(join(place, 'show'), `${key.fingerprint}\n${pem}`);
    await writeFile(join(place, 'pem'), pem);
    expect((await keys('import', 'one', A)).err).toBe(`one port 21: ${A} known now\n`);
    expect((await keys('import', 'Two', '2021', join(place, 'show'))).status).toBe(0);
    expect((await keys('import', '[2001:db8::1]', join(place, 'pem'))).status).toBe(0);
    const typed = await sftpc(['keys', 'import', '--known-servers', file, 'four', '-'], { input: key.fingerprint });
    expect(typed.err).toBe(`four port 21: ${key.fingerprint} known now\n`);
    expect((await keys('import', 'one', A)).err).toBe(`one port 21: ${A} known already\n`);
    expect(await readFile(file, 'utf8')).toBe(
      `# mine\none 21 ${A}\n` +
        ['two 2021', '2001:db8::1 21', 'four 21'].map((name) => `${name} ${key.fingerprint}\n`).join(''),
    );
  });

  it('refuses a fingerprint that is not the key beside it, and what is no key', async () => {
    const { keys } = await known();
    const place = await folder();
    await writeFile(join(place, 'wrong'), `${A}\n${exportDsaPublicPem(dsaPublicKeyOf(generateDsaKey(1024)))}`);
    await writeFile(join(place, 'none'), '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n');
    const wrong = await keys('import', 'h', join(place, 'wrong'));
    expect(wrong.status).toBe(4);
    expect(wrong.err).toContain(`holds a fingerprint, ${A}, that is not the key's, SHA256:`);
    const none = await keys('import', 'h', join(place, 'none'));
    expect(none).toMatchObject({ status: 1 });
    expect(none.err).toContain('holds no DSA public key in PEM, and no fingerprint.\n  What sftpd-keygen --show');
    expect(await keys('import', join(place, 'absent'))).toEqual({
      status: 1,
      out: '',
      err: `sftpc: ${place}/absent: there is no such file or folder.\n  It is: sftpc keys import HOST [PORT] KEY, or FILE alone.\n`,
    });
  });

  it('replaces another key only where it is told to, with the command that the refusal names', async () => {
    const { file, keys } = await known(`h 21 ${A}\n`);
    expect(await keys('import', 'h', B)).toEqual({
      status: 4,
      out: '',
      err: [
        'sftpc: Another key of h port 21 is known already, and stays.',
        `  known: ${A}`,
        `  new:   ${B}`,
        "  Ask the server's administrator which of them is right. If it is the new one:",
        `    sftpc keys import --replace --known-servers ${file} h 21 ${B}`,
        '',
      ].join('\n'),
    });
    expect(await readFile(file, 'utf8')).toBe(`h 21 ${A}\n`);
    const replaced = await sftpc(['keys', 'import', '--replace', '--known-servers', file, 'h', '21', B]);
    expect(replaced).toEqual({ status: 0, out: '', err: `h port 21: ${B} known now in place of ${A}\n` });
    expect(await readFile(file, 'utf8')).toBe(`h 21 ${B}\n`);
  });

  it('takes all entries of a file, or none', async () => {
    const { file, keys } = await known(`b 21 ${A}\n`);
    const list = join(await folder(), 'list');
    await writeFile(list, `a 21 ${A}\nb 21 ${B}\n`);
    expect((await keys('import', list)).status).toBe(4);
    expect(await readFile(file, 'utf8')).toBe(`b 21 ${A}\n`);
    const { out, status } = await keys('import', '--replace', '--json', list);
    expect({ out, status }).toEqual({
      status: 0,
      out: [
        `{"event":"imported","host":"a","port":21,"fingerprint":"${A}","before":null}`,
        `{"event":"imported","host":"b","port":21,"fingerprint":"${B}","before":"${A}"}`,
        '{"event":"done","exit":0}',
        '',
      ].join('\n'),
    });
    expect(await readFile(file, 'utf8')).toBe(`a 21 ${A}\nb 21 ${B}\n`);
  });
});

describe('a file of servers with a line that is none', () => {
  const bad = `# ours\n\na 21 ${A}\nb ${B}\n`;

  it('is a mistake of who imports it, and nothing is imported', async () => {
    const { file, keys } = await known(`c 21 ${A}\n`);
    const list = join(await folder(), 'list');
    await writeFile(list, bad);
    const hint =
      '  It takes what sftpc keys list prints. A file with one key goes behind its host: sftpc keys import HOST [PORT] FILE.\n';
    expect(await keys('import', list)).toEqual({
      status: 1,
      out: '',
      err: `sftpc: ${list}:4: not a line of the form "host port SHA256:…".\n${hint}`,
    });
    expect(await sftpc(['keys', 'import', '--known-servers', file, '-'], { input: bad })).toEqual({
      status: 1,
      out: '',
      err: `sftpc: standard input:4: not a line of the form "host port SHA256:…".\n${hint}`,
    });
    expect(await readFile(file, 'utf8')).toBe(`c 21 ${A}\n`);
  });

  it('is a danger where it is the file of those that are known', async () => {
    const { file, keys } = await known(bad);
    for (const words of [['list'], ['remove', 'a'], ['import', 'd', A]]) {
      expect(await keys(...words)).toEqual({
        status: 4,
        out: '',
        err: `sftpc: ${file}:4: not a line of the form "host port SHA256:…".\n  Correct or remove that line.\n`,
      });
    }
    expect(await readFile(file, 'utf8')).toBe(bad);
  });
});

describe('the command line of sftpc keys', () => {
  it.each([
    [[], 'say what to do: sftpc keys list, remove or import'],
    [['lst'], 'keys has no action "lst": it is list, remove or import'],
    [['list', 'h'], 'keys list takes no arguments'],
    [['remove'], 'it is: sftpc keys remove HOST [PORT]'],
    [['remove', 'h', 'x'], '"x" is no port: 1 to 65535'],
    [['remove', '#h'], '"#h" is no host'],
    [['import', 'a b', A], '"a b" is no host'],
    [['import', 'h', 'SHA256:abc'], '"SHA256:abc" is no fingerprint: SHA256: and 43 characters of base64'],
    [['import', 'h', '21', A, 'x'], 'it is: sftpc keys import HOST [PORT] KEY, or FILE alone'],
    [['list', '--replace'], '--replace is for import'],
    [['--replce', 'list'], 'unknown option --replce: did you mean --replace?'],
  ])('%j is wrong', async (argv, mistake) => {
    expect(await sftpc(['keys', ...argv])).toEqual({
      status: 2,
      out: '',
      err: `sftpc: ${mistake}\nsftpc keys --help says more.\n`,
    });
  });

  it('explains itself in 80 columns', async () => {
    expect(await sftpc(['keys', '-h'])).toEqual({ status: 0, out: keysUsage(), err: '' });
    expect(
      keysUsage()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });
});

describe('the file of known servers', () => {
  it('loses no change of many processes at once', async () => {
    const { file, keys } = await known(`# mine\nold 21 ${A}\n`);
    const program = resolve(import.meta.dirname, '../../dist/src/client/main.js');
    const run = (...argv: string[]): Promise<unknown> =>
      promisify(execFile)(process.execPath, [program, 'keys', ...argv, '--known-servers', file], { timeout: 60_000 });
    const hosts = Array.from({ length: 12 }, (_, index) => `host${index}`);
    await Promise.all([...hosts.map((host) => run('import', host, B)), run('remove', 'old')]);
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines[0]).toBe('# mine');
    expect(lines.slice(1, -1).sort()).toEqual(hosts.map((host) => `${host} 21 ${B}`).sort());
    expect(await readdir(join(file, '..'))).toEqual(['known_servers']);
    expect((await keys('list')).out.split('\n')).toHaveLength(13);
  });

  it('is changed all the same where a lock was left behind long ago', async () => {
    const { file, keys } = await known();
    await writeFile(`${file}.lock`, '');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${file}.lock`, longAgo, longAgo);
    expect((await keys('import', 'h', A)).status).toBe(0);
    expect(await readdir(join(file, '..'))).toEqual(['known_servers']);
  });

  it('keeps its mode, and a link to it stays one', async () => {
    const { file, keys } = await known(`h 21 ${A}\n`);
    const place = await folder();
    await mkdir(join(place, 'dotfiles'));
    const real = join(place, 'dotfiles', 'known');
    await writeFile(real, '', { mode: 0o640 });
    await symlink(real, join(place, 'link'));
    await new KnownServers(join(place, 'link')).add([{ host: 'h', port: 21, fingerprint: A }]);
    expect(await readFile(real, 'utf8')).toBe(`h 21 ${A}\n`);
    expect((await stat(real)).mode & 0o777).toBe(0o640);
    await chmod(file, 0o644);
    await keys('import', 'x', B);
    expect((await stat(file)).mode & 0o777).toBe(0o644);
  });
});
