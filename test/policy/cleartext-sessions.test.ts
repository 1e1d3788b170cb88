/**
 * control.cleartext and data.protection with real clients (the manual's -9, its kin for anonymous clients, and required data
 * encryption): what is refused reaches neither the ftpd nor, as a file, the client.
 */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clients } from '../peers/clients.js';
import type { Ftpd } from '../peers/ftpd.js';
import { requirePeer } from '../peers/peer.js';
import { makeFolder, runProgram } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { startProftpd } from '../peers/proftpd.js';
import { startVsftpd } from '../peers/vsftpd.js';
import { RawClient } from '../gateway/raw-client.js';
import type { Rig, RigOptions } from '../gateway/rig.js';
import { download } from '../gateway/transfers.js';
import { gatewayFor } from './two-hosts.js';

const TEXT = 'nobody reads this in clear\n';

/** An ftpd with a file for a block of tests, and gateways in front of it. */
function behind(start: () => Promise<Ftpd>) {
  let ftpd: Ftpd;
  const rigs: Rig[] = [];
  beforeAll(async () => {
    ftpd = await start();
    writeFileSync(path.join(ftpd.root, 'secret.txt'), TEXT, { mode: 0o644 });
  });
  afterAll(async () => {
    for (const rig of rigs) await rig.stop();
    await ftpd.stop();
  });
  return {
    ftpd: () => ftpd,
    gateway: async (control: RigOptions['control'], data: RigOptions['data'] = {}): Promise<Rig> => {
      const rig = await gatewayFor(ftpd, data, control);
      rigs.push(rig);
      return rig;
    },
  };
}

describeWithPeers(
  'where clear sessions are denied',
  ['vsftpd', 'lftp', 'curl', 'ncftp', 'tnftp', 'inetutils-ftp'],
  () => {
    const { ftpd, gateway } = behind(() => startVsftpd());

    test.each(clients.map((client) => [client.name, client] as const))(
      '%s gets no file, and nothing of its session reaches the ftpd',
      async (_, client) => {
        const rig = await gateway({ cleartext: 'deny' });
        const local = path.join(await makeFolder('denied'), 'secret.txt');
        const { user, password } = ftpd();
        const login = { host: rig.host, port: rig.port, user, password, mode: 'passive' as const };
        await client.download({ ...login, remote: 'secret.txt', local }).catch(() => undefined);
        expect(existsSync(local)).toBe(false);
        expect(await ftpd().log()).not.toMatch(/FTP command: .*(USER|PASS|RETR)/);
        expect(rig.log().join('\n')).toContain('refused an unprotected login');
      },
    );

    test('USER is answered 530 with what to use instead', async () => {
      const rig = await gateway({ cleartext: 'deny' });
      const client = await RawClient.open({ host: rig.host, port: rig.port });
      const { lines } = await client.says('USER joe', 530);
      expect(lines).toEqual(['530 This server accepts protected sessions only: use AUTH X-SafeTP1.']);
      await client.secure();
      client.send(`USER ${ftpd().user}`);
      expect([230, 331]).toContain((await client.reply()).code);
      client.close();
    });
  },
);

describeWithPeers('where only anonymous sessions may be clear', ['vsftpd', 'curl'], () => {
  const { ftpd, gateway } = behind(() => startVsftpd());

  test('curl logs in as anonymous, in any case, and as nobody else', async () => {
    const rig = await gateway({ cleartext: 'anonymous-only' });
    const fetch = (user: string): Promise<string> =>
      runProgram({
        file: requirePeer('curl'),
        cwd: '/',
        args: ['--disable', '-sS', '--noproxy', '*', '-u', `${user}:x`, `ftp://${rig.host}:${rig.port}/secret.txt`],
        seconds: 30,
      });
    expect(await fetch('Anonymous')).toContain(TEXT);
    expect(await fetch('ftp')).toContain(TEXT);
    await expect(fetch('root')).rejects.toThrow(/530|denied/i);
    expect(await ftpd().log()).not.toContain('USER root');
  });

  test('a session that went anonymous cannot become somebody else', async () => {
    const rig = await gateway({ cleartext: 'anonymous-only' });
    const client = await RawClient.open({ host: rig.host, port: rig.port });
    client.send('USER anonymous');
    if ((await client.reply()).code === 331) await client.says('PASS x@', 230);
    await client.says('USER root', 530);
    client.send('REIN');
    await client.reply();
    await client.says('USER root', 530);
    // Pipelined: the PASS arrives with the USER that is refused.
    client.write('USER root\r\nPASS toor\r\n');
    await client.expect(530);
    await client.expect(503);
    client.close();
    expect(await ftpd().log()).not.toMatch(/USER .*root/);
  });
});

describeWithPeers('where data must be encrypted', ['proftpd', 'lftp', 'curl'], () => {
  const { ftpd, gateway } = behind(() => startProftpd());
  const fetchers = (rig: Rig, local: string) => {
    const { user, password } = ftpd();
    const url = `ftp://${rig.host}:${rig.port}/secret.txt`;
    return {
      // Both go on in clear by themselves when protection is refused them.
      'curl --ssl': {
        peer: 'curl',
        args: ['--disable', '-sS', '-k', '--ssl', '--noproxy', '*', '-u', `${user}:${password}`, '-o', local, url],
      },
      lftp: {
        peer: 'lftp',
        args: [
          '--norc',
          '-c',
          `set ftp:ssl-force no; set net:max-retries 1; set net:timeout 10; open -u ${user},${password} -p ${rig.port} ${rig.host}; get secret.txt -o ${local}`,
        ],
      },
    } as const;
  };

  test.each(['curl --ssl', 'lftp'] as const)('%s does not get a byte', async (name) => {
    const rig = await gateway({ cleartext: 'deny' }, { protection: 'private' });
    const local = path.join(await makeFolder('encrypted'), 'secret.txt');
    const { peer, args } = fetchers(rig, local)[name];
    await expect(runProgram({ file: requirePeer(peer), args, seconds: 40, cwd: '/' })).rejects.toThrow();
    expect(existsSync(local)).toBe(false);
    expect(await ftpd().log()).not.toContain('RETR');
  });

  test.each([
    ['private', 'C', 534],
    ['private', 'S', 534],
    ['private', 'P', 226],
    ['safe', 'C', 534],
    ['safe', 'S', 226],
    ['safe', 'P', 226],
  ] as const)('protection: %s answers a transfer under PROT %s with %i', async (protection, level, code) => {
    const rig = await gateway({}, { protection });
    const { user, password } = ftpd();
    const login = { host: rig.host, port: rig.port, user, password };
    // PROT itself is refused where transfers under it are; the session then stays at C.
    const refused = code === 534;
    const client = await RawClient.login(login, refused ? 'C' : level);
    if (refused) {
      await client.says('PBSZ 1048576', 200);
      await client.says(`PROT ${level}`, 534);
      // Before a data connection opens: nothing was set up, and the answer is not about that.
      await client.says('RETR secret.txt', 534);
      await client.says('LIST', 534);
      await client.says('STOR up.txt', 534);
    } else {
      const { data, whole, final } = await download(client, 'RETR secret.txt', { level });
      expect({ text: data.toString(), whole, code: final.code }).toEqual({ text: TEXT, whole: true, code });
    }
    client.close();
  });

  test('protection: safe refuses transfers of a clear session', async () => {
    const rig = await gateway({ cleartext: 'allow' }, { protection: 'safe' });
    const { user, password } = ftpd();
    const client = await RawClient.login({ host: rig.host, port: rig.port, user, password });
    await client.says('RETR secret.txt', 534);
    client.close();
  });
});
