// Every FTP client of Debian that can be scripted, in clear, through the gateway, to every ftpd of Debian that can be started
// on a high port. SFTPD_TEST_DIRECT=1 leaves the gateway out: what fails then is not the gateway's fault.
import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, clients, type Login } from '../peers/clients.js';
import { makeTestFiles, sha256, testFileKinds, type TestFiles } from '../peers/files.js';
import type { Ftpd, FtpdOptions } from '../peers/ftpd.js';
import { startGateway } from '../peers/gateway.js';
import type { PeerName } from '../peers/peer.js';
import { startProftpd } from '../peers/proftpd.js';
import { startPureFtpd } from '../peers/pureftpd.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';

const direct = process.env['SFTPD_TEST_DIRECT'] === '1';

const ftpds: readonly { name: string; peer: PeerName; start: (options?: FtpdOptions) => Promise<Ftpd> }[] = [
  { name: 'vsftpd', peer: 'vsftpd', start: startVsftpd },
  { name: 'ProFTPD', peer: 'proftpd', start: startProftpd },
  { name: 'Pure-FTPd', peer: 'pure-ftpd', start: startPureFtpd },
];

let files: TestFiles;
beforeAll(async () => (files = await makeTestFiles()));
afterAll(() => files.remove());

for (const { name, peer, start } of ftpds) {
  describeWithPeers(`${name} behind the gateway`, [peer], () => {
    let ftpd: Ftpd;
    let login: Omit<Login, 'mode'>;
    const stops: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      ftpd = await start();
      stops.push(ftpd.stop);
      for (const file of files.all) await copyFile(file.path, path.join(ftpd.root, file.name));
      const gateway = direct ? ftpd : await startGateway({ ftpd });
      if (!direct) stops.push(gateway.stop);
      login = { host: gateway.host, port: gateway.port, user: ftpd.user, password: ftpd.password };
    });
    afterAll(async () => {
      for (const stop of stops.reverse()) await stop();
    });

    for (const client of clients) {
      describeWithPeers(client.name, [client.peer], () => {
        for (const mode of ['passive', 'active'] as const) {
          for (const [index, kind] of testFileKinds.entries()) {
            test(`${name}, ${client.name}, ${mode}: ${kind.label} goes down and up whole`, async () => {
              await goesDownAndUp(client, { ...login, mode }, files.all[index]!.sha256, kind.name, ftpd.root);
            });
          }
        }
      });
    }
  });
}

/** Lists the folder, fetches a file, sends it back under another name, and compares what arrived on both sides. */
async function goesDownAndUp(
  client: Client,
  login: Login,
  digest: string,
  remote: string,
  root: string,
): Promise<void> {
  const fetched = path.join(path.dirname(files.all[0]!.path), `fetched-${remote}`);
  const sent = `sent-${remote}`;
  try {
    expect(await client.list(login)).toContain(remote);
    const down = await client.download({ ...login, remote, local: fetched });
    expect(await sha256(fetched), down).toBe(digest);
    const up = await client.upload({ ...login, remote: sent, local: fetched });
    expect(await sha256(path.join(root, sent)), up).toBe(digest);
  } finally {
    await rm(fetched, { force: true });
    await rm(path.join(root, sent), { force: true });
  }
}
