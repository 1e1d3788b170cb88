/** What the sessions of sftpc-matrix.test.ts do. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect } from 'vitest';
import { sha256, type TestFile } from '../peers/files.js';
import { onTerminal } from '../peers/terminal.js';
import { until } from '../peers/process.js';
import {
  BLANK_FIRST,
  give,
  numbered,
  plant,
  script,
  SFTPC,
  sizeOfFirst,
  WITH_FF,
  wordsOf,
  type Cell,
} from './sftpc-sites.js';

const MEBIBYTE = 1024 * 1024;

async function isWhole(file: string, content: Buffer): Promise<void> {
  expect((await readFile(file)).equals(content), `${file} is whole`).toBe(true);
}

/** Files that lie in the session's first directory go down, and up under the same name; and all of them are listed. */
export const goDownAndUp =
  (files: () => readonly TestFile[]) =>
  async (cell: Cell): Promise<void> => {
    const names = files().map(({ name }) => name);
    const { ended, told } = await script(cell, [...names.flatMap((name) => [`get ../${name}`, `put ${name}`]), 'ls']);
    expect(ended, told).toBe('exit 0');
    for (const { name, label, sha256: expected } of files()) {
      expect(await sha256(path.join(cell.here, name)), `${label} down`).toBe(expected);
      expect(await sha256(path.join(cell.there, name)), `${label} up`).toBe(expected);
    }
    const listed = told.split('\n').flatMap((line) => /^-.* (\S+)$/.exec(line)?.[1] ?? []);
    expect(listed.toSorted(), told).toEqual(names.toSorted());
  };

/** RFC 959 §3.1.1.1: CRLF ends a line on its way, LF on either side. */
const TEXT = `one\ntwo\r\n${'a long line '.repeat(20_000)}\n\n\r\n${'another '.repeat(1000)}\r\nno line end`;
const LINES = TEXT.replaceAll('\r\n', '\n');

export async function textIsConverted(cell: Cell): Promise<void> {
  await plant(path.join(cell.there, 'down'), TEXT);
  await writeFile(path.join(cell.here, 'up'), TEXT);
  const { ended, told } = await script(cell, ['ascii', 'get down', 'put up']);
  expect(ended, told).toBe('exit 0');
  const down = await readFile(path.join(cell.here, 'down'), 'latin1');
  expect(down).toBe(cell.site.kind.crlf === 'is a line end' ? LINES : TEXT);
  expect(await readFile(path.join(cell.there, 'up'), 'latin1')).toBe(LINES);
}

/** Interrupts sftpc, whose number is in a file of its folder, once some octets have come to a file that begins so. */
async function interruptAt(folder: string, beginning: string, { here }: Cell): Promise<void> {
  await until(`octets of ${beginning}`, 30, async () => {
    const size = await sizeOfFirst(folder, beginning);
    return size === 0 ? undefined : size;
  });
  process.kill(Number(await readFile(path.join(here, PROCESS), 'latin1')), 'SIGINT');
}

const PROCESS = '.process';

/** SIGINT in the middle of a download and of an upload, at the prompt; what follows in the session is whole. */
export async function interruptedIsFollowedByWhole(fast: Cell): Promise<void> {
  const cell = { ...fast, site: fast.slow };
  const { here, there, site } = cell;
  const small = randomBytes(100_000);
  await plant(path.join(there, 'small'), small);
  // Neither can be over before somebody has looked.
  for (const folder of [here, there]) await plant(path.join(folder, 'endless'), { sparse: 1024 * MEBIBYTE });
  const command = [...numbered(PROCESS), process.execPath, SFTPC, ...wordsOf(cell)].map((word) => `'${word}'`);
  const env = { HOME: here, XDG_STATE_HOME: here, SFTPC_PASSWORD: site.ftpd.password };
  const terminal = onTerminal(`exec ${command.join(' ')}`, env, here);
  const prompted = (): Promise<void> => terminal.until(/sftpc> $/);
  await prompted();
  for (const line of [`cd ${cell.remote}`, 'mkdir up']) {
    terminal.type(`${line}\r`);
    await prompted();
  }
  for (const [line, folder, beginning] of [
    ['get endless got', here, '.got.sftpc-'],
    ['put endless up/endless', path.join(there, 'up'), 'endless'],
  ] as const) {
    terminal.type(`${line}\r`);
    await interruptAt(folder, beginning, cell);
    await terminal.until(/sftpc: Interrupted: the transfer was aborted\./);
    await prompted();
    terminal.type('get small\r');
    await terminal.until(/small: 100000 octets received/);
    terminal.type('put small up/small\r');
    await terminal.until(/small: 100000 octets stored as up\/small/);
    await isWhole(path.join(here, 'small'), small);
    await isWhole(path.join(there, 'up', 'small'), small);
    await rm(path.join(here, 'small'));
    await rm(path.join(there, 'up', 'small'));
  }
  terminal.type('bye\r');
  await terminal.ended;
  expect(await readdir(here), 'what is not whole has no name').not.toContain('got');
}

const MANY = 100;

/** @param commands - bring all of `many` into `got`, and that into `up` */
export const manyGoDownAndUp =
  (commands: readonly string[]) =>
  async (cell: Cell): Promise<void> => {
    const { here, there } = cell;
    const files = Array.from({ length: MANY }, (_, at): [string, Buffer] => [`file ${at}`, randomBytes(at * 31)]);
    await mkdir(path.join(there, 'many'));
    await give(path.join(there, 'many'));
    for (const [name, content] of files) await plant(path.join(there, 'many', name), content);
    const { ended, told } = await script(cell, commands);
    expect(ended, told).toBe('exit 0');
    for (const folder of [path.join(here, 'got'), path.join(there, 'up')]) {
      expect((await readdir(folder)).toSorted(), folder).toEqual(files.map(([name]) => name).toSorted());
      for (const [name, content] of files) await isWhole(path.join(folder, name), content);
    }
  };

/** A download that was interrupted, and a file of which the server has the beginning. */
export async function beginningsAreGoneOnWith(cell: Cell): Promise<void> {
  const { here, there } = cell;
  const content = randomBytes(16 * MEBIBYTE);
  await plant(path.join(there, 'large'), content);
  await plant(path.join(there, 'begun'), content.subarray(0, 15 * MEBIBYTE));
  const broken = script({ ...cell, site: cell.slow }, ['get large'], numbered(PROCESS));
  await interruptAt(here, '.large.sftpc-', cell);
  expect(await broken).toMatchObject({ ended: 'exit 130' });
  const part = (await stat(path.join(here, '.large.sftpc-part'))).size;
  const { ended, told } = await script(cell, ['reget large', 'put -c large begun']);
  expect(ended, told).toBe('exit 0');
  expect(told).toMatch(new RegExp(`^C ENC +REST ${part}$`, 'm'));
  expect(told).toContain(`stored as begun behind the ${15 * MEBIBYTE} that were there`);
  await isWhole(path.join(here, 'large'), content);
  await isWhole(path.join(there, 'begun'), content);
}

/** In latin1: the last is no UTF-8. */
const NAMES = [
  WITH_FF,
  BLANK_FIRST,
  'two words',
  `it's "quoted"`,
  '[a-z]{b}',
  'gr\xc3\xbc\xc3\x9fe \xe6\x97\xa5',
  'caf\xe9',
];

export async function namesComeBackAsTheyWere(cell: Cell): Promise<void> {
  const { here, there, site } = cell;
  const names = NAMES.filter((name) => !site.kind.loses.includes(name));
  const at = (folder: string, name: string): Buffer => Buffer.from(`${folder}/${name}`, 'latin1');
  for (const folder of [path.join(here, 'got'), path.join(there, 'odd')]) await mkdir(folder);
  await give(path.join(there, 'odd'));
  for (const name of names) await plant(at(path.join(there, 'odd'), name), name);
  const down = ['lcd got', 'cd odd', 'mget *', 'lcd ..', 'cdup'];
  const typed = [`get "odd/it's \\"quoted\\"" 'its "name"'`, `put 'its "name"' "sent as 'it'"`];
  const { ended, told } = await script(cell, [...down, ...typed, 'mkdir back', 'cd back', 'mput got/*']);
  expect(ended, told).toBe('exit 0');
  for (const folder of [path.join(here, 'got'), path.join(there, 'back')]) {
    const found = (await readdir(folder, 'buffer')).map((name) => name.toString('latin1'));
    expect(found.toSorted(), told).toEqual(names.toSorted());
    for (const name of names) expect(await readFile(at(folder, name), 'utf8')).toBe(Buffer.from(name).toString());
  }
  expect(await readFile(path.join(there, "sent as 'it'"), 'utf8')).toBe(`it's "quoted"`);
}
