// tcpd between inetd and sftpd: hosts.deny names the program sftpd, not node. The file is replaced in a mount namespace of
// the inetd's own; the machine's stays as it is.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRoot, userName } from '../peers/identity.js';
import { requirePeer } from '../peers/peer.js';
import { freePort } from '../peers/port.js';
import { launch, type Running, until } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { makeRig, PATH, RawSession, type Rig, untilChildless, wholeSession } from './rig.js';

const namespaces = isRoot && spawnSync('unshare', ['-m', 'true']).status === 0;

describeWithPeers('under openbsd-inetd and tcpd', ['openbsd-inetd', 'tcpd'], () => {
  let rig: Rig;
  let port: number;
  let server: Running;
  let conf: string;

  beforeAll(async () => {
    if (!namespaces || !existsSync('/etc/hosts.deny')) return;
    rig = await makeRig();
    port = await freePort('127.0.0.1');
    conf = path.join(rig.folder, 'inetd.conf');
    const deny = path.join(rig.folder, 'hosts.deny');
    writeFileSync(deny, 'sftpd: 127.0.0.2\nnode: ALL\n');
    const words = `${requirePeer('tcpd')} ${rig.sftpd} -s --config ${rig.config}`;
    writeFileSync(conf, `127.0.0.1:${port} stream tcp nowait ${userName(rig.uid)} ${words}\n`);
    const script = 'mount --make-rprivate / && mount --bind "$1" /etc/hosts.deny && shift && exec "$@"';
    server = launch({
      file: 'unshare',
      args: ['-m', 'sh', '-c', script, 'sh', deny, requirePeer('openbsd-inetd'), '-i', '-R', '0', conf],
      seconds: 300,
      cwd: rig.folder,
      env: { PATH },
    });
    await until(`inetd on port ${port}`, 15, async () => {
      const probe = new RawSession(port);
      if ((await probe.reply()) === '') return undefined;
      await probe.says('QUIT');
      return true;
    });
  });
  afterAll(async () => {
    if (!namespaces) return;
    await server.stop();
    await rig.stop();
  });

  test.skipIf(!namespaces)(
    `an address that hosts.deny names for sftpd is refused, others are served${namespaces ? '' : ' (skipped: needs root and mount namespaces)'}`,
    async () => {
      const denied = new RawSession(port, '127.0.0.2');
      expect(await denied.reply()).toBe('');
      expect(denied.received).toBe('');
      const { replies } = await wholeSession(port);
      expect(replies.map((reply) => reply.slice(0, 3))).toEqual(['220', '331', '230', '150', '226', '221']);
      await untilChildless(conf);
    },
  );
});
