/**
 * With PROT C and `relay: auto` the client and the ftpd exchange data directly where the ftpd allows it; where it does not, in
 * any of the ways real ftpds have of saying so, the transfer is relayed, and that is remembered.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ftpd } from '../peers/ftpd.js';
import { startProftpd } from '../peers/proftpd.js';
import { startPureFtpd } from '../peers/pureftpd.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';
import { received } from '../data/socket-pair.js';
import type { Rig, RigOptions } from '../gateway/rig.js';
import { upload } from '../gateway/transfers.js';
import {
  crossed,
  dataConnection,
  fetchActive,
  gatewayFor,
  loginFromAfar,
  passiveEndpoint,
  refusals,
} from './two-hosts.js';

const DATA = randomBytes(1_048_576);
/** More than all commands and replies of a session here, much less than DATA. */
const CONTROL_ONLY = 20_000;

/** Starts an ftpd with a file to fetch before the tests of a block, and gives gateways in front of it. */
function behind(start: () => Promise<Ftpd>): {
  ftpd: () => Ftpd;
  gateway: (data?: RigOptions['data']) => Promise<Rig>;
} {
  let ftpd: Ftpd;
  const rigs: Rig[] = [];
  beforeAll(async () => {
    ftpd = await start();
    writeFileSync(path.join(ftpd.root, 'file.bin'), DATA, { mode: 0o644 });
  });
  afterAll(async () => {
    for (const rig of rigs) await rig.stop();
    await ftpd.stop();
  });
  return {
    ftpd: () => ftpd,
    gateway: async (data = {}) => {
      const rig = await gatewayFor(ftpd, data);
      rigs.push(rig);
      return rig;
    },
  };
}

/** The client's PORT is refused: relayed at once, unnoticed, and said once in the log. */
function relaysWherePortIsRefused({ ftpd, gateway }: ReturnType<typeof behind>): void {
  test('PORT is refused: the transfer is relayed all the same, remembered, and logged once', async () => {
    const rig = await gateway();
    for (const session of [1, 2]) {
      const client = await loginFromAfar(rig, ftpd(), 'clear');
      expect((await fetchActive(client, 'file.bin')).equals(DATA)).toBe(true);
      expect(await crossed(rig, client), `session ${session}`).toBeGreaterThan(DATA.length);
    }
    expect(refusals(rig)).toHaveLength(1);
    expect(refusals(rig)[0]).toMatch(/ftpd="127\.0\.0\.1 port \d+" via=active/);
  });
}

describeWithPeers('vsftpd that allows third parties', ['vsftpd'], () => {
  const { ftpd, gateway } = behind(() => startVsftpd({ extra: ['port_promiscuous=YES', 'pasv_promiscuous=YES'] }));

  test('active: no octet of the file crosses the gateway, up or down', async () => {
    const rig = await gateway();
    const client = await loginFromAfar(rig, ftpd(), 'clear');
    expect((await fetchActive(client, 'file.bin')).equals(DATA)).toBe(true);
    expect((await upload(client, 'STOR up.bin', DATA, { setup: 'PORT' })).code).toBe(226);
    expect(readFileSync(path.join(ftpd().root, 'up.bin')).equals(DATA)).toBe(true);
    expect(await crossed(rig, client)).toBeLessThan(CONTROL_ONLY);
    expect(refusals(rig)).toEqual([]);
  });

  test('passive, on a protected control connection: no octet of the file crosses the gateway', async () => {
    const rig = await gateway();
    const client = await loginFromAfar(rig, ftpd(), 'protected');
    const endpoint = await passiveEndpoint(client);
    expect(endpoint.address).toBe(ftpd().host);
    const data = await dataConnection(endpoint);
    await client.says('RETR file.bin', 150);
    expect((await received(data)).octets.equals(DATA)).toBe(true);
    await client.expect(226);
    expect(await crossed(rig, client)).toBeLessThan(CONTROL_ONLY);
  });

  test('relay: always never does it', async () => {
    const rig = await gateway({ relay: 'always' });
    const client = await loginFromAfar(rig, ftpd(), 'protected');
    expect((await fetchActive(client, 'file.bin')).equals(DATA)).toBe(true);
    expect(await crossed(rig, client)).toBeGreaterThan(DATA.length);
  });

  test('a PORT to elsewhere, or below 1024, is refused before the ftpd sees it', async () => {
    const rig = await gateway();
    const client = await loginFromAfar(rig, ftpd(), 'clear');
    await client.says('PORT 127,0,0,3,200,10', 504);
    await client.says('PORT 127,0,0,2,3,255', 504);
    client.close();
    expect(await ftpd().log()).not.toContain('127,0,0,3');
  });
});

describeWithPeers('vsftpd as it comes', ['vsftpd'], () => {
  const them = behind(() => startVsftpd());
  const { ftpd, gateway } = them;
  relaysWherePortIsRefused(them);

  test('PASV is answered 425: the next transfer is relayed', async () => {
    const rig = await gateway();
    const client = await loginFromAfar(rig, ftpd(), 'protected');
    const data = await dataConnection(await passiveEndpoint(client));
    await client.says('RETR file.bin', 425);
    data.destroy();
    const relayed = await dataConnection(await passiveEndpoint(client));
    await client.says('RETR file.bin', 150);
    expect((await received(relayed)).octets.equals(DATA)).toBe(true);
    await client.expect(226);
    expect(refusals(rig)).toHaveLength(1);
    client.close();
  });
});

describeWithPeers('ProFTPD as it comes', ['proftpd'], () => {
  const them = behind(() => startProftpd());
  const { ftpd, gateway } = them;
  relaysWherePortIsRefused(them);

  test('PASV is open to third parties: no octet of the file crosses the gateway', async () => {
    const rig = await gateway();
    const client = await loginFromAfar(rig, ftpd(), 'protected');
    const data = await dataConnection(await passiveEndpoint(client));
    await client.says('RETR file.bin', 150);
    expect((await received(data)).octets.equals(DATA)).toBe(true);
    // ProFTPD says 226 only when both sides have closed the data connection.
    data.end();
    await client.expect(226);
    expect(await crossed(rig, client)).toBeLessThan(CONTROL_ONLY);
  });
});

describeWithPeers('Pure-FTPd as it comes', ['pure-ftpd'], () => {
  const them = behind(() => startPureFtpd());
  const { ftpd, gateway } = them;
  relaysWherePortIsRefused(them);

  test.each([
    ['a download', 'RETR file.bin'],
    ['an upload', 'STOR silent.bin'],
  ])('PASV is met by silence: %s is answered 425, never 2xx, and the next one is relayed', async (_, command) => {
    const rig = await gateway();
    const client = await loginFromAfar(rig, ftpd(), 'protected');
    const data = await dataConnection(await passiveEndpoint(client));
    client.send(command);
    // Pure-FTPd may say 150 to the gateway's knock; the final reply counts.
    let answer = await client.reply();
    if (answer.code === 150) answer = await client.reply();
    expect(answer.code).toBe(425);
    data.destroy();
    const relayed = await dataConnection(await passiveEndpoint(client));
    await client.says('RETR file.bin', 150);
    expect((await received(relayed)).octets.equals(DATA)).toBe(true);
    await client.expect(226);
    expect(refusals(rig)).toHaveLength(1);
    client.close();
  });
});

describeWithPeers('Pure-FTPd with -w', ['pure-ftpd'], () => {
  const { ftpd, gateway } = behind(() => startPureFtpd({ extra: ['-w'] }));

  test('active and passive: no octet of the file crosses the gateway', async () => {
    const rig = await gateway();
    const client = await loginFromAfar(rig, ftpd(), 'protected');
    expect((await fetchActive(client, 'file.bin')).equals(DATA)).toBe(true);
    const data = await dataConnection(await passiveEndpoint(client));
    await client.says('RETR file.bin', 150);
    expect((await received(data)).octets.equals(DATA)).toBe(true);
    await client.expect(226);
    expect(await crossed(rig, client)).toBeLessThan(CONTROL_ONLY);
  });
});
