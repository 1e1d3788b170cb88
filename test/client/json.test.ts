// sftpc --json: every line is an object, the last one says how it ended, and the manual knows every field.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorObject, EVENTS, transferObject } from '../../src/client/terminal/json-events.js';
import { ClientError } from '../../src/client/error.js';
import type { TransferItem } from '../../src/client/files/transfer-events.js';
import { reply } from '../../src/wire/reply.js';
import { demoFtpd, folder, sftpc, typed } from './sftpc.js';

type Line = Readonly<Record<string, unknown>>;

const lines = (out: string): readonly Line[] =>
  out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

describe('sftpc --json', () => {
  it('tells of transfers, and of the end', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'grüße'), 'hallo');
    const local = await folder();
    const ended = await sftpc(['--json', '-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'get', 'grüße', local]);
    const events = lines(ended.out);
    expect(events.filter(({ event }) => event === 'end')).toEqual([
      {
        event: 'end',
        id: 1,
        direction: 'download',
        remote: 'grüße',
        local: join(local, 'grüße'),
        size: expect.toSatisfy((size) => size === null || size === 5) as unknown,
        octets: 5,
        seconds: expect.any(Number) as unknown,
      },
    ]);
    expect(events.at(-1)).toEqual({ event: 'done', exit: 0 });
    // What is for people goes on going to them.
    expect(ended.err).toContain('grüße: 5 octets received as ');
  });

  it('drives no terminal, whatever names there are', async () => {
    const { root, port } = await demoFtpd();
    const name = 'a\x9b31m\u202egnp\u{e0001}.\x1b[2J';
    await writeFile(join(root, name), '');
    const { out } = await sftpc(['--json', '-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'ls']);
    expect(lines(out).find(({ event }) => event === 'entry')).toMatchObject({ name });
    expect(out).toMatch(/^[\x20-\x7e\n]*$/);
    expect(out).toContain('"a\\u009b31m\\u202egnp\\udb40\\udc01.\\u001b[2J"');
  });

  it('tells what went wrong, with the reply, and with --keep-going each of them', async () => {
    const { port } = await demoFtpd();
    const words = ['--json', '-9', '-u', 'joe', '127.0.0.1', `${port}`];
    const ended = await sftpc([...words, '--', 'cd', 'nowhere']);
    expect(lines(ended.out)).toEqual([
      {
        event: 'error',
        kind: 'command',
        code: 'refused',
        message: expect.stringMatching(/^nowhere: the server said: 550 /) as unknown,
        hint: 'Check the name with ls, and whether this user may do that there.',
        reply: { code: 550, lines: [expect.stringMatching(/^550 /)] },
        exit: 1,
      },
      { event: 'done', exit: 1 },
    ]);
    const both = await sftpc(['--keep-going', ...words], { input: 'cd a\ncd b\n' });
    expect(lines(both.out).map(({ event }) => event)).toEqual(['error', 'error', 'done']);
  });

  it('tells of each file that a command for several could not do', async () => {
    const { port } = await demoFtpd();
    const ended = await sftpc(['--json', '-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'mdelete', 'a', 'b']);
    const messages = lines(ended.out).map(({ event, message, exit }) => [event, message, exit]);
    expect(messages).toEqual([
      ['error', expect.stringMatching(/^a: the server said: 550 /), 1],
      ['error', expect.stringMatching(/^b: the server said: 550 /), 1],
      ['error', '2 of 2 failed.', 1],
      ['done', undefined, 1],
    ]);
  });

  it('tells what commands find out', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'a'), 'xy');
    const commands = ['pwd', ';', 'ls', ';', 'nlist', ';', 'size', 'a'];
    const { out } = await sftpc(['--json', '-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', ...commands]);
    expect(lines(out)).toEqual([
      { event: 'directory', side: 'remote', path: '/' },
      { event: 'entry', directory: null, name: 'a', kind: 'file', size: 2, modified: expect.any(String) as unknown },
      { event: 'name', directory: null, name: 'a' },
      { event: 'size', path: 'a', size: 2 },
      { event: 'done', exit: 0 },
    ]);
  });

  it('tells of wrong arguments, too', async () => {
    const { out, status } = await sftpc(['--json', 'h', 'x', '-z1']);
    expect(lines(out)).toEqual([
      {
        event: 'error',
        kind: 'usage',
        code: null,
        message: '"x" is no port: 1 to 65535',
        hint: null,
        reply: null,
        exit: 2,
      },
      {
        event: 'error',
        kind: 'usage',
        code: null,
        message: '-z takes 256 to 1048576 octets, not "1"',
        hint: null,
        reply: null,
        exit: 2,
      },
      { event: 'done', exit: 2 },
    ]);
    expect(status).toBe(2);
  });

  it('tells of what somebody should know', async () => {
    const { port } = await demoFtpd();
    const { out } = await sftpc(['--json', '-9', `ftp://a:b@127.0.0.1:${port}/`, '--', 'cd', '/']);
    expect(lines(out)).toEqual([
      { event: 'notice', message: expect.stringContaining('a password on the command line') as unknown },
      { event: 'done', exit: 0 },
    ]);
  });

  it('is not for the prompt', async () => {
    const shell = typed(['--json', '-9', 'h']);
    expect(await shell.status).toBe(2);
    expect(shell.shown()).toContain('--json is for scripts');
  });

  it('says as other exit statuses than 0 what the process says', async () => {
    const { root, port } = await demoFtpd();
    await mkdir(join(root, 'd'));
    const words = ['--json', '-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'cd', 'none'];
    const ended = await sftpc(words, { signal: () => 15 });
    expect(ended.status).toBe(143);
    expect(lines(ended.out).at(-1)).toEqual({ event: 'done', exit: 143 });
  });
});

describe('the objects', () => {
  const item: TransferItem = { id: 7, direction: 'upload', remote: 'r\udce9', local: 'l', size: undefined };
  const error = new ClientError('login', 'No.', {
    code: 'login-refused',
    hint: 'Yes.',
    reply: reply(530, 'gr\xc3\xbc\xc3\x9fe'),
  });

  it('are one for every kind of event, with the fields in the order of the table', () => {
    const objects = [
      transferObject({ kind: 'begin', item, offset: 3 }),
      transferObject({ kind: 'progress', item, octets: 5 }),
      transferObject({ kind: 'end', item, octets: 2, seconds: 0.12345 }),
      transferObject({ kind: 'same', item }),
      transferObject({ kind: 'failed', item, error }),
      transferObject({ kind: 'made-directory', side: 'local', path: 'p' }),
      transferObject({ kind: 'deleted', side: 'remote', path: 'p' }),
      errorObject(error),
    ];
    for (const object of objects) {
      const { event, ...fields } = object as { event: keyof typeof EVENTS };
      expect(Object.keys(fields)).toEqual(EVENTS[event]);
    }
    expect(JSON.stringify(objects[0])).toBe(
      '{"event":"begin","id":7,"direction":"upload","remote":"r\\udce9","local":"l","size":null,"offset":3}',
    );
    expect(objects[2]).toMatchObject({ octets: 2, seconds: 0.123 });
    expect(objects[7]).toEqual({
      event: 'error',
      kind: 'login',
      code: 'login-refused',
      message: 'No.',
      hint: 'Yes.',
      reply: { code: 530, lines: ['530 grüße'] },
      exit: 5,
    });
  });
});
