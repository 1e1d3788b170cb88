// A session with every command of sftpc but those that transfer files, which have their own: through the gateway, to every ftpd of
// Debian that can be started on a high port. What one of them does not let its users do is told as its refusal.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../src/client/commands/table.js';
import { MIRROR_COMMANDS } from '../../src/client/commands/mirror-command.js';
import { SEVERAL_COMMANDS } from '../../src/client/commands/several-commands.js';
import { TRANSFER_COMMANDS } from '../../src/client/commands/transfer-commands.js';
import type { Ftpd, FtpdOptions } from '../peers/ftpd.js';
import { type Gateway, startGateway } from '../peers/gateway.js';
import type { PeerName } from '../peers/peer.js';
import { makeFolder, removeFolder, runProgram } from '../peers/process.js';
import { startProftpd } from '../peers/proftpd.js';
import { startPureFtpd } from '../peers/pureftpd.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';

const sftpc = path.resolve(import.meta.dirname, '../../dist/src/client/main.js');

/** Longer than one session takes on a loaded machine. */
const SECONDS = 25;

interface Kind {
  readonly name: string;
  readonly peer: PeerName;
  readonly start: (options?: FtpdOptions) => Promise<Ftpd>;
  /** What its users may not do, with what it says. */
  readonly refuses: Readonly<Record<string, RegExp>>;
}

const UMASK_UNKNOWN = /UMASK 027: the server said: 500 .*SITE UMASK/;

/** vsftpd is anonymous here. */
const KINDS: readonly Kind[] = [
  {
    name: 'vsftpd',
    peer: 'vsftpd',
    start: startVsftpd,
    refuses: {
      'umask 027': /UMASK 027: the server said: 550 Permission denied\./,
      'chmod 640 dir/a': /CHMOD 640 dir\/a: the server said: 550 Permission denied\./,
      'site HELP': /HELP: the server said: 550 Permission denied\./,
      'user NAME': /The login was refused: 530 Can't change from guest user\.\n {2}anonymous is still logged in\./,
    },
  },
  { name: 'ProFTPD', peer: 'proftpd', start: startProftpd, refuses: { 'umask 027': UMASK_UNKNOWN } },
  {
    name: 'Pure-FTPd',
    peer: 'pure-ftpd',
    start: startPureFtpd,
    refuses: {
      'umask 027': UMASK_UNKNOWN,
      'user NAME': /The login was refused: 530 You're already logged in\n {2}virt is still logged in\./,
    },
  },
];

/** All that works everywhere, or is refused in the table above. `put` makes what the others need. */
const LINES = [
  ...['status', 'help', 'help mdelete', 'system', 'rstatus', 'rhelp', 'site HELP', 'quote NOOP', 'user NAME'],
  ...['lcd HOME', 'lpwd', '!echo "$((40 + 2)) from the shell" # for us', '!echo text >a'],
  ...['mkdir dir', 'mkdir dir/empty', 'cd dir', 'pwd', 'put a', 'put a b1', 'put a b2', 'put a "two words"', 'cdup'],
  ...['size dir/a', 'modtime dir/a', 'chmod 640 dir/a', 'umask 027', 'rename dir/b1 dir/c1', 'rstatus dir'],
  ...[
    'ls dir',
    'ls -la dir',
    'dir dir listing',
    'nlist dir',
    'mls dir/empty dir',
    'passive off',
    'ls dir/a',
    'passive on',
  ],
  ...['prot S', 'ls dir/a', 'prot C', 'ls dir/a', 'prot P', 'type', 'ascii', 'ls dir/a', 'binary'],
  ...[
    'hash',
    'hash off',
    'progress off',
    'prompt off',
    'glob off',
    'mdelete dir/b2',
    'glob on',
    'mdelete */?1 d*/two*',
  ],
  ...['delete dir/a', 'rmdir dir/empty', 'close', 'lpwd', 'open', 'nlist dir', 'rmdir dir', 'bye'],
];

/** Those of files and trees, which sftpc-trees.test.ts has. */
const ELSEWHERE = [...TRANSFER_COMMANDS, ...SEVERAL_COMMANDS, ...MIRROR_COMMANDS];

test('no command is forgotten', () => {
  const here = COMMANDS.filter((entry) => !ELSEWHERE.includes(entry)).map(({ names: [name = ''] }) => name);
  expect(
    here.filter((name) => !LINES.some((line) => line === name || line.startsWith(name === '!' ? name : `${name} `))),
  ).toEqual([]);
});

for (const { name, peer, start, refuses } of KINDS) {
  describeWithPeers(`the commands of sftpc, with ${name} behind the gateway`, [peer], () => {
    let ftpd: Ftpd;
    let gateway: Gateway;
    let home: string;
    const stops: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      home = await makeFolder('sftpc');
      stops.push(() => removeFolder(home));
      ftpd = await start();
      stops.push(ftpd.stop);
      gateway = await startGateway({ ftpd });
      stops.push(gateway.stop);
    });
    afterAll(async () => {
      for (const stop of stops.reverse()) await stop();
    });

    /** Runs a script; gives all that was printed. */
    const run = (lines: readonly string[]): Promise<string> => {
      const words = ['--user', ftpd.user, '--known-servers', path.join(home, 'known'), '--accept-new'];
      return runProgram({
        file: process.execPath,
        args: [sftpc, ...words, gateway.host, `${gateway.port}`],
        seconds: SECONDS,
        cwd: home,
        env: { SFTPC_PASSWORD: ftpd.password, SHELL: '/bin/sh' },
        input: lines.map((line) => line.replace('NAME', ftpd.user).replace('HOME', home)).join('\n'),
      });
    };

    test(
      `${name} does what they say`,
      async () => {
        const told = await run(LINES.filter((line) => refuses[line] === undefined));
        const row = (pattern: string): RegExp => new RegExp(`^${pattern}$`, 'm');
        for (const pattern of [
          `user +${ftpd.user}`,
          'prot +P, private: .*',
          '2[0-9]{2}[ -].*', // SYST, STAT, HELP, NOOP
          '42 from the shell',
          '.*/dir', // pwd
          'dir/a\\t5',
          'dir/a\\t20[0-9]{2}-[0-9]{2}-[0-9]{2} .*',
          '-rw-r.* 5 .* a',
          '-rw.* two words',
          'dir/c1', // nlist
          'dir/empty:', // mls
          'type ascii',
          'Logged in as .*',
        ]) {
          expect(told).toMatch(row(pattern));
        }
        expect(told.match(/^-rw-r.* (?:dir\/)?a$/gm)?.length, told).toBeGreaterThanOrEqual(7);
        expect(await readdir(ftpd.root), told).toEqual([]);
        const listing = await readFile(path.join(home, 'listing'), 'utf8');
        expect(listing).toMatch(row('-rw.* two words'));
        expect(listing).not.toContain('\r');
      },
      SECONDS * 1000,
    );

    test(
      `${name} refuses what it does not let its users do, and that is told`,
      async () => {
        await run(['mkdir dir', 'put a dir/a']);
        for (const [line, told] of Object.entries(refuses)) await expect(run([line])).rejects.toThrow(told);
        if (refuses['chmod 640 dir/a'] === undefined) {
          await run(['chmod 640 dir/a']);
          expect((await stat(path.join(ftpd.root, 'dir', 'a'))).mode & 0o777).toBe(0o640);
        }
        await run(['delete dir/a', 'rmdir dir']);
      },
      SECONDS * 1000,
    );
  });
}
