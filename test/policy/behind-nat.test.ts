/** The manual's -i and -r: what clients see behind NAT, and the ports that a firewall passes on. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDemoFtpd, type DemoFtpd } from '../../src/demo/ftpd.js';
import { systemRandom } from '../../src/crypto/random.js';
import { beginClientExchange, readServerKey } from '../../src/security/safetp1/client-exchange.js';
import { decodeBase64, encodeBase64 } from '../../src/wire/base64.js';
import { parsePasvReply } from '../../src/wire/host-port.js';
import { replyText } from '../../src/wire/reply.js';
import { RawClient, passivePort } from '../gateway/raw-client.js';
import { startRig, type Rig } from '../gateway/rig.js';
import { must } from '../security/association.js';

const OUTSIDE = '203.0.113.9';
let root: string;
let ftpd: DemoFtpd;
const rigs: Rig[] = [];

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'sftpd-nat-'));
  ftpd = await startDemoFtpd({ root });
});
afterAll(async () => {
  for (const rig of rigs) await rig.stop();
  await ftpd.close();
  rmSync(root, { recursive: true });
});

const at = { host: '127.0.0.1' } as const;

async function natted(): Promise<Rig> {
  const rig = await startRig({ ftpd: { ...at, port: ftpd.port }, externalAddress: OUTSIDE });
  rigs.push(rig);
  return rig;
}

const token = (text: string): Uint8Array => must(decodeBase64(text.replace('ADAT=', '')));

test.each([
  [OUTSIDE, 'accepts'],
  ['127.0.0.1', 'refuses'],
])('M3 names the external address: a client that expects %s %s it', async (expected, verdict) => {
  const rig = await natted();
  const client = await RawClient.open({ ...at, port: rig.port });
  const m1 = token(replyText(await client.says('AUTH X-SafeTP1', 334)));
  const begun = beginClientExchange({
    serverKey: must(readServerKey(m1)),
    serverAddress: expected,
    random: systemRandom,
  });
  const m3 = token(replyText(await client.says(`ADAT ${encodeBase64(begun.token)}`, 335)));
  const step = begun.exchange.step(m3);
  expect(step.ok ? 'accepts' : step.error.code).toBe(verdict === 'accepts' ? 'accepts' : 'wrong-server-address');
  client.close();
});

test('the 227 names it, the 229 names none', async () => {
  const rig = await natted();
  const client = await RawClient.open({ ...at, port: rig.port });
  client.send('USER anyone');
  await client.reply();
  await client.says('PASS x', 230);
  expect(must(parsePasvReply(await client.says('PASV', 227))).address).toBe(OUTSIDE);
  expect(passivePort(await client.says('EPSV', 229))).toBeGreaterThan(0);
  client.close();
});

test('an IPv4 client of an IPv6 listener meets IPv4 in M3, in the 227 and in access rules', async () => {
  // Such a client shows as ::ffff:127.0.0.1 on both ends of its connection.
  const rig = await startRig({ ftpd: { ...at, port: ftpd.port }, address: '::' });
  rigs.push(rig);
  const client = await RawClient.open({ ...at, port: rig.port });
  // Fails unless M3 names 127.0.0.1 (the test client expects the address it dialled).
  await client.secure();
  client.send('USER anyone');
  await client.reply();
  await client.says('PASS x', 230);
  const { address, port } = must(parsePasvReply(await client.says('PASV', 227)));
  expect(address).toBe('127.0.0.1');
  const data = connect({ host: address, port });
  await once(data, 'connect');
  client.send('NLST');
  expect((await client.reply()).code).toBe(150);
  expect((await client.reply()).code).toBe(226);
  await client.says('PORT 127,0,0,1,200,10', 200);
  data.destroy();
  client.close();
  expect(rig.log().some((line) => line.includes('(127.0.0.1): connected'))).toBe(true);
});
