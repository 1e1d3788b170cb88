// FTP's end of file is the clean end of a data connection. A program at the local door must not see one, nor a 2xx reply, for what is
// not whole; nor must the server for what a program has broken off.
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { RawClient } from '../gateway/raw-client.js';
import { startScriptedFtpd, type Script, type ScriptedFtpd, type Visit } from '../gateway/scripted-ftpd.js';
import { download, received } from '../gateway/transfers.js';
import { doorTo, openDoor, type OpenDoor } from './door.js';
import { relay, type Relay } from './relay.js';
import { tamperOnce } from './tampering.js';

const FILE = Buffer.alloc(200_000);

async function programAt(
  script: Script,
): Promise<{ client: RawClient; door: OpenDoor; ftpd: ScriptedFtpd; way: Relay }> {
  const ftpd = await startScriptedFtpd(script);
  onTestFinished(ftpd.stop);
  const { rig } = await doorTo(ftpd);
  const way = await relay(rig);
  const door = await openDoor(way);
  const client = await RawClient.login({ host: door.host, port: door.port, user: 'u', password: 'p' });
  onTestFinished(() => client.close());
  return { client, door, ftpd, way };
}

/** Sends a file, and then does what the test says. */
const sends = (then: (visit: Visit, data: Socket) => unknown): Script => ({
  RETR: async (visit) => {
    const data = await visit.data();
    visit.say('150 Here it comes');
    data.write(FILE, () => then(visit, data));
  },
});

/** What the server does behind a part of a file. */
const BREAKS: readonly (readonly [string, (visit: Visit, data: Socket) => unknown, RegExp])[] = [
  ['ends the data and says 451', ({ say }, data) => [data.end(), say('451 Disk error')], /^451 Disk error$/],
  ['resets the data and says 226', ({ say }, data) => [data.resetAndDestroy(), say('226 Done')], /^42[56] /],
  [
    'goes away with all its connections',
    ({ control }, data) => [data.end(), control.end()],
    /^421 .* closed the connection\.$/,
  ],
  ['ends the service', ({ say }, data) => [data.end(), say('421 Shutting down')], /^421 .*: 421 Shutting down$/],
];

/** Whether a chunk of FILE comes from beyond the door: there are no runs of zeros there. */
const isSealed = (chunk: Uint8Array): boolean =>
  chunk.length > 10_000 && chunk.subarray(1000, 2000).some((octet) => octet > 0);

describe('a download', () => {
  test.each(BREAKS)('is not whole where the server %s', async (_, breaksOff, why) => {
    const { client } = await programAt(sends(breaksOff));
    const got = await download(client, 'RETR a');
    expect(got.whole).toBe(false);
    expect(got.final.lines.at(-1)).toMatch(why);
    expect(FILE.subarray(0, got.data.length).equals(got.data)).toBe(true);
  });

  const whole = sends(({ say }, data) => [data.end(), say('226 Done')]);

  it('that was changed on its way is broken off, and the session ended', async () => {
    const { client, door } = await programAt(whole);
    tamperOnce(isSealed, (octets) => {
      octets[500]! ^= 1;
      return { octets };
    });
    const got = await download(client, 'RETR a');
    expect([got.whole, got.data.length]).toEqual([false, 0]);
    expect(got.final.lines).toEqual(['535 Failed security check: the transfer was aborted.']);
    expect(await client.rest()).toEqual([]);
    expect(door.said()).toContain('sftpc: session 1: a protected block failed its check verb=RETR');
  });

  it('that was cut short on its way is broken off', async () => {
    const { client } = await programAt(whole);
    tamperOnce(isSealed, (octets) => ({ octets, ends: true }));
    const got = await download(client, 'RETR a');
    expect(got.whole).toBe(false);
    expect(got.final.lines).toEqual(['535 The data ended before its last block: the transfer was aborted.']);
  });

  it('is broken off where the control connection is', async () => {
    const { client, way } = await programAt(sends(() => way.cut()));
    const got = await download(client, 'RETR a');
    expect(got.whole).toBe(false);
    expect(got.final.lines.at(-1)).toMatch(/^421 The server closed the connection/);
  });

  it('is whole where the server ends the session behind its 226', async () => {
    const { client, way } = await programAt(whole);
    const { connected } = await client.setUp('EPSV');
    way.hold();
    client.send('RETR a');
    await expect.poll(() => way.held().match(/^632 /gm)?.length).toBe(2);
    way.release('421 Somebody says goodbye\r\n');
    await client.expect(150);
    const { octets, ended } = await received(await connected());
    expect([octets.equals(FILE), ended]).toEqual([true, 'clean']);
    await client.expect(226);
    expect((await client.reply()).lines.at(-1)).toBe(
      '421 The server, or somebody in its place, ended the session: 421 Somebody says goodbye',
    );
  });
});

describe('an upload', () => {
  /** How the data of uploads ended for the server. */
  const endings: string[] = [];
  const takes: Script = {
    STOR: async (visit) => {
      const data = await visit.data();
      visit.say('150 Go on');
      const { ended } = await received(data);
      endings.push(ended);
      visit.say(ended === 'clean' ? '226 Stored' : '426 Broken');
    },
  };

  /** A program whose upload has begun. */
  async function begun(script: Script = takes): Promise<Awaited<ReturnType<typeof programAt>> & { data: Socket }> {
    endings.length = 0;
    const stage = await programAt(script);
    const { connected } = await stage.client.setUp('EPSV');
    stage.client.send('STOR a');
    await stage.client.expect(150);
    return { ...stage, data: await connected() };
  }

  const written = (data: Socket, octets: Buffer): Promise<unknown> =>
    new Promise((resolve) => data.write(octets, resolve));

  it('that the server refuses midway is answered in its words', async () => {
    const { client, data } = await begun({
      PWD: ({ say }) => say('257 "/"'),
      STOR: async (visit) => {
        const data = await visit.data();
        visit.say('150 Go on');
        data.once('data', () => [visit.say('552 Quota exceeded'), data.resetAndDestroy()]);
      },
    });
    data.write(randomBytes(30_000_000));
    expect((await client.reply()).lines).toEqual(['552 Quota exceeded']);
    expect((await received(data)).ended).toBe('reset');
    await client.says('NOOP', 200);
  });

  it('that the program breaks off does not end cleanly for the server', async () => {
    const { client, data } = await begun();
    await written(data, FILE);
    data.resetAndDestroy();
    expect((await client.reply()).lines).toEqual(['426 The data connection broke: the transfer was aborted.']);
    expect(endings).toEqual(['reset']);
  });

  it('of a program that goes away does not end cleanly for the server', async () => {
    const { client, data, door } = await begun();
    await written(data, FILE);
    client.control.resetAndDestroy();
    expect((await received(data)).ended).toBe('reset');
    await expect.poll(() => endings).toEqual(['reset']);
    await expect.poll(() => door.door.sessions).toBe(0);
  });

  it('that was changed on its way is refused by the server, and the program hears it', async () => {
    const { client, data } = await begun();
    tamperOnce(isSealed, (octets) => {
      octets[500]! ^= 1;
      return { octets };
    });
    data.end(FILE);
    expect((await client.reply()).lines).toEqual(['535 Failed security check: the transfer was aborted.']);
    expect(endings).toEqual(['reset']);
  });

  it('is stored where it is whole', async () => {
    const { client, data } = await begun();
    data.end(FILE);
    expect((await client.reply()).lines).toEqual(['226 Stored']);
    expect(endings).toEqual(['clean']);
  });
});
