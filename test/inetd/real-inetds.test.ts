// The inetds of Debian start sftpd -s for each connection, on a loopback port, as a user without privileges.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { userName } from '../peers/identity.js';
import { type PeerName, requirePeer } from '../peers/peer.js';
import { freePort } from '../peers/port.js';
import { launch, type Running, until } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { childrenOf, makeRig, PATH, RawSession, type Rig, untilChildless, wholeSession } from './rig.js';

/** How each inetd is told of one service: its file, and the words of its command line. */
const inetds: readonly {
  peer: PeerName;
  config: (service: { port: number; user: string; words: readonly string[] }) => string;
  args: (file: string, folder: string) => readonly string[];
}[] = [
  {
    peer: 'openbsd-inetd',
    config: ({ port, user, words: [file = '', ...args] }) =>
      `127.0.0.1:${port} stream tcp nowait ${user} ${file} sftpd ${args.join(' ')}\n`,
    args: (file) => ['-i', '-R', '0', file],
  },
  {
    peer: 'inetutils-inetd',
    config: ({ port, user, words: [file = '', ...args] }) =>
      `127.0.0.1:${port} stream tcp nowait ${user} ${file} sftpd ${args.join(' ')}\n`,
    args: (file, folder) => ['-d', `--pidfile=${folder}/inetd.pid`, file],
  },
  {
    peer: 'xinetd',
    config: ({ port, user, words: [file = '', ...args] }) =>
      [
        'service sftpd\n{',
        '  type = UNLISTED\n  socket_type = stream\n  protocol = tcp\n  wait = no\n  bind = 127.0.0.1',
        `  port = ${port}\n  user = ${user}\n  server = ${file}\n  server_args = ${args.join(' ')}\n}\n`,
      ].join('\n'),
    args: (file, folder) => ['-dontfork', '-f', file, '-pidfile', `${folder}/xinetd.pid`],
  },
];

for (const { peer, config, args } of inetds) {
  describeWithPeers(`under ${peer}`, [peer], () => {
    let rig: Rig;
    let port: number;
    let server: Running;
    let file: string;

    beforeAll(async () => {
      rig = await makeRig();
      port = await freePort('127.0.0.1');
      file = path.join(rig.folder, 'inetd.conf');
      const words = [rig.sftpd, '-s', '--config', rig.config];
      writeFileSync(file, config({ port, user: userName(rig.uid), words }));
      server = launch({
        file: requirePeer(peer),
        args: args(file, rig.folder),
        seconds: 300,
        cwd: rig.folder,
        env: { PATH },
      });
      await until(`${peer} on port ${port}`, 15, async () => {
        const probe = new RawSession(port);
        const greeting = await probe.reply();
        await probe.says('QUIT').catch(() => '');
        if (!server.alive()) throw new Error(server.output());
        return greeting === '' ? undefined : true;
      });
    });
    afterAll(async () => {
      await server.stop();
      await rig.stop();
    });

    test('a session is greeted, logs in, lists, and its process ends with it', async () => {
      const { replies, listing, octets } = await wholeSession(port);
      expect(replies.map((reply) => reply.slice(0, 3))).toEqual(['220', '331', '230', '150', '226', '221']);
      expect(listing).toContain('hello.txt');
      // Nothing but replies: each line begins with a code, or is inside a multi-line reply.
      expect(octets.split('\r\n').filter((line) => !/^(\d{3}[ -]| |$)/.test(line))).toEqual([]);
      await untilChildless(file);
      expect(rig.log()).toMatch(/<94>.* sftpd\[\d+\]: session 1 \(127\.0\.0\.1\): connected port=\d+/);
      expect(rig.log()).toMatch(/<94>.* sftpd\[\d+\]: session 1 \(127\.0\.0\.1\): disconnected .*why=/);
      expect(rig.log()).not.toContain('secret-word');
    });

    test('eight sessions at the same time are eight processes, and none is left', async () => {
      const sessions = await Promise.all(Array.from({ length: 8 }, () => wholeSession(port)));
      expect(sessions.map(({ replies }) => replies.at(-1)?.slice(0, 3))).toEqual(Array(8).fill('221'));
      await untilChildless(file);
    });

    test('a client that goes away without a word leaves no process', async () => {
      const session = new RawSession(port);
      expect(await session.reply()).toMatch(/^220 /);
      expect(childrenOf(file)).toHaveLength(1);
      session.socket.resetAndDestroy();
      await untilChildless(file);
    });
  });
}
