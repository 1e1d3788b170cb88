// Trees through the gateway, to every ftpd of Debian that can be started on a high port: vsftpd has neither MLSD nor MFMT, and lists
// a directory that it cannot read as an empty one; ProFTPD and Pure-FTPd have both.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folder, sftpc, type Ended } from '../client/sftpc.js';
import { ODD_FILES, plant, survey, type Files } from '../client/tree.js';
import type { Ftpd, FtpdOptions } from '../peers/ftpd.js';
import { type Gateway, startGateway } from '../peers/gateway.js';
import { isRoot, servant } from '../peers/identity.js';
import type { PeerName } from '../peers/peer.js';
import { until } from '../peers/process.js';
import { startProftpd } from '../peers/proftpd.js';
import { startPureFtpd } from '../peers/pureftpd.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';

const program = path.resolve(import.meta.dirname, '../../dist/src/client/main.js');

interface Kind {
  readonly name: string;
  readonly peer: PeerName;
  readonly start: (options: FtpdOptions) => Promise<Ftpd>;
  readonly extra: readonly string[];
  /** Names that it does not take. */
  readonly refuses: RegExp;
}

const KINDS: readonly Kind[] = [
  { name: 'vsftpd', peer: 'vsftpd', start: startVsftpd, extra: [], refuses: /^$/ },
  { name: 'ProFTPD', peer: 'proftpd', start: startProftpd, extra: ['AllowStoreRestart on'], refuses: /^$/ },
  { name: 'Pure-FTPd', peer: 'pure-ftpd', start: startPureFtpd, extra: [], refuses: /\\/ },
];

const MEBIBYTE = 1024 * 1024;
const LARGE = 20 * MEBIBYTE;
const BEFORE = new Date('2026-01-02T03:04:05Z');

/** Odd names, 300 small files in ten directories, and one of 20 MiB. */
function filesFor({ refuses }: Kind): Files {
  const odd = Object.entries(ODD_FILES).filter(([name]) => !refuses.test(name));
  const small = Array.from({ length: 300 }, (_, at): [string, Uint8Array] => [
    `small/${at % 10}/${at}`,
    randomBytes(at * 7),
  ]);
  return { ...Object.fromEntries([...odd, ...small]), large: randomBytes(LARGE) };
}

for (const kind of KINDS) {
  describeWithPeers(`trees to and from ${kind.name} behind the gateway`, [kind.peer], () => {
    const files = filesFor(kind);
    let ftpd: Ftpd;
    let gateway: Gateway;
    let words: string[];

    beforeAll(async () => {
      ftpd = await kind.start({ extra: kind.extra });
      gateway = await startGateway({ ftpd });
      await plant(path.join(ftpd.root, 'tree'), files);
      await plant(path.join(ftpd.root, 'one'), { before: '', large: randomBytes(LARGE), 'then/one': 'x' });
      for (const file of await readdir(path.join(ftpd.root, 'tree'), { recursive: true })) {
        await utimes(path.join(ftpd.root, 'tree', file), BEFORE, BEFORE);
      }
      const known = path.join(ftpd.root, '..', 'known');
      words = ['-u', ftpd.user, '--accept-new', '--known-servers', known];
    });
    afterAll(async () => {
      await gateway.stop();
      await ftpd.stop();
    });

    const run = (level: 'C' | 'P', ...lines: string[]): Promise<Ended> =>
      sftpc([...words, '-d', '--prot', level, gateway.host, `${gateway.port}`], {
        env: { SFTPC_PASSWORD: ftpd.password },
        input: lines.join('\n'),
      });
    const sent = ({ err }: Ended, verb: string): number =>
      err.match(new RegExp(`^C (?:ENC|clear) +${verb}\\b`, 'gm'))?.length ?? 0;

    test.each(['C', 'P'] as const)('go down and up whole at PROT %s, over four sessions', async (level) => {
      const local = await folder();
      const ended = await run(level, `get -r -P 4 tree ${local}/got`, `put -r -P 4 ${local}/got sent-${level}`);
      expect(ended, ended.err).toMatchObject({ status: 0 });
      const tree = await survey(path.join(ftpd.root, 'tree'));
      expect(await survey(path.join(local, 'got'))).toEqual(tree);
      expect(await survey(path.join(ftpd.root, `sent-${level}`))).toEqual(tree);
      expect(sent(ended, 'USER')).toBe(1 + 3 + 3);
    });

    test('are mirrored here: a second run moves nothing, a third what has changed', async () => {
      const local = await folder();
      const first = await run('P', `mirror tree ${local}`);
      expect(first, first.err).toMatchObject({ status: 0 });
      const second = await run('P', `mirror --delete tree ${local}`);
      expect(second, second.err).toMatchObject({ status: 0 });
      expect(sent(second, 'RETR')).toBe(0);
      expect((await stat(path.join(local, 'large'))).mtime).toEqual(BEFORE);

      await writeFile(path.join(ftpd.root, 'tree', 'small', '1', '1'), 'changed');
      await rm(path.join(ftpd.root, 'tree', 'small', '2'), { recursive: true });
      await plant(local, { 'surplus/of/it': 'x' });
      const third = await run('P', `mirror --delete tree ${local}`);
      expect(third, third.err).toMatchObject({ status: 0 });
      expect(sent(third, 'RETR')).toBe(1);
      expect(await survey(local)).toEqual(await survey(path.join(ftpd.root, 'tree')));
    });

    test('are mirrored there: a second run moves nothing, a third what has changed', async () => {
      const local = await folder();
      await plant(local, { ...files, large: 'not so large' });
      const first = await run('P', `mirror -R -P 4 ${local} mirrored`);
      expect(first, first.err).toMatchObject({ status: 0 });
      expect(await survey(path.join(ftpd.root, 'mirrored'))).toEqual(await survey(local));
      const second = await run('P', `mirror -R --delete ${local} mirrored`);
      expect(second, second.err).toMatchObject({ status: 0 });
      expect(sent(second, 'STOR')).toBe(0);

      await writeFile(path.join(local, 'small', '1', '1'), 'changed');
      await rm(path.join(local, 'small', '2'), { recursive: true });
      const third = await run('P', `mirror -R --delete ${local} mirrored`);
      expect(third, third.err).toMatchObject({ status: 0 });
      expect(sent(third, 'STOR')).toBe(1);
      expect(await survey(path.join(ftpd.root, 'mirrored'))).toEqual(await survey(local));
    });

    test('are gone on with where a mirror was interrupted: only the rest crosses the network', async () => {
      const local = await folder();
      const part = path.join(local, '.large.sftpc-part');
      const child = spawn(
        process.execPath,
        [program, ...words, '--prot', 'P', gateway.host, `${gateway.port}`, '--', 'mirror', '-P', '1', 'one', local],
        { env: { PATH: process.env['PATH'], SFTPC_PASSWORD: ftpd.password }, stdio: 'ignore', timeout: 60_000 },
      );
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      await until('some of the file to be here', 30, async () => {
        const name = (await readdir(local)).find((each) => /^\.large\.sftpc-[^.]*$/.test(each));
        const size = name === undefined ? 0 : (await stat(path.join(local, name))).size;
        return size > MEBIBYTE ? size : undefined;
      });
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      const { size } = await stat(part);
      expect(size).toBeGreaterThan(MEBIBYTE);
      expect(size).toBeLessThan(LARGE);

      const resumed = await run('P', `mirror one ${local}`);
      expect(resumed, resumed.err).toMatchObject({ status: 0 });
      expect(resumed.err).toMatch(new RegExp(`^C ENC +REST ${size}$`, 'm'));
      expect(resumed.err).toContain(`one/large: ${LARGE - size} octets received`);
      expect(await survey(local)).toEqual(await survey(path.join(ftpd.root, 'one')));
    });

    test('and one file that was begun there is gone on with, and added to', async () => {
      const local = await folder();
      const content = randomBytes(3_000_000);
      await writeFile(path.join(local, 'file'), content);
      await mkdir(path.join(ftpd.root, 'begun'));
      await writeFile(path.join(ftpd.root, 'begun', 'file'), content.subarray(0, 1_000_000));
      const { uid, gid } = servant();
      if (isRoot) for (const each of ['begun', 'begun/file']) await chown(path.join(ftpd.root, each), uid, gid);
      const ended = await run('P', `put -c ${local}/file begun/file`, `append ${local}/file begun/file`);
      expect(ended, ended.err).toMatchObject({ status: 0 });
      expect(ended.err).toContain('file: 2000000 octets stored as begun/file behind the 1000000 that were there\n');
      const stored = await readFile(path.join(ftpd.root, 'begun', 'file'));
      expect(stored.equals(Buffer.concat([content, content]))).toBe(true);
    });
  });
}
