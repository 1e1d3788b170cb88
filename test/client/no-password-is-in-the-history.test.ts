// The lines typed at the prompt, kept from run to run, and those that are not.
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { History, MAX_HISTORY } from '../../src/client/prompt/history.js';
import { isRoot } from '../peers/identity.js';
import { seated } from './emulator.js';
import { demoFtpd, folder } from './sftpc.js';

async function history(): Promise<{
  readonly file: string;
  readonly open: () => Promise<History>;
  complaints: string[];
}> {
  const file = join(await folder(), 'state', 'sftpc', 'history');
  const complaints: string[] = [];
  return { file, open: () => History.open(file, (text) => complaints.push(text)), complaints };
}

describe('the history', () => {
  it('is kept for the next run, newest first, in a file and a folder that only its owner can read', async () => {
    const { file, open, complaints } = await history();
    const first = await open();
    for (const line of ['ls', 'get a', 'get a', 'pwd ', '', ' ls hidden', 'ls']) first.add(line);
    await first.written;
    expect(first.lines).toEqual(['ls', 'pwd', 'get a', 'ls']);
    expect(await readFile(file, 'utf8')).toBe('ls\nget a\npwd\nls\n');
    expect((await open()).lines).toEqual(first.lines);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700);
    expect(complaints).toEqual([]);
  });

  it.each([
    'user ann secret',
    'user ann secret account',
    'USER ann secret',
    'user "ann" "se cret"',
    '"user" ann secret',
    'us\\er ann secret',
    'user ann "secret',
    'quote PASS secret',
    'quote pass secret',
    'quote "PASS secret"',
    'quote acct secret',
    'quote SITE PASSWD old secret',
    'quote site pswd secret',
    'site passwd secret',
    'site CHPWD secret',
    'account secret',
    'open ftp://ann:secret@ftp.example.org/',
  ])('keeps nothing of: %s', async (line) => {
    const { file, open } = await history();
    const kept = await open();
    kept.add(line);
    await kept.written;
    expect(kept.lines).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it.each(['quote SITE CHMOD 600 a', 'quote STAT', 'get user', 'quote USER ann', 'get "two words"', 'ls passwords'])(
    'keeps: %s',
    async (line) => {
      const { file, open } = await history();
      const kept = await open();
      kept.add(line);
      await kept.written;
      expect(await readFile(file, 'utf8')).toBe(`${line}\n`);
    },
  );

  it('writes down nothing that is no command: it may be a password, typed at the wrong moment', async () => {
    const { file, open } = await history();
    const kept = await open();
    kept.add('correct-horse-battery');
    await kept.written;
    expect(kept.lines).toEqual(['correct-horse-battery']);
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('is added to by several at once', async () => {
    const { file, open } = await history();
    const several = await Promise.all(Array.from({ length: 8 }, open));
    for (let n = 0; n < 20; n++) several.forEach((each, at) => each.add(`get ${at}-${n}`));
    await Promise.all(several.map((each) => each.written));
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
    expect(new Set(lines).size).toBe(160);
    expect(lines.every((line) => /^get [0-9]-[0-9]+$/.test(line))).toBe(true);
  });

  it('is made short when it has grown long, and shows nothing that would drive the terminal', async () => {
    const { file, open } = await history();
    await mkdir(join(file, '..'), { recursive: true });
    const lines = Array.from({ length: 2 * MAX_HISTORY + 1 }, (_, at) => `get ${at}`);
    await writeFile(file, `ls \x1b[2J\n${lines.join('\n')}\n`);
    const kept = await open();
    expect(kept.lines).toEqual(lines.slice(-MAX_HISTORY).reverse());
    expect(await readFile(file, 'utf8')).toBe(`${lines.slice(-MAX_HISTORY).join('\n')}\n`);
    expect((await open()).lines).toEqual(kept.lines);
  });

  const unwritable = isRoot ? ' (skipped: root may write everything)' : '';
  it.skipIf(isRoot)(`says once that it cannot be kept, and goes on${unwritable}`, async () => {
    const { file, open, complaints } = await history();
    await mkdir(join(file, '..'), { recursive: true });
    await chmod(join(file, '..'), 0o500);
    const kept = await open();
    kept.add('ls');
    await kept.written;
    kept.add('pwd');
    await kept.written;
    expect(kept.lines).toEqual(['pwd', 'ls']);
    expect(complaints).toEqual([`what you type is not remembered: ${file}: permission denied`]);
  });

  it('says once, too, that its file is none', async () => {
    const { file, open, complaints } = await history();
    await mkdir(file, { recursive: true });
    const kept = await open();
    kept.add('ls');
    await kept.written;
    expect(kept.lines).toEqual(['ls']);
    expect(complaints).toEqual([`what you type is not remembered: ${file}: it is a folder`]);
  });
});

describe('at the prompt', () => {
  it('arrow keys give lines of this run and the last, and no answer to a question', async () => {
    const { port } = await demoFtpd({ user: 'joe', password: 'secret' });
    const state = await folder();
    const words = ['-9', '127.0.0.1', `${port}`];
    const env = { XDG_STATE_HOME: state, SFTPC_PASSWORD: undefined };
    const first = seated(words, { env });
    await first.screen.until(/^user: $/);
    await first.type('joe\r');
    await first.screen.until(/^password for joe: $/);
    await first.type('secret\r');
    await first.screen.until(/sftpc> $/);
    await first.type('pwd\r');
    await first.screen.until(/sftpc> $/);
    await first.type('\x1b[A');
    await first.screen.until(/sftpc> pwd$/);
    // Before it there is nothing.
    await first.type('\x1b[A');
    await first.screen.until(/sftpc> $/);
    await first.type('\x03', 'bye\r');
    expect(await first.status).toBe(0);
    expect(await readFile(join(state, 'sftpc', 'history'), 'utf8')).toBe('pwd\nbye\n');

    const second = seated(['-u', 'joe', ...words], { env: { ...env, SFTPC_PASSWORD: 'secret' } });
    await second.screen.until(/sftpc> $/);
    await second.type('\x1b[A', '\x1b[A');
    await second.screen.until(/sftpc> pwd$/);
    await second.type('\r', '\x04');
    expect(await second.status).toBe(0);
    expect(first.screen.raw + second.screen.raw).not.toContain('secret');
  });
});
