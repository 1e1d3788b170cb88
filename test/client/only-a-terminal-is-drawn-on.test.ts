// Colours, bars and line breaks: where they are, and that there are none elsewhere.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ClientError } from '../../src/client/error.js';
import { Console } from '../../src/client/terminal/console.js';
import { lookOf } from '../../src/client/terminal/look.js';
import { padded, shorten, widthOf, wrap } from '../../src/client/terminal/text-width.js';
import { Emulator, seated } from './emulator.js';
import { demoFtpd, folder, sftpc } from './sftpc.js';

const ESC = '\x1b';
const FINGERPRINT = `SHA256:${'x'.repeat(43)}`;

async function consoleOn(stream: Emulator, env: Record<string, string>): Promise<Console> {
  return new Console(stream, stream, 'text', 'all', await lookOf(stream, env));
}

describe('an error', () => {
  it('is red where it begins; what was refused for safety is red and bold as a whole', async () => {
    const terminal = new Emulator();
    const console = await consoleOn(terminal, { TERM: 'xterm' });
    console.error(new ClientError('command', 'It failed.', { hint: 'Try again.' }));
    console.error(new ClientError('security', 'WARNING.'));
    expect(terminal.raw).toBe(
      `${ESC}[31msftpc:${ESC}[39m It failed.\n  Try again.\n${ESC}[1m${ESC}[31msftpc: WARNING.${ESC}[39m${ESC}[22m\n`,
    );
  });

  it.each([
    ['NO_COLOR is set', { TERM: 'xterm', NO_COLOR: '1' }],
    ['the terminal is dumb', { TERM: 'dumb' }],
    ['the terminal does not say what it is', {}],
  ])('is plain where %s', async (_, env: Record<string, string>) => {
    const terminal = new Emulator();
    const console = await consoleOn(terminal, env);
    console.error(new ClientError('security', 'WARNING.', { hint: 'Beware.' }));
    console.notice('the session was opened again');
    console.trace({ from: 'client', protection: 'ENC', text: 'PASS ****' });
    expect(terminal.raw).toBe('sftpc: WARNING.\n  Beware.\nsftpc: the session was opened again\nC ENC   PASS ****\n');
  });

  it('has colours where NO_COLOR is empty (no-color.org)', async () => {
    const terminal = new Emulator();
    (await consoleOn(terminal, { TERM: 'xterm', NO_COLOR: '' })).error(new ClientError('command', 'No.'));
    expect(terminal.raw).toContain(ESC);
  });

  it('is broken at blanks to fit the terminal, but a fingerprint and a command to copy stay whole', async () => {
    const terminal = new Emulator(40);
    const console = await consoleOn(terminal, { TERM: 'dumb' });
    console.error(
      new ClientError(
        'security',
        `WARNING: the key of ftp.example.org port 21 HAS CHANGED.\n  known:     ${FINGERPRINT}`,
        {
          hint: "Ask the server's administrator for the new fingerprint, then:\n    sftpc keys remove --known-servers /x ftp.example.org",
        },
      ),
    );
    expect(terminal.raw).toBe(
      [
        'sftpc: WARNING: the key of',
        'ftp.example.org port 21 HAS CHANGED.',
        `  known:     ${FINGERPRINT}`,
        "  Ask the server's administrator for the",
        '  new fingerprint, then:',
        '    sftpc keys remove --known-servers /x ftp.example.org',
        '',
      ].join('\n'),
    );
  });

  it('shows names as they are, in UTF-8 or not, and never what drives a terminal', async () => {
    const terminal = new Emulator();
    const console = await consoleOn(terminal, {});
    const reply = { code: 550, lines: ['550 gr\xc3\xb6\xc3\x9fe \xe9 \x1b[2J: no'] };
    const { refusedCommand } = await import('../../src/client/error.js');
    console.error(refusedCommand('größe 日本', reply, 'No hint.'));
    expect(terminal.raw).toBe('sftpc: größe 日本: the server said: 550 größe \\xe9 \\x1b[2J: no\n  No hint.\n');
  });
});

describe('a run without a terminal', () => {
  it('writes no escape sequence, breaks no line, and says the same each time', async () => {
    const { root, port } = await demoFtpd();
    const name = `${'long '.repeat(30)}name`;
    await writeFile(join(root, name), 'x');
    const local = await folder();
    const env = { TERM: 'xterm' };
    const words = ['-d', '-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'get', name, `${local}/got`];
    const ended = await sftpc(words, { env });
    expect(ended).toMatchObject({ status: 0, out: '' });
    expect(ended.err).not.toContain(ESC);
    expect(ended.err).toMatch(new RegExp(`^${name}: 1 octets received as ${local}/got$`, 'm'));
  });

  it('has its prompt on standard output where standard error is none, and asks nobody where neither is one', async () => {
    const { port } = await demoFtpd();
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const env = { XDG_STATE_HOME: await folder() };
    const shell = seated(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { env, stderr: nowhere });
    await shell.screen.until(/^\(in clear\) sftpc> $/);
    expect(await shell.screen.lines()).toEqual(['(in clear) sftpc> ']);
    await shell.type('\x04');
    expect(await shell.status).toBe(0);

    const asked = seated(['-9', '127.0.0.1', `${port}`], { env, stdout: nowhere, stderr: nowhere });
    expect(await asked.status).toBe(2);
  });
});

describe('a terminal that only takes lines', () => {
  it('has a prompt that can be typed at, and no bar', async () => {
    const { port } = await demoFtpd();
    const env = { XDG_STATE_HOME: await folder(), TERM: 'dumb' };
    const shell = seated(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { env });
    await shell.screen.until(/^\(in clear\) sftpc> $/);
    await shell.type('pwd\r');
    await expect.poll(() => shell.screen.raw).toContain('\n/\n(in clear) sftpc> ');
    await shell.type('\x04');
    expect(await shell.status).toBe(0);
    expect(shell.screen.raw).not.toContain(`${ESC}[31m`);
  });
});

describe('text', () => {
  it('is broken at blanks, below its own beginning', () => {
    expect(wrap('one two three', 80)).toBe('one two three');
    expect(wrap('one two three', 7)).toBe('one two\nthree');
    expect(wrap('  one two three', 9)).toBe('  one two\n  three');
    expect(wrap('  get      receive a file, or many', 24)).toBe('  get      receive a\n           file, or many');
    expect(wrap('a unbreakableword b', 6)).toBe('a\nunbreakableword\nb');
    expect(wrap('日本語 日本語', 8)).toBe('日本語\n日本語');
    expect(wrap('one\ntwo two two', 7)).toBe('one\ntwo two\ntwo');
  });

  it('is shortened in its middle, by the columns it takes', () => {
    expect(shorten('abcdefghij', 10)).toBe('abcdefghij');
    expect(shorten('abcdefghij', 9)).toBe('abc...hij');
    expect(shorten('日本語のファイル', 9)).toBe('日...ル');
    expect(shorten('e\u0301'.repeat(10), 9)).toBe(`${'e\u0301'.repeat(3)}...${'e\u0301'.repeat(3)}`);
    expect(shorten('abcdef', 4)).toBe('...');
    expect(shorten('abcdef', 1)).toBe('.');
    expect(widthOf(padded('日本', 6))).toBe(6);
  });
});
