// Each transfer command through the gateway, in front of each real ftpd, for every way in which a client can ask for its data
// connection; then IPv4 and IPv6 on either side, and ftpds that must connect to the gateway because they have no passive mode.
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RawClient, SetupVerb } from './raw-client.js';
import { withEachFtpd, type Stage } from './real-ftpds.js';
import { download, upload, type Level } from './transfers.js';

const FILE = randomBytes(100_001);
const SETUPS: readonly SetupVerb[] = ['PASV', 'EPSV', 'PORT', 'EPRT'];

async function goesBothWays(
  stage: Stage,
  client: RawClient,
  name: string,
  level: Level,
  setup: SetupVerb,
): Promise<void> {
  const sent = await upload(client, `STOR ${name}`, FILE, { level, setup });
  expect(sent.lines.at(-1)).toMatch(/^226/);
  expect((await readFile(path.join(stage.ftpd.root, name))).equals(FILE)).toBe(true);
  const got = await download(client, `RETR ${name}`, { level, setup });
  expect([got.final.code, got.whole, got.data.equals(FILE)]).toEqual([226, true, true]);
}

withEachFtpd(
  'one session',
  (stage) => {
    let supported = '';
    beforeAll(async () => {
      await writeFile(path.join(stage().ftpd.root, 'there'), FILE);
      const client = await stage().login();
      client.send('FEAT');
      supported = (await client.reply()).lines.join('\n');
      client.close();
    });

    test.each(['C', 'S', 'P'] as const)('PROT %s: every command, one after the other', async (level) => {
      const client = await stage().login(level);
      for (const setup of SETUPS) {
        await goesBothWays(stage(), client, `file-${level}-${setup}`, level, setup);

        for (const verb of [
          'LIST',
          'NLST',
          ...(supported.includes('MLSD') || supported.includes('MLST') ? ['MLSD'] : []),
        ]) {
          const list = await download(client, verb, { level, setup });
          expect([verb, list.final.code, list.whole]).toEqual([verb, 226, true]);
          expect(list.data.toString()).toContain('there');
        }

        await client.says('REST 100000', 350);
        const rest = await download(client, 'RETR there', { level, setup });
        expect([rest.final.code, rest.data.equals(FILE.subarray(100_000))]).toEqual([226, true]);

        const name = `grows-${level}-${setup}`;
        expect((await upload(client, `STOR ${name}`, FILE.subarray(0, 50_000), { level, setup })).code).toBe(226);
        await client.says('REST 50000', 350);
        const more = await upload(client, `STOR ${name}`, FILE.subarray(50_000, 60_000), { level, setup });
        expect(more.code).toBe(226);
        expect((await upload(client, `APPE ${name}`, FILE.subarray(60_000), { level, setup })).code).toBe(226);
        const onDisk = await readFile(path.join(stage().ftpd.root, name));
        expect({ setup, size: onDisk.length, same: onDisk.equals(FILE) }).toEqual({
          setup,
          size: FILE.length,
          same: true,
        });

        expect((await download(client, 'RETR absent', { level, setup })).final.code).toBe(550);
        const empty = await upload(client, 'STOR empty', Buffer.alloc(0), { level, setup });
        expect(empty.code).toBe(226);
        const nothing = await download(client, 'RETR empty', { level, setup });
        expect([nothing.final.code, nothing.whole, nothing.data.length]).toEqual([226, true, 0]);
      }
      // Last, since Pure-FTPd takes every APPE behind a STOU for a STOR.
      for (const setup of SETUPS) expect((await upload(client, 'STOU', FILE, { level, setup })).code).toBe(226);
      const { lines } = await client.says('FEAT', 211);
      expect(lines).toContain(' AUTH X-SafeTP1');
      await client.says('QUIT', 221);
    });

    test('levels may change between transfers, and block numbers go on counting', async () => {
      const client = await stage().login('P');
      for (const level of ['P', 'C', 'S', 'P', 'S', 'C'] as const) {
        await client.says(`PROT ${level}`, 200);
        await goesBothWays(stage(), client, 'changing', level, 'EPSV');
      }
      client.close();
    });
  },
  { ftpd: ({ peer }) => ({ extra: peer === 'proftpd' ? ['AllowStoreRestart on'] : [] }) },
);

for (const clientSide of ['127.0.0.1', '::1'] as const) {
  for (const ftpdSide of ['127.0.0.1', '::1'] as const) {
    withEachFtpd(
      `client on ${clientSide}, ftpd on ${ftpdSide}`,
      (stage) => {
        test.each(clientSide === '::1' ? (['EPSV', 'EPRT'] as const) : SETUPS)('%s', async (setup) => {
          const client = await stage().login('P');
          await goesBothWays(stage(), client, 'file', 'P', setup);
          if (clientSide === '::1') await client.says('PASV', 425);
          client.close();
        });
      },
      { ftpd: { address: ftpdSide }, rig: { address: clientSide } },
    );
  }
}

withEachFtpd(
  'without passive mode',
  (stage) => {
    describe.each(['C', 'P'] as const)('PROT %s', (level) => {
      test.each(SETUPS)('%s: the ftpd connects to the gateway', async (setup) => {
        const client = await stage().login(level);
        onTestFinished(() => client.close());
        await goesBothWays(stage(), client, 'file', level, setup);
        await goesBothWays(stage(), client, 'file', level, setup);
      });
    });
  },
  {
    ftpd: ({ withoutPassive }) => ({ extra: withoutPassive ?? [] }),
    only: ({ withoutPassive }) => withoutPassive !== undefined,
  },
);
