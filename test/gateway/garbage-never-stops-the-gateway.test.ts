// Random octets from either side over real sockets: each session ends in replies or a close, and the gateway serves the next
// client as if nothing had been.
import fc from 'fast-check';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawClient } from './raw-client.js';
import { startRig, type Rig } from './rig.js';
import { startScriptedFtpd, type ScriptedFtpd } from './scripted-ftpd.js';

/** Octets that mean something to some parser are more likely than others. */
const octets = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((chunk) => Buffer.from(chunk)),
      fc
        .constantFrom(
          '\r\n',
          '\n',
          '\r',
          '\0',
          '\xff',
          '\xff\xf4\xff\xf2',
          '\xff\xfa',
          'ABOR\r',
          '220-x\r\n',
          '220 x\r\n',
          '1',
        )
        .map((text) => Buffer.from(text, 'latin1')),
      fc
        .constantFrom(
          'AUTH X-SafeTP1\r\n',
          'ADAT AAAA\r\n',
          'ENC AAAA\r\n',
          'USER x\r\n',
          'EPSV\r\n',
          'RETR x\r\n',
          'FEAT\r\n',
        )
        .map((text) => Buffer.from(text)),
      fc.integer({ min: 1, max: 40_000 }).map((length) => Buffer.alloc(length, 'A')),
    ),
    { maxLength: 12 },
  )
  .map((chunks) => Buffer.concat(chunks));

const RUNS = { numRuns: 150 };

/** Resolves when the gateway has closed the connection; what it said. */
function exchange(port: number, said: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
    socket.end(said);
  });
}

const REPLIES = /^(?:[1-6][0-9][0-9][ -].*\r\n| .*\r\n)*$/;

async function allGone(rig: Rig): Promise<void> {
  while (rig.daemon.sessions > 0) await turn();
}

describe('from the client', () => {
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

  test('in clear', async () => {
    await fc.assert(
      fc.asyncProperty(octets, async (said) => {
        expect(await exchange(rig.port, said)).toMatch(REPLIES);
      }),
      RUNS,
    );
    await allGone(rig);
    expect(rig.log().filter((line) => line.includes('internal error'))).toEqual([]);
  });

  test('in a protected session: replies, or a protected 535 and the end', async () => {
    await fc.assert(
      fc.asyncProperty(octets, async (said) => {
        const client = await RawClient.open(rig);
        await client.secure();
        client.write(said);
        client.control.end();
        for (const line of await client.rest()) expect(line).toMatch(/^(?:501|503|533|535|537) /);
        client.close();
      }),
      { numRuns: 60 },
    );
    await allGone(rig);
    const client = await RawClient.open(rig);
    await client.says('NOOP', 200);
    client.close();
    expect(rig.log().filter((line) => line.includes('internal error'))).toEqual([]);
  });
});

describe('from the ftpd', () => {
  let ftpd: ScriptedFtpd;
  let rig: Rig;
  let said: Uint8Array = Buffer.alloc(0);
  let when: 'GREET' | 'USER' | 'EPSV' | 'RETR' = 'GREET';
  beforeAll(async () => {
    const speak = (verb: typeof when, otherwise: string) => ({
      [verb]: ({ control, say }: Parameters<NonNullable<Parameters<typeof startScriptedFtpd>[0][string]>>[0]) => {
        if (when === verb) control.end(said);
        else say(otherwise);
      },
    });
    ftpd = await startScriptedFtpd({
      ...speak('GREET', '220 Ready'),
      ...speak('USER', '230 In'),
      ...speak('EPSV', '229 Entering (|||2000|)'),
      ...speak('RETR', '550 None'),
    });
    rig = await startRig({ ftpd });
  });
  afterAll(async () => {
    await rig.stop();
    await ftpd.stop();
  });

  test.each(['GREET', 'USER', 'EPSV', 'RETR'] as const)('in answer to %s', async (verb) => {
    when = verb;
    await fc.assert(
      fc.asyncProperty(octets, async (garbage) => {
        said = garbage;
        const heard = await exchange(rig.port, Buffer.from('USER u\r\nEPSV\r\nRETR x\r\nQUIT\r\n'));
        expect(heard).not.toBe('');
      }),
      { numRuns: 60 },
    );
    await allGone(rig);
    expect(rig.log().filter((line) => line.includes('internal error'))).toEqual([]);
  });
});
