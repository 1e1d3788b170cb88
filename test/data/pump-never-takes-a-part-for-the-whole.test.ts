/** The pump between two real sockets: a clean end only for what is whole, a reset on both sides for everything else. */
import { on, once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { coderFor, type Coder } from '../../src/data/coder.js';
import { Pump, type PumpOutcome } from '../../src/data/pump.js';
import { deriveKeys } from '../../src/security/safetp1/key-schedule.js';
import { establish } from '../../src/security/safetp1/context.js';
import { Secret } from '../../src/lib/secret.js';
import type { SecurityContext } from '../../src/security/mechanism.js';
import type { DataSummary, Side } from '../../src/session/io.js';
import { frame } from '../../src/security/framing.js';
import { received, socketPair, type SocketPair } from './socket-pair.js';

const PBSZ = 32_768;
const STALL_MS = 60_000;
const open: SocketPair[] = [];

afterEach(() => {
  for (const { near, far } of open.splice(0)) {
    near.destroy();
    far.destroy();
  }
});

function contexts(): { gateway: SecurityContext; client: SecurityContext } {
  const random = (octets: number): Uint8Array => randomBytes(octets);
  const m4 = randomBytes(24);
  const context = (role: 'client' | 'server'): SecurityContext =>
    establish({ role, keys: deriveKeys(new Secret(new Uint8Array(40).fill(7))), random, m4 });
  return { gateway: context('server'), client: context('client') };
}

async function pumping(source: Side, coder: Coder, stallTimeout = STALL_MS) {
  const client = await socketPair();
  const ftpd = await socketPair();
  open.push(client, ftpd);
  let settle: (value: { outcome: PumpOutcome; summary: DataSummary }) => void = () => undefined;
  const ended = new Promise<{ outcome: PumpOutcome; summary: DataSummary }>((resolve) => (settle = resolve));
  const pump = new Pump({ coder, source, stallTimeout, onEnd: (outcome, summary) => settle({ outcome, summary }) });
  pump.attach('ftpd', ftpd.near);
  pump.attach('client', client.near);
  return { pump, ended, client: client.far, ftpd: ftpd.far };
}

const plain = (direction: 'download' | 'upload'): Coder =>
  direction === 'download' ? coderFor({ direction, sealer: undefined }) : coderFor({ direction, opener: undefined });

describe('in clear', () => {
  test('a download ends cleanly only after the word of the ftpd', async () => {
    const { pump, ended, client, ftpd } = await pumping('ftpd', plain('download'));
    const got = received(client);
    const data = randomBytes(300_000);
    ftpd.end(data);
    let seen = 0;
    for await (const [chunk] of on(client, 'data') as AsyncIterable<[Buffer]>) {
      seen += chunk.length;
      if (seen === data.length) break;
    }
    expect(client.readableEnded).toBe(false);
    pump.release();
    expect(await got).toEqual({ octets: data, ended: 'clean' });
    expect(await ended).toEqual({ outcome: { kind: 'done' }, summary: { octets: data.length } });
  });

  test('the ftpd sees the end of its data connection before its word: ProFTPD waits for it', async () => {
    const { client, ftpd } = await pumping('ftpd', plain('download'));
    client.resume();
    ftpd.end('data');
    await once(ftpd.resume(), 'end');
  });

  test('a download that the ftpd resets is reset towards the client', async () => {
    const { ended, client, ftpd } = await pumping('ftpd', plain('download'));
    const got = received(client);
    ftpd.write('part');
    await once(client, 'data');
    ftpd.resetAndDestroy();
    expect((await got).ended).toBe('reset');
    expect((await ended).outcome).toEqual({ kind: 'failed', cause: 'ftpd-broken' });
  });

  test('an upload that the client resets is reset towards the ftpd', async () => {
    const { ended, client, ftpd } = await pumping('client', plain('upload'));
    const got = received(ftpd);
    client.write('part');
    await once(ftpd, 'data');
    client.resetAndDestroy();
    expect((await got).ended).toBe('reset');
    expect((await ended).outcome).toEqual({ kind: 'failed', cause: 'client-broken' });
  });

  test('an upload that the ftpd ends early is reset towards the client', async () => {
    const { ended, client, ftpd } = await pumping('client', plain('upload'));
    const got = received(client);
    ftpd.end();
    expect((await got).ended).toBe('reset');
    expect((await ended).outcome).toEqual({ kind: 'failed', cause: 'ftpd-broken' });
  });

  test('an aborted transfer is reset on both sides', async () => {
    const { pump, ended, client, ftpd } = await pumping('ftpd', plain('download'));
    const both = [received(client), received(ftpd)];
    pump.fail('aborted');
    pump.fail('stalled');
    expect((await Promise.all(both)).map((each) => each.ended)).toEqual(['reset', 'reset']);
    expect((await ended).outcome).toEqual({ kind: 'failed', cause: 'aborted' });
  });

  test('a transfer in which nothing moves ends', async () => {
    const { ended } = await pumping('ftpd', plain('download'), 20);
    expect((await ended).outcome).toEqual({ kind: 'failed', cause: 'stalled' });
  });

  test('a download that has ended does not wait for the word of the ftpd for ever', async () => {
    const { ended, client, ftpd } = await pumping('ftpd', plain('download'), 20);
    const got = received(client);
    ftpd.end('all there is');
    expect((await ended).outcome).toEqual({ kind: 'failed', cause: 'stalled' });
    expect((await got).ended).toBe('reset');
  });

  test('a source that is faster than its sink waits', async () => {
    const { ended, client, ftpd, pump } = await pumping('ftpd', plain('download'));
    const data = randomBytes(8 * 1024 * 1024);
    ftpd.end(data);
    // Nothing is read on the client's side yet: most of the data must stay with the ftpd.
    await new Promise((resolve) => setImmediate(resolve));
    pump.release();
    const got = await received(client);
    expect(got.octets.equals(data)).toBe(true);
    expect((await ended).summary.octets).toBe(data.length);
  });
});

describe('protected', () => {
  const seal = (context: SecurityContext, data: Buffer): Buffer[] => {
    const sealer = context.sealer('P', PBSZ);
    const sealed = sealer.seal(data.length === 0 ? [] : [data]);
    const last = sealer.sealLast();
    if (!sealed.ok || !last.ok) throw new Error('sealing failed');
    return [...sealed.value, last.value].map((block) => Buffer.from(frame(block)));
  };

  async function upload() {
    const { gateway, client: sender } = contexts();
    const parts = await pumping('client', coderFor({ direction: 'upload', opener: gateway.opener('P', PBSZ) }));
    return { ...parts, sender };
  }

  test('an upload is whole when its last block has come', async () => {
    const { ended, client, ftpd, sender } = await upload();
    const got = received(ftpd);
    client.end(Buffer.concat(seal(sender, Buffer.from('hello'))));
    expect(await got).toEqual({ octets: Buffer.from('hello'), ended: 'clean' });
    expect(await ended).toEqual({ outcome: { kind: 'done' }, summary: { octets: 5, sequence: 2 } });
  });

  test('an upload without its last block is reset towards the ftpd', async () => {
    const { ended, client, ftpd, sender } = await upload();
    const got = received(ftpd);
    client.end(seal(sender, Buffer.from('hello'))[0]!);
    expect((await got).ended).toBe('reset');
    expect((await ended).outcome).toEqual({ kind: 'failed', cause: 'truncated' });
  });

  test.each([4, 12, 30])('an upload with octet %i changed is reset towards the ftpd', async (position) => {
    const { ended, client, ftpd, sender } = await upload();
    const got = received(ftpd);
    const octets = Buffer.concat(seal(sender, Buffer.from('hello')));
    octets.writeUInt8(octets.readUInt8(position) ^ 1, position);
    client.end(octets);
    expect((await got).ended).toBe('reset');
    expect((await ended).outcome).toEqual({ kind: 'failed', cause: 'check-failed' });
  });

  test('octets behind the last block are refused', async () => {
    const { ended, client, sender } = await upload();
    client.end(Buffer.concat([...seal(sender, Buffer.from('hello')), Buffer.from('x')]));
    expect((await ended).outcome).toEqual({ kind: 'failed', cause: 'check-failed' });
  });

  test('a download carries its last block only after the word of the ftpd', async () => {
    const { gateway, client: receiver } = contexts();
    const { pump, client, ftpd, ended } = await pumping(
      'ftpd',
      coderFor({ direction: 'download', sealer: gateway.sealer('P', PBSZ) }),
    );
    const data = randomBytes(100_000);
    ftpd.end(data);
    await once(ftpd.resume(), 'end');
    const got = received(client);
    pump.release();
    await ended;
    const { octets } = await got;
    const reader = coderFor({ direction: 'upload', opener: receiver.opener('P', PBSZ) });
    const opened = reader.push(octets);
    expect(opened.ok && Buffer.concat(opened.value).equals(data)).toBe(true);
    expect(reader.complete).toBe(true);
  });

  test('a download that fails has no last block', async () => {
    const { gateway, client: receiver } = contexts();
    const { pump, client, ftpd } = await pumping(
      'ftpd',
      coderFor({ direction: 'download', sealer: gateway.sealer('P', PBSZ) }),
    );
    const got = received(client);
    ftpd.end('all there is');
    await once(client, 'data');
    pump.fail('aborted');
    const { octets, ended } = await got;
    const reader = coderFor({ direction: 'upload', opener: receiver.opener('P', PBSZ) });
    reader.push(octets);
    expect(ended).toBe('reset');
    expect(reader.complete).toBe(false);
    expect(reader.finish()).toEqual({ ok: false, error: 'truncated' });
  });
});
