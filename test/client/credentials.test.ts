// Whose password goes where, and where it comes from.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoFtpd, folder, scriptedFtpd, sftpc, typed, type Ended } from './sftpc.js';

/** Without SFTPC_PASSWORD. */
const NOTHING = { SFTPC_PASSWORD: undefined };

async function secretFile(text: string, mode = 0o600): Promise<string> {
  const file = join(await folder(), 'file');
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

interface Tried {
  readonly who: string;
  readonly ended: Ended;
}

/** What reaches a server that takes anybody: USER and PASS, as they came. */
async function tried(
  argv: (port: number) => readonly string[],
  env: Readonly<Record<string, string | undefined>> = NOTHING,
): Promise<Tried> {
  const root = await folder();
  const logins: string[] = [];
  const port = await scriptedFtpd(
    (data, say) => {
      data.end();
      say('226 empty');
    },
    {},
    (_, answer, line) => {
      if (/^(USER|PASS) /.test(line)) logins.push(line.slice(5));
      answer();
    },
  );
  const ended = await sftpc(['-9', ...argv(port)], { env: { HOME: root, ...env } });
  return { who: logins.join(':'), ended };
}

describe('user and password', () => {
  const server = (port: number): string[] => ['127.0.0.1', `${port}`, '--', 'quote', 'NOOP'];
  const url = (port: number, user = ''): string => `ftp://${user}127.0.0.1:${port}/`;

  it('come from the options and the environment, in that order, before all else', async () => {
    const file = await secretFile('from file\nsecond line\n');
    const netrc = await secretFile('machine 127.0.0.1 login ann password from-netrc');
    const all = ['--netrc', netrc, '--password-file', file];
    const env = { SFTPC_PASSWORD: 'from environment' };
    expect((await tried((port) => ['-u', 'ann', ...all, ...server(port)], env)).who).toBe('ann:from file');
    expect((await tried((port) => ['-u', 'ann', '--netrc', netrc, ...server(port)], env)).who).toBe(
      'ann:from environment',
    );
    const named = await tried((port) => ['--netrc', netrc, url(port, 'ann:from-url@'), '--', 'quote', 'NOOP']);
    expect(named.who).toBe('ann:from-url');
    expect((await tried((port) => ['--netrc', netrc, ...server(port)])).who).toBe('ann:from-netrc');
    expect((await tried((port) => ['--netrc', netrc, '--no-netrc', ...server(port)])).ended.status).toBe(2);
  });

  it('come from the .netrc that NETRC names, or from ~/.netrc', async () => {
    const netrc = await secretFile('default login ann password from-netrc');
    expect((await tried(server, { ...NOTHING, NETRC: netrc })).who).toBe('ann:from-netrc');
    expect((await tried(server, { ...NOTHING, NETRC: '/nowhere' })).ended).toMatchObject({
      status: 2,
      err: 'sftpc: There is no terminal to ask for the user name.\n  Name the user: --user NAME.\n',
    });
    expect((await tried((port) => ['--no-netrc', ...server(port)], { ...NOTHING, NETRC: netrc })).ended.status).toBe(2);
    expect((await tried((port) => ['--netrc', '/nowhere', ...server(port)])).ended).toMatchObject({
      status: 2,
      err: 'sftpc: There is no file /nowhere to take users and passwords from.\n',
    });
  });

  it('of a .netrc that others can read are not used', async () => {
    const netrc = await secretFile(
      'machine 127.0.0.1 login ann password secret\ndefault login ftp password x@y',
      0o640,
    );
    const { ended, who } = await tried((port) => ['--netrc', netrc, ...server(port)]);
    expect(who).toBe('');
    expect(ended).toMatchObject({
      status: 2,
      err: `sftpc: ${netrc} can be read by others; a password in it is not used.\n  Make it yours alone: chmod 600 ${netrc}\n`,
    });
    // The password is another's matter here.
    const own = await tried((port) => ['--netrc', netrc, ...server(port)], { SFTPC_PASSWORD: 'own' });
    expect(own.who).toBe('ann:own');
  });

  it('are anonymous for a URL without a user name, and then no password of anybody is sent', async () => {
    const env = { SFTPC_PASSWORD: 'precious' };
    const words = (port: number): string[] => [url(port), '--', 'quote', 'NOOP'];
    expect((await tried(words, env)).who).toBe('anonymous:sftpc@');
    expect((await tried((port) => ['-u', 'joe', ...words(port)], env)).who).toBe('joe:precious');
    const netrc = await secretFile('machine 127.0.0.1 login ann password from-netrc');
    expect((await tried((port) => ['--netrc', netrc, ...words(port)], NOTHING)).who).toBe('ann:from-netrc');
  });

  it('given for one server are not sent to another', async () => {
    const env = { SFTPC_PASSWORD: 'precious' };
    const other = await demoFtpd();
    const { who, ended } = await tried(
      (port) => [`ftp://joe@127.0.0.1:${other.port}/`, `ftp://joe@127.0.0.1:${port}/`],
      env,
    );
    expect(who).toBe('');
    expect(ended).toMatchObject({ status: 2 });
    expect(ended.err).toContain('There is no terminal to ask for the password.');
  });

  it('given for one server are not sent to another that open leads to', async () => {
    const env = { SFTPC_PASSWORD: 'precious' };
    const first = await demoFtpd();
    const lines = (port: number): string[] => ['close', ';', 'open', 'joe@127.0.0.1', `${port}`];
    const elsewhere = await tried((port) => ['-u', 'joe', '127.0.0.1', `${first.port}`, '--', ...lines(port)], env);
    expect(elsewhere.who).toBe('');
    expect(elsewhere.ended.err).toContain('There is no terminal to ask for the password.');
    const netrc = await secretFile('machine 127.0.0.1 login joe password from-netrc');
    const known = await tried(
      (port) => ['--netrc', netrc, '-u', 'joe', '127.0.0.1', `${first.port}`, '--', ...lines(port)],
      env,
    );
    expect(known.who).toBe('joe:from-netrc');
  });

  it('are for the first server that is opened, where none is named', async () => {
    const env = { SFTPC_PASSWORD: 'precious' };
    expect((await tried((port) => ['--', 'open', 'bob@127.0.0.1', `${port}`], env)).who).toBe('bob:precious');
    const twice = (port: number): string[] => ['--', 'open', 'bob@127.0.0.1', `${port}`, ';', 'user', 'eve'];
    const { who, ended } = await tried(twice, env);
    expect(who).toBe('bob:precious');
    expect(ended.status).toBe(2);
  });

  it('given for one user are not sent for another', async () => {
    const env = { SFTPC_PASSWORD: 'precious' };
    const users = ['ann:a@', 'bob:b@', ''];
    const words = (port: number): string[] => ['-o', '-', ...users.map((user) => `${url(port, user)}file`)];
    expect((await tried(words)).who).toBe('ann:a:bob:b:anonymous:sftpc@');
    expect((await tried(words, env)).who).toBe('ann:precious:bob:b:anonymous:sftpc@');
  });

  it('of a URL are warned of, and never shown', async () => {
    const { ended, who } = await tried((port) => ['-d', url(port, 'ann:se%63ret@'), '--', 'quote', 'NOOP']);
    expect(who).toBe('ann:secret');
    expect(ended.err).toContain('sftpc: a password on the command line can be read by every user of this machine');
    expect(ended.err).not.toMatch(/secret|se%63ret/);
    const wrong = await sftpc(['ftp://ann:secret@h:x/']);
    expect(wrong.err).not.toContain('secret');
    expect((await sftpc(['h', '21', 'ftp://ann:secret@h/'])).err).not.toContain('secret');
  });

  it('that are missing are asked for at a terminal', async () => {
    const { port } = await demoFtpd({ user: 'ann', password: 'right' });
    const shell = typed(['-9', '127.0.0.1', `${port}`], { env: {} });
    await shell.until(/user: /);
    shell.type('ann\r');
    await shell.until(/password for ann: /);
    shell.type('right\r');
    await shell.until(/Logged in/);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
  });
});
