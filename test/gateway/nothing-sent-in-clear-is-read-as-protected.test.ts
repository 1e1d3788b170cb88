// What a stranger puts behind AUTH or behind the last ADAT must never be taken up by the protected session (RFC 4217 §4.4
// tells the story of the same hole in others), and what comes unprotected after 235 reaches nobody.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeBase64 } from '../../src/wire/base64.js';
import { RawClient } from './raw-client.js';
import { startRig, type Rig } from './rig.js';
import { startScriptedFtpd, type ScriptedFtpd } from './scripted-ftpd.js';

let ftpd: ScriptedFtpd;
let rig: Rig;
beforeAll(async () => {
  ftpd = await startScriptedFtpd({});
  rig = await startRig({ ftpd });
});
afterAll(async () => {
  await rig.stop();
  await ftpd.stop();
});

const BEHIND = ['USER mallory\r\n', 'U', '\r\n', '\0', 'ENC AAAA\r\n', 'ADAT AAAA\r\n'];

describe('octets in the same segment end the session', () => {
  test.each(BEHIND)('behind AUTH: %j', async (behind) => {
    const client = await RawClient.open(rig);
    client.write(`AUTH X-SafeTP1\r\n${behind}`);
    expect(await client.rest()).toEqual(['421 Octets arrived behind a security exchange.']);
    client.close();
  });

  test.each(BEHIND)('behind the last ADAT: %j', async (behind) => {
    const client = await RawClient.open(rig);
    const { adat } = await client.beginExchange();
    client.write(`${adat}${behind}`);
    expect(await client.rest()).toEqual(['421 Octets arrived behind a security exchange.']);
    client.close();
  });

  test('behind the first ADAT', async () => {
    const client = await RawClient.open(rig);
    await client.says('AUTH X-SafeTP1', 334);
    client.write('ADAT AAAA\r\nUSER mallory\r\n');
    expect(await client.rest()).toEqual(['421 Octets arrived behind a security exchange.']);
    client.close();
  });

  test('behind an AUTH that waits for an earlier command', async () => {
    const client = await RawClient.open(rig);
    client.write('NOOP\r\nAUTH X-SafeTP1\r\nUSER mallory\r\n');
    expect(await client.rest()).toEqual(['200 NOOP', '421 Octets arrived behind a security exchange.']);
    client.close();
  });
});

describe('octets in a later segment are judged by the state they arrive in', () => {
  test('a command in clear behind 235 is refused and changes nothing', async () => {
    const client = await RawClient.open(rig);
    const { adat, context } = await client.beginExchange();
    client.write(adat);
    // Not awaited: these octets are on their way before the 235 is.
    await new Promise<void>((resolve) => client.control.write('USER mallory\r\n', () => resolve()));
    const replies = [await client.reply()];
    if (replies[0]!.code === 421) return; // both segments were read as one
    replies.push(await client.reply());
    expect(replies.map(({ code }) => code)).toEqual([235, 533]);
    client.context = context;
    await client.says('USER alice', 331);
    expect(ftpd.heard()).not.toContain('USER mallory');
    client.close();
  });

  test('AUTH and ADAT octet by octet are one exchange', async () => {
    const client = await RawClient.open(rig);
    client.control.setNoDelay(true);
    for (const octet of 'auth x-safetp1\r\n') {
      await new Promise<void>((resolve) => client.control.write(octet, () => resolve()));
    }
    await client.expect(334);
    client.close();
  });

  test.each(['NOOP', 'QUIT', 'CCC', 'AUTH X-SafeTP1', 'REIN', 'x', ''])('533 for %j in clear', async (line) => {
    const client = await RawClient.open(rig);
    await client.secure();
    client.write(`${line}\r\n`);
    const refused = await client.expect(533);
    expect(refused.protection).toBeUndefined();
    await client.says('NOOP', 200);
    client.close();
  });

  test('the ftpd never hears of a security command', async () => {
    const client = await RawClient.open(rig);
    await client.secure();
    for (const [command, code] of [
      ['DIGT', 211],
      ['PBSZ 300', 200],
      ['PROT P', 200],
      ['CCC', 534],
    ] as const) {
      await client.says(command, code);
    }
    client.write(`CONF ${encodeBase64(Buffer.from('x'))}\r\n`);
    await client.expect(537);
    expect(ftpd.heard().join('\n')).not.toMatch(/AUTH|ADAT|DIGT|PBSZ|PROT|CCC|CONF/);
    client.close();
  });
});
