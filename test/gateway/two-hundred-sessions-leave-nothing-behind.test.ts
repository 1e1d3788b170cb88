// 200 protected sessions at once, each sending and fetching 1 MiB under PROT P through the gateway: every checksum right, and
// afterwards neither a listener nor a socket nor a timer is left. It is 800 MiB of 3DES in one process, client and gateway.
import { createHash, randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ftpd } from '../peers/ftpd.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';
import { RawClient } from './raw-client.js';
import { startRig, type Rig } from './rig.js';
import { download, upload } from './transfers.js';

const SESSIONS = 200;
const SIZE = 1024 * 1024;

const digest = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

/** What keeps the process alive, counted by kind. */
function resources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What is there now and was not before, once everything that ends by itself has had its turns. */
async function leftBehind(before: Readonly<Record<string, number>>): Promise<readonly string[]> {
  let left: string[] = [];
  const deadline = performance.now() + 15_000;
  do {
    await turn();
    const now = resources();
    // setImmediate is this loop itself.
    left = Object.keys(now).filter((name) => name !== 'Immediate' && now[name]! > (before[name] ?? 0));
  } while (left.length > 0 && performance.now() < deadline);
  return left;
}

describeWithPeers('200 sessions at once in front of vsftpd', ['vsftpd'], () => {
  let ftpd: Ftpd;
  let rig: Rig;
  beforeAll(async () => {
    ftpd = await startVsftpd();
    rig = await startRig({ ftpd: { host: ftpd.host, port: ftpd.port } });
  });
  afterAll(async () => {
    await rig.stop();
    await ftpd.stop();
  });

  test('each sends and fetches 1 MiB under PROT P', { timeout: 240_000 }, async () => {
    const before = resources();
    const { user, password } = ftpd;
    const clients = await Promise.all(
      Array.from({ length: SESSIONS }, () => RawClient.login({ host: rig.host, port: rig.port, user, password }, 'P')),
    );
    expect(rig.daemon.sessions).toBe(SESSIONS);
    await Promise.all(
      clients.map(async (client, index) => {
        const file = randomBytes(SIZE);
        // Every other session in active mode, so that both kinds of listeners and connections are there.
        const setup = index % 2 === 0 ? 'EPSV' : 'PORT';
        expect((await upload(client, `STOR file-${index}`, file, { level: 'P', setup })).code).toBe(226);
        const back = await download(client, `RETR file-${index}`, { level: 'P', setup });
        expect([back.final.code, back.whole, digest(back.data)]).toEqual([226, true, digest(file)]);
        await client.says('QUIT', 221);
        client.control.end();
      }),
    );
    while (rig.daemon.sessions > 0) await turn();
    expect(await leftBehind(before)).toEqual([]);
  });
});
