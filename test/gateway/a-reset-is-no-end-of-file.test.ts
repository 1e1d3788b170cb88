// Two things that libuv does to resets, and what would come of them: it reports a reset behind unread octets as an end of file,
// and it refuses to reset a connection whose own end is on its way, upon which Node loses the connection without closing it.
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { coderFor } from '../../src/data/coder.js';
import { Pump, type PumpOutcome } from '../../src/data/pump.js';
import { socketPair } from '../data/socket-pair.js';
import { RawClient } from './raw-client.js';
import { startRig } from './rig.js';
import { startScriptedFtpd, type Script } from './scripted-ftpd.js';
import { download, pieces, received, sealed, uploadOctets } from './transfers.js';

const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

test('a client that resets while the ftpd is slow has not sent a whole file', async () => {
  const [client, ftpd] = [await socketPair(), await socketPair()];
  let ended: (outcome: PumpOutcome) => void = () => undefined;
  const outcome = new Promise<PumpOutcome>((resolve) => (ended = resolve));
  const coder = coderFor({ direction: 'upload', opener: undefined });
  const pump = new Pump({ coder, source: 'client', stallTimeout: 10_000, onEnd: ended });
  pump.attach('client', client.near);
  pump.attach('ftpd', ftpd.near);
  // The ftpd takes nothing yet, so that the gateway reads no more and the reset finds octets before it.
  client.far.write(Buffer.alloc(32 * 1024 * 1024));
  while (!client.near.isPaused()) await once(client.near, 'pause');
  client.far.resetAndDestroy();
  expect((await received(ftpd.far)).ended).toBe('reset');
  expect(await outcome).toEqual({ kind: 'failed', cause: 'client-broken' });
});

describe('no connection is lost', () => {
  async function stage(script: Script) {
    const ftpd = await startScriptedFtpd(script);
    const rig = await startRig({ ftpd });
    const client = await RawClient.login({ ...rig, user: 'u', password: 'p' }, 'P');
    onTestFinished(async () => {
      client.close();
      await rig.stop();
      await ftpd.stop();
    });
    return client;
  }

  /** Open TCP connections after one round, and after twenty more. */
  async function growth(client: RawClient, round: () => Promise<unknown>): Promise<number> {
    await round();
    await client.says('NOOP', 200);
    const before = sockets();
    for (let count = 0; count < 20; count++) await round();
    await client.says('NOOP', 200);
    return sockets() - before;
  }

  test('by uploads that end without their last block', async () => {
    const client = await stage({
      STOR: async ({ say, data: connection }) => {
        const data = await connection();
        data.on('close', () => say('426 Broken'));
        data.resume();
        say('150 Go on');
      },
    });
    const lost = await growth(client, async () => {
      const blocks = sealed(client, 'P', pieces(Buffer.alloc(1000)));
      expect((await uploadOctets(client, 'STOR x', blocks[0]!)).code).toBe(535);
    });
    expect(lost).toBeLessThanOrEqual(2);
  });

  test('by downloads that the ftpd ends and calls broken in the same breath', async () => {
    const client = await stage({
      RETR: async ({ say, data: connection }) => {
        const data = await connection();
        say('150 Here it comes');
        data.write(Buffer.alloc(1000), () => {
          data.end();
          say('451 Disk error');
        });
      },
    });
    const lost = await growth(client, async () => {
      const { whole, final } = await download(client, 'RETR x', { level: 'P' });
      expect([whole, final.code]).toEqual([false, 451]);
    });
    expect(lost).toBeLessThanOrEqual(2);
  });
});
