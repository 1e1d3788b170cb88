// What a download leaves whose process was killed in the middle.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoFtpd, folder, scriptedFtpd, sftpc, type Ended } from './sftpc.js';
import { plant } from './tree.js';

const SIZE = 3_000_000;
const CHANGED = new Date(1e12);
const TEMPORARY = '.big.sftpc-0123456789ab';

const run = (port: number, ...lines: readonly string[]): Promise<Ended> =>
  sftpc(['-9', '-d', '-u', 'joe', '127.0.0.1', `${port}`], { input: lines.join('\n') });

/** A server with a large file, and a folder in which a process has left its beginning. */
async function abandoned(
  note: Partial<{ host: string; process: number; size: number }> = {},
): Promise<{ port: number; local: string }> {
  const { root, port } = await demoFtpd();
  await writeFile(join(root, 'big'), 'a'.repeat(SIZE));
  await utimes(join(root, 'big'), CHANGED, CHANGED);
  const local = await folder();
  const { pid } = spawnSync('true');
  const noted = { name: 'big', size: SIZE, modified: CHANGED, data: 'clear', host: hostname(), process: pid, ...note };
  await plant(local, { [TEMPORARY]: 'b'.repeat(1_000_000), [`${TEMPORARY}.json`]: `${JSON.stringify(noted)}\n` });
  return { port, local };
}

describe('what a killed download has left', () => {
  it('is gone on with', async () => {
    const { port, local } = await abandoned();
    const ended = await run(port, `get -c big ${local}/big`);
    expect(ended.err).toContain('C clear REST 1000000\n');
    expect(ended.err).toContain(`big: 2000000 octets received as ${local}/big behind the 1000000 that were there\n`);
    expect(await readFile(join(local, 'big'), 'utf8')).toBe('b'.repeat(1_000_000) + 'a'.repeat(2_000_000));
    expect(await readdir(local)).toEqual(['big']);
  });

  it('is out of the way after a get that begins anew', async () => {
    const { port, local } = await abandoned();
    expect((await run(port, `get big ${local}/big`)).err).not.toContain('C clear REST');
    expect(await readFile(join(local, 'big'), 'utf8')).toBe('a'.repeat(SIZE));
    expect(await readdir(local)).toEqual(['big']);
  });

  it.each([
    ['whose process runs', { process: process.pid }],
    ['of another machine, of which nobody can tell', { host: 'elsewhere.example.org' }],
    ['whose note is none', { process: -1 }],
  ])('is left alone where it is one %s', async (_, note) => {
    const { port, local } = await abandoned(note);
    expect((await run(port, `get -c big ${local}/big`)).err).not.toContain('C clear REST');
    expect(await readdir(local)).toEqual([TEMPORARY, `${TEMPORARY}.json`, 'big']);
  });

  it('is removed where the machine was started since, or it is longer than the file', async () => {
    for (const spoil of [
      (path: string) => utimes(path, CHANGED, CHANGED),
      (path: string) => truncate(path, SIZE + 1),
    ]) {
      const { port, local } = await abandoned();
      await spoil(join(local, TEMPORARY));
      expect((await run(port, `get -c big ${local}/big`)).err).not.toContain('C clear REST');
      expect(await readdir(local)).toEqual(['big']);
    }
  });
});

describe('a download', () => {
  it('that is killed leaves what the next one goes on with', async () => {
    const port = await scriptedFtpd((data) => void data.write('b'.repeat(1_000_000)), {
      FEAT: '211-Features:\r\n SIZE\r\n MDTM\r\n REST STREAM\r\n211 End',
      SIZE: `213 ${SIZE}`,
      MDTM: '213 20010909014640',
    });
    const local = await folder();
    const program = resolve(import.meta.dirname, '../../dist/src/client/main.js');
    const words = ['-9', '-u', 'joe', '127.0.0.1', `${port}`, '--', 'get', 'big', `${local}/big`];
    const child = spawn(process.execPath, [program, ...words], {
      env: { PATH: process.env['PATH'], SFTPC_PASSWORD: 'secret' },
      stdio: 'ignore',
      timeout: 60_000,
    });
    const ended = once(child, 'exit');
    const part = async (): Promise<string | undefined> =>
      (await readdir(local)).find((name) => /^\.big\.sftpc-[0-9a-f]{12}$/.test(name));
    await expect
      .poll(async () => (await stat(join(local, (await part()) ?? '.'))).size, { timeout: 30_000 })
      .toBe(1_000_000);
    child.kill('SIGKILL');
    await ended;

    const { root, port: whole } = await demoFtpd();
    await writeFile(join(root, 'big'), 'a'.repeat(SIZE));
    await utimes(join(root, 'big'), CHANGED, CHANGED);
    expect((await run(whole, `get -c big ${local}/big`)).err).toContain('C clear REST 1000000\n');
    expect(await readdir(local)).toEqual(['big']);
  });
});
