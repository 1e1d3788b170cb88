// The commands that users of ftp(1) type, but those that transfer files.
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { demoFtpd, folder, scriptedFtpd, sftpc, typed, type Ended } from './sftpc.js';

/** Runs a script in a plain session. */
const script = (port: number, ...lines: readonly string[]): Promise<Ended> =>
  sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: lines.join('\n') });

const words = (port: number): string[] => ['-9', '-u', 'joe', '127.0.0.1', `${port}`];

describe('directories on the server', () => {
  it('are made, entered, left, named and removed', async () => {
    const { root, port } = await demoFtpd();
    const ended = await script(port, 'mkdir sub', 'mkdir gone', 'rmdir gone', 'cd sub', 'pwd', 'cdup', 'pwd');
    expect(ended).toEqual({ status: 0, out: '/sub\n/\n', err: '' });
    expect(await readdir(root)).toEqual(['sub']);
  });

  it('are listed: ls as the server words it, nlist by names, mls several with their names above', async () => {
    const { root, port } = await demoFtpd();
    for (const name of ['one', 'two']) {
      await mkdir(join(root, name));
      await writeFile(join(root, name, `${name}.txt`), name);
    }
    const long = (name: string): string => `-rw-r--r--    1 \\S+ +\\S+ +3 .* ${name}\\.txt\n`;
    expect((await script(port, 'ls one')).out).toMatch(new RegExp(`^${long('one')}$`));
    expect((await script(port, 'dir -la one')).out).toMatch(new RegExp(`^${long('one')}$`));
    expect((await script(port, 'nlist one')).out).toBe('one/one.txt\n');
    expect((await script(port, 'mls one two')).out).toMatch(new RegExp(`^one:\n${long('one')}\ntwo:\n${long('two')}$`));
    const failed = await script(port, 'mls one none two');
    expect(failed.status).toBe(1);
    expect(failed.out).toContain('two.txt');
    expect(failed.err).toMatch(/^sftpc: none: the server said: 550 .*\n {2}.*\nsftpc: line 1: 1 of 3 failed\.\n$/);
  });

  it('are listed into a file with line ends of this side, and - is the terminal', async () => {
    const { root, port } = await demoFtpd();
    const local = await folder();
    await writeFile(join(root, 'a'), '');
    await writeFile(join(root, 'esc\x1b'), '');
    const ended = await script(port, `nlist . ${local}/names`, 'nlist . -');
    expect(ended).toMatchObject({ status: 0, out: 'a\nesc\\x1b\n' });
    expect(ended.err).toBe(`The listing is in ${local}/names.\n`);
    expect(await readFile(join(local, 'names'), 'latin1')).toBe('a\nesc\x1b\n');
    expect(await script(port, 'ls a b c')).toMatchObject({
      status: 1,
      err: expect.stringContaining('ls takes one path, and a local file to write the listing to.') as string,
    });
  });

  it('never replace a file here unasked where somebody can be asked', async () => {
    const { root, port } = await demoFtpd();
    const local = await folder();
    await writeFile(join(root, 'a'), '');
    await writeFile(join(local, 'b'), 'mine');
    const shell = typed(words(port));
    shell.type(`ls a ${local}/b\n`);
    await shell.until(/replace \S+\/b by the listing\? \(yes\/no\/all\/quit\) /);
    shell.type('n\r');
    await shell.until(/sftpc> /);
    expect(await readFile(join(local, 'b'), 'utf8')).toBe('mine');
    shell.type(`ls a ${local}/b\n`);
    await shell.until(/replace .*\) /);
    shell.type('y\r');
    await shell.until(/The listing is in /);
    expect(await readFile(join(local, 'b'), 'utf8')).toMatch(/ a\n$/);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
  });
});

describe('files on the server', () => {
  it('are renamed, deleted, given permissions, and told of', async () => {
    const { root, port } = await demoFtpd();
    for (const name of ['a b', 'c']) await writeFile(join(root, name), '12345');
    await utimes(join(root, 'a b'), 0, Date.UTC(2026, 0, 2, 3, 4, 5) / 1000);
    await chmod(join(root, 'a b'), 0o600);
    const ended = await script(port, "size 'a b'", "modtime 'a b'", "rename 'a b' d", 'chmod 644 d', 'delete c');
    expect(ended).toMatchObject({ status: 0, err: '' });
    const [size, time] = ended.out.split('\n');
    expect(size).toBe('a b\t5');
    expect(time).toMatch(/^a b\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$/);
    expect(new Date((time ?? '').slice(4)).toISOString()).toBe('2026-01-02T03:04:05.000Z');
    expect(await readdir(root)).toEqual(['d']);
    expect((await stat(join(root, 'd'))).mode & 0o777).toBe(0o644);
  });

  it('get the permissions that umask leaves them', async () => {
    const { root, port } = await demoFtpd();
    const ended = await script(port, 'umask', 'umask 077', 'mkdir mine');
    expect(ended).toMatchObject({ status: 0, out: '200 Your umask is 022.\n200 UMASK set to 077.\n' });
    expect((await stat(join(root, 'mine'))).mode & 0o777).toBe(0o700);
  });

  it.each([
    [
      'size none',
      'none: the server does not tell its size.\n  There may be no such file, or it is a directory: see ls.',
    ],
    ['modtime none', 'none: the server does not tell its time of change.\n  There may be no such file, '],
    ['delete none', 'none: the server said: 550 No such file or directory.'],
    ['delete *.txt', '*.txt: the server said: 550 No such file or directory.\n  mdelete takes patterns.'],
    ['rename none other', 'none: the server said: 550 No such file or directory.'],
    ['mkdir a/b/c', 'a/b/c: the server said: 550 No such file or directory.'],
    ['chmod u+x a', 'chmod takes an octal mode, not u+x.\n  As in 644 or 022.'],
    ['umask 9', 'umask takes an octal mode, not 9.'],
    ['mdelete *.txt', '*.txt: no file on the server matches.'],
    ['mdelete su*', 'There are directories only.\n  Use rmdir.'],
    ['site WHATEVER x', 'SITE WHATEVER x: the server said: 504 '],
  ])('%s is explained', async (line, text) => {
    const { root, port } = await demoFtpd();
    await mkdir(join(root, 'sub'));
    const ended = await script(port, line);
    expect(ended).toMatchObject({ status: 1, out: '' });
    expect(ended.err).toContain(`sftpc: line 1: ${text}`);
  });

  it('are deleted by patterns, all of them where nobody can be asked', async () => {
    const { root, port } = await demoFtpd();
    await mkdir(join(root, 'd.txt'));
    for (const name of ['a.txt', 'b.txt', 'c', '*']) await writeFile(join(root, name), '');
    expect(await script(port, 'glob off', 'mdelete * c', 'glob on', 'mdelete ?.txt')).toMatchObject({ status: 0 });
    expect(await readdir(root)).toEqual(['d.txt']);
  });

  it('are deleted one by one as somebody says: no, yes, all, quit', async () => {
    const { root, port } = await demoFtpd();
    const names = ['1', '2', '3', '4', '5'];
    for (const name of names) await writeFile(join(root, name), '');
    const shell = typed(words(port));
    const say = async (name: string, answer: string): Promise<void> => {
      await shell.until(new RegExp(`delete ${name}\\? \\(yes/no/all/quit\\) `));
      shell.type(answer);
    };
    shell.type('mdelete *\n');
    await say('1', 'n\r');
    await say('2', 'what\r');
    await shell.until(/Please type yes, no, all or quit: /);
    shell.type('y\r');
    await say('3', 'q\r');
    await shell.until(/sftpc> /);
    expect(await readdir(root)).toEqual(['1', '3', '4', '5']);
    shell.type('mdelete *\n');
    await say('1', 'no\r');
    await say('3', 'all\r');
    await shell.until(/sftpc> /);
    expect(await readdir(root)).toEqual(['1']);
    shell.type('prompt off\n');
    await shell.until(/prompt off\n/);
    shell.type('mdelete *\n');
    await expect.poll(() => readdir(root)).toEqual([]);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
  });

  it('that cannot be deleted do not keep the others', async () => {
    const { root, port } = await demoFtpd();
    for (const name of ['a', 'c']) await writeFile(join(root, name), '');
    const ended = await script(port, 'mdelete a b c');
    expect(ended.status).toBe(1);
    expect(ended.err).toMatch(
      /^sftpc: b: the server said: 550 No such file or directory\.\n {2}.*\nsftpc: line 1: 1 of 3 failed\.\n$/,
    );
    expect(await readdir(root)).toEqual([]);
  });
});

describe('settings', () => {
  it('are shown as they become', async () => {
    const { port } = await demoFtpd();
    const ended = await script(
      port,
      ...['type', 'ascii', 'type I', 'image', 'hash', 'hash', 'glob off', 'prompt on', 'progress', 'passive', 'prot'],
    );
    expect(ended.err.split('\n')).toEqual([
      'type binary',
      'type ascii',
      'type binary',
      'type binary',
      'hash on',
      'hash off',
      'glob off',
      'prompt on',
      'progress off',
      'passive off',
      'prot C',
      '',
    ]);
  });

  it.each([
    ['type ebcdic', 'type takes ascii or binary.'],
    ['hash 7', 'hash takes on or off.'],
    ['passive maybe', 'passive takes on or off.'],
    ['prot E', 'prot takes C, S or P.'],
  ])('%s is refused', async (line, text) => {
    const { port } = await demoFtpd();
    expect(await script(port, line)).toEqual({ status: 1, out: '', err: `sftpc: line 1: ${text}\n` });
  });
});

describe('this side', () => {
  it('has a directory that lcd changes and lpwd shows', async () => {
    const before = process.cwd();
    onTestFinished(() => process.chdir(before));
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'a'), 'x');
    const local = await folder();
    const ended = await script(port, `lcd ${local}`, 'lpwd', 'get a', 'lcd', 'lpwd', 'lcd none');
    expect(ended.status).toBe(1);
    expect(ended.out).toBe(`${local}\n${process.env['HOME'] ?? ''}\n`);
    expect(ended.err).toContain(`The directory on this side is ${local}.\n`);
    expect(ended.err).toMatch(/sftpc: line 6: none: there is no such file or folder\.\n$/);
    expect(await readdir(local)).toEqual(['a']);
  });
});

describe('what the server says', () => {
  it('is shown for rstatus, rhelp, system, site and quote', async () => {
    const { port } = await demoFtpd();
    const ended = await script(port, 'system', 'rstatus', 'rhelp', 'site umask', 'literal noop');
    expect(ended.status).toBe(0);
    expect(ended.out).toMatch(
      /^215 UNIX Type: L8\n211-Demo ftpd\n[^]*\n214-The following[^]*\n200 Your umask is 022\.\n200 NOOP ok\.\n$/,
    );
  });

  it.each([
    ['quote USER ann', "USER is sftpc's own to send.\n  Use user, which asks for the password."],
    ['quote pass word', "PASS is sftpc's own to send.\n  Use user, which asks for the password."],
    ['quote REIN', "REIN is sftpc's own to send.\n  Use user, or close and open."],
    ['quote REST 100', "REST is sftpc's own to send.\n  Use reget."],
    ['quote PROT C', "PROT is sftpc's own to send.\n  Use prot."],
    ['quote QUIT', "QUIT is sftpc's own to send.\n  Use close or bye."],
    ['quote MODE Z', 'sftpc transfers files in MODE S only.'],
    ['quote STRU R', 'sftpc transfers files in STRU F only.'],
    ['quote PASV', 'quote cannot make the data connection of PASV.\n  Use ls, get or put.'],
    ['quote STOR a', 'quote cannot make the data connection of STOR.\n  Use ls, get or put.'],
  ])('%s is not for the user to send', async (line, text) => {
    const sent: string[] = [];
    const port = await scriptedFtpd(
      () => undefined,
      {},
      (verb, answer) => {
        sent.push(verb);
        answer();
      },
    );
    expect(await script(port, line)).toEqual({ status: 1, out: '', err: `sftpc: line 1: ${text}\n` });
    expect(sent).toEqual(['USER', 'PASS', 'QUIT']);
  });

  it('is asked anew for the type after quote, and RNFR with RNTO go through', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'a'), 'x\n');
    const local = await folder();
    const lines = ['quote RNFR a', 'quote RNTO b', `get b ${local}/b`, 'quote TYPE A', `get b ${local}/c`];
    const ended = await sftpc(['-d', ...words(port)], { input: lines.join('\n') });
    expect(ended.status).toBe(0);
    expect(ended.err.match(/TYPE I/g)).toHaveLength(2);
  });
});

describe('a name of a command', () => {
  const named = async (line: string): Promise<Ended> => {
    const { port } = await demoFtpd();
    return script(port, line);
  };

  test('may be shortened where that is clear', async () => {
    expect(await named('pw')).toMatchObject({ status: 0, out: '/\n' });
    expect(await named('LP')).toMatchObject({ status: 0, out: `${process.cwd()}\n` });
    expect(await named('e')).toMatchObject({ status: 0 });
  });

  test('that is the beginning of several is refused, with all of them', async () => {
    const { status, err } = await named('p');
    expect(status).toBe(1);
    expect(err).toContain('sftpc: line 1: "p" is the beginning of several commands: pwd, ');
    expect(err).toContain('passive, prot, progress, prompt');
  });

  test('is not guessed from the beginning of a longer one: rm is no rmdir', async () => {
    const { root, port } = await demoFtpd();
    await mkdir(join(root, 'sub'));
    expect((await script(port, 'rm sub')).status).toBe(1);
    expect(await readdir(root)).toEqual(['sub']);
  });

  test('that is none is explained, and so are too many arguments', async () => {
    expect(await named('delet3 x')).toMatchObject({
      status: 1,
      err: 'sftpc: line 1: there is no command "delet3": did you mean delete?\n',
    });
    expect((await named('pwd x')).err).toBe('sftpc: line 1: too many arguments; it is: pwd\n');
    expect((await named('rename x')).err).toBe('sftpc: line 1: too few arguments; it is: rename FROM TO\n');
  });
});

describe('help', () => {
  it('lists all commands on half a screen', async () => {
    const { port } = await demoFtpd();
    const { err } = await script(port, 'help');
    const lines = err.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(24);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    for (const name of ['open', 'mdelete', 'passive', 'get', 'lcd', '!', 'bye']) expect(err).toContain(` ${name}`);
  });

  it('says all of one', async () => {
    const { port } = await demoFtpd();
    expect((await script(port, 'help rm')).err).toBe(
      [
        'delete PATH',
        '  Delete a file on the server.',
        '  PATH is taken as it is, also with * or ? in it; mdelete takes patterns.',
        '  Also: rm.',
        '',
      ].join('\n'),
    );
    expect(await script(port, '? nothing')).toEqual({
      status: 1,
      out: '',
      err: 'sftpc: line 1: there is no command "nothing": help lists them.\n',
    });
  });
});

describe('status', () => {
  it('says what the session is and how things are set', async () => {
    const { port } = await demoFtpd();
    const { out } = await script(port, 'hash', 'status');
    expect(out.split('\n')).toEqual([
      `server     127.0.0.1 port ${port}: nothing is protected`,
      'user       joe',
      'directory  /',
      'prot       C, clear: can be read and changed on the way',
      'passive    on: we connect to the server for data',
      'type       binary',
      'settings   glob on, hash on, progress on, prompt on',
      `here       ${process.cwd()}`,
      '',
    ]);
  });

  it('says where the last session went when there is none', async () => {
    const { port } = await demoFtpd();
    const { out } = await script(port, 'close', 'status');
    expect(out).toMatch(new RegExp(`^server     none; the last was 127\\.0\\.0\\.1 port ${port}\npassive `));
  });
});
