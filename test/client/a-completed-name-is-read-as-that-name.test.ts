// Completion of the line that is being typed.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { COMMANDS } from '../../src/client/commands/table.js';
import { splitWords, writeWord } from '../../src/client/commands/words.js';
import type { RemoteEntry } from '../../src/client/listing/entry.js';
import { complete } from '../../src/client/prompt/completion.js';
import { inColumns } from '../../src/client/terminal/labels.js';
import { demoFtpd, folder, scriptedFtpd } from './sftpc.js';
import { seated } from './emulator.js';

const entry = (name: string, kind: RemoteEntry['kind'] = 'file'): RemoteEntry => ({
  name,
  kind,
  size: undefined,
  modified: undefined,
});

/** What the line becomes. */
async function completed(line: string, entries: readonly RemoteEntry[]): Promise<string> {
  const found = await complete(line, COMMANDS, () => Promise.resolve(entries));
  return found === undefined ? line : line.slice(0, line.length - found.replaces.length) + found.text;
}

/** What can be typed and begins no hidden file: blanks, quotes, backslashes and # among them. */
const name = fc
  .string({
    unit: fc.constantFrom('a', 'b', ' ', '#', '"', "'", '\\', 'é', '日', '-', '*', '?'),
    minLength: 1,
    maxLength: 12,
  })
  .filter((text) => text.trim() !== '' && !text.startsWith('-'));

describe('a word', () => {
  it('is read as it was meant, however it is written', () => {
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1 }),
        fc.constantFrom(undefined, '"' as const, "'" as const),
        (words, quote) => {
          const line = words.map((word) => writeWord(word, quote) + (quote ?? '')).join(' ');
          expect(splitWords(line)).toEqual({ ok: true, value: words });
        },
      ),
    );
  });
});

describe('a name on the server', () => {
  it('is completed, from any beginning of it and in any quotes, to what is read as that name', async () => {
    await fc.assert(
      fc.asyncProperty(
        name,
        fc.nat(12),
        fc.constantFrom(undefined, '"' as const, "'" as const),
        async (file, typed, quote) => {
          const line = `get ${writeWord(file.slice(0, 1 + (typed % file.length)), quote)}`;
          const result = await completed(line, [entry(file), entry(`z${file}`)]);
          expect(splitWords(result)).toEqual({ ok: true, value: ['get', file] });
        },
      ),
    );
  });

  it.each([
    ['get tw', 'get two\\ words '],
    ['get "tw', 'get "two words" '],
    ["get 'tw", "get 'two words' "],
    ['get wh', "get what\\'s\\ new/"],
    ['get "wh', 'get "what\'s new/'],
    ["get 'wh", "get 'what'\\''s new/"],
    ['cd wh', "cd what\\'s\\ new/"],
    ['cd tw', 'cd tw'],
    ['get \\#', 'get \\#1 '],
    ['get a b tw', 'get a b tw'],
    ['get # tw', 'get # tw'],
    ['get tw\\', 'get tw\\'],
    ['put x tw', 'put x two\\ words '],
    ['nothing tw', 'nothing tw'],
    ['get -c tw', 'get -c two\\ words '],
    ['get -r -P 3 tw', 'get -r -P 3 two\\ words '],
    ['get -r -P tw', 'get -r -P tw'],
    ['get --c', 'get --continue '],
    ['get -', 'get --'],
    ['get ./-', 'get ./-dash '],
    ['cd -', 'cd -'],
    ['get --nothing tw', 'get --nothing tw'],
  ])('%s becomes %s', async (line, wanted) => {
    const entries = [
      entry('two words'),
      entry("what's new", 'directory'),
      entry('#1'),
      entry('.hidden'),
      entry('-dash'),
    ];
    expect(await completed(line, entries)).toBe(wanted);
  });

  it('grows as far as all that it may be agree, and they are told', async () => {
    const entries = [entry('report 2025'), entry('report 2026', 'directory'), entry('report 2026.pdf', 'link')];
    expect(await complete('get re', COMMANDS, () => Promise.resolve(entries))).toEqual({
      text: 'report\\ 202',
      replaces: 're',
      labels: ['report 2025', 'report 2026/', 'report 2026.pdf'],
    });
    expect(await completed('get report\\ 202', entries)).toBe('get report\\ 202');
  });

  it('that cannot be typed, or would drive the terminal, is left out', async () => {
    const hostile = ['a\x1b[2Jb', 'a\u202eb', 'a\nb', 'a\udce9', 'a\u009bb', 'a/b'].map((each) => entry(each));
    expect(await completed('get a', hostile)).toBe('get a');
  });

  it('is looked for in its directory', async () => {
    const asked: string[] = [];
    const list = (directory: string): Promise<readonly RemoteEntry[]> => {
      asked.push(directory);
      return Promise.resolve([entry('file')]);
    };
    await complete('get fi', COMMANDS, list);
    await complete('get "two words/fi', COMMANDS, list);
    await complete('get /fi', COMMANDS, list);
    expect(asked).toEqual(['', 'two words/', '/']);
  });

  it('is not completed, without a word of it, where the server does not list', async () => {
    expect(await complete('get a', COMMANDS, () => Promise.reject(new Error('550')))).toBeUndefined();
  });
});

describe('other words', () => {
  it.each([
    ['qui', 'quit '],
    ['pas', 'passive '],
    ['PROT p', 'PROT P '],
    ['passive o', 'passive o'],
    ['passive of', 'passive off '],
    ['pwd x', 'pwd x'],
  ])('%s becomes %s', async (line, wanted) => {
    expect(await completed(line, [])).toBe(wanted);
  });

  it('are files on this side where a command takes them, ~ being the home directory', async () => {
    const local = await folder();
    await mkdir(join(local, 'sub dir'));
    await writeFile(join(local, 'file'), '');
    expect(await completed(`put ${local}/fi`, [])).toBe(`put ${local}/file `);
    expect(await completed(`put ${local}/s`, [])).toBe(`put ${local}/sub\\ dir/`);
    expect(await completed(`get x ${local}/s`, [])).toBe(`get x ${local}/sub\\ dir/`);
    expect(await completed(`put ${local}/no/s`, [])).toBe(`put ${local}/no/s`);
    vi.stubEnv('HOME', local);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await completed('put ~/fi', [])).toBe(`put ${local}/file `);
    expect(await completed('put ~fi', [])).toBe('put ~fi');
  });
});

describe('what may be meant', () => {
  it('is listed in columns of the terminal', () => {
    expect(inColumns(['one', 'two', 'three', '日本語', 'five'], 24)).toBe('one     three   five\ntwo     日本語');
    expect(inColumns(['one', 'two'], 3)).toBe('one\ntwo');
    const many = inColumns(
      Array.from({ length: 250 }, (_, at) => `${at}`),
      5,
    ).split('\n');
    expect(many).toHaveLength(201);
    expect(many.at(-1)).toBe('... and 50 more');
  });
});

describe('at the prompt', () => {
  it('Tab completes, twice Tab lists, and the server is asked once for a directory', async () => {
    const { root, port } = await demoFtpd({ user: 'joe', password: 'secret' });
    await mkdir(join(root, 'reports'));
    for (const file of ['reports/two words', 'reports/two\x1b[31m', 'readme']) await writeFile(join(root, file), 'x');
    const state = await folder();
    const shell = seated(['-d', '-9', '-u', 'joe', '127.0.0.1', `${port}`], { env: { XDG_STATE_HOME: state } });
    await shell.screen.until(/^\(in clear\) sftpc> $/);
    await shell.type('get re', '\t');
    await shell.screen.until(/sftpc> get re$/);
    await expect.poll(() => shell.screen.raw).toContain('226 ');
    await shell.type('\t');
    await expect
      .poll(async () => (await shell.screen.lines()).slice(-2))
      .toEqual(['readme    reports/', '(in clear) sftpc> get re']);
    await shell.type('p', '\t');
    await shell.screen.until(/sftpc> get reports\/$/);
    await shell.type('\t');
    await shell.screen.until(/sftpc> get reports\/two\\ words $/);
    expect(shell.screen.raw.split('for MLSD')).toHaveLength(3);
    await shell.type('\x03', '\x04');
    expect(await shell.status).toBe(0);
    expect((await shell.screen.lines()).join('\n')).not.toContain('550');
  });

  it('Enter that was typed behind Tab enters the completed name', async () => {
    const { root, port } = await demoFtpd({ user: 'joe', password: 'secret' });
    await writeFile(join(root, 'numbers'), 'x');
    const shell = seated(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { env: { XDG_STATE_HOME: await folder() } });
    await shell.screen.until(/^\(in clear\) sftpc> $/);
    await shell.type('size nu', '\t', '\r');
    await shell.screen.until(/^\(in clear\) sftpc> $/);
    await shell.type('\x04');
    expect(await shell.status).toBe(0);
    expect(await shell.screen.lines()).toContainEqual(expect.stringMatching(/^numbers +1$/));
  });

  it('a server that does not answer keeps nobody from typing on', async () => {
    let waiting: () => void = () => undefined;
    const port = await scriptedFtpd(
      () => undefined,
      { FEAT: '211 none' },
      (verb, answer) => {
        if (verb === 'LIST') waiting = answer;
        else answer();
        if (verb === 'ABOR') waiting();
      },
    );
    const state = await folder();
    const shell = seated(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { env: { XDG_STATE_HOME: state } });
    await shell.screen.until(/^\(in clear\) sftpc> $/);
    await shell.type('get a', '\t');
    await shell.type('\x03');
    await shell.screen.until(/^\(in clear\) sftpc> $/);
    expect((await shell.screen.lines()).at(-2)).toBe('(in clear) sftpc> get a^C');
    await shell.type('help\r');
    await shell.screen.until(/^\(in clear\) sftpc> $/);
    await shell.type('\x04');
    expect(await shell.status).toBe(0);
  });
});
