// The end of a data connection is FTP's end of file. So what the ftpd has not called whole must not end cleanly towards the
// client, and never with a last block, however the ftpd comes to its end.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { REAL_FTPDS } from './real-ftpds.js';
import { describeWithPeers } from '../peers/suite.js';
import { RawClient } from './raw-client.js';
import { startRig } from './rig.js';
import { startScriptedFtpd, type Script, type Visit } from './scripted-ftpd.js';
import { download, openDownload, received, type Level } from './transfers.js';

const HALF = randomBytes(200_000);
const LEVELS: readonly Level[] = ['C', 'S', 'P'];

async function clientOf(script: Script, level: Level) {
  const ftpd = await startScriptedFtpd(script);
  const rig = await startRig({ ftpd });
  const client = await RawClient.login(
    { host: rig.host, port: rig.port, user: 'u', password: 'p' },
    level === 'C' ? 'clear' : level,
  );
  onTestFinished(async () => {
    client.close();
    await rig.stop();
    await ftpd.stop();
  });
  return { client, ftpd, rig };
}

/** Sends half a file, and then does what the test says. */
const half = (then: (visit: Visit, data: Socket) => unknown): Script => ({
  RETR: async (visit) => {
    const data = await visit.data();
    visit.say('150 Here it comes');
    data.write(HALF, () => then(visit, data));
  },
});

/** What the ftpd does after half a file: with its data connection, and what it says. */
const BREAKS: readonly (readonly [string, (visit: Visit, data: Socket) => readonly unknown[], readonly number[]])[] = [
  ['ends the data and says 451', ({ say }, data) => [data.end(), say('451 Disk error')], [451]],
  [
    'ends the data, sees it end on the other side, and only then says 451',
    ({ say }, data) => [data.resume().on('end', () => setImmediate(() => say('451 Disk error'))), data.end()],
    [451],
  ],
  ['says 426 and ends the data', ({ say }, data) => [say('426 Broken'), data.end()], [426]],
  ['says 451 and leaves the data open', ({ say }) => [say('451 Disk error')], [451]],
  ['resets the data and says 226', ({ say }, data) => [data.resetAndDestroy(), say('226 Done')], [425, 426]],
  ['resets the data and says 426', ({ say }, data) => [data.resetAndDestroy(), say('426 Broken')], [426]],
  ['goes away with all its connections', ({ control }, data) => [data.end(), control.end()], [421]],
  ['ends the service', ({ say }, data) => [data.end(), say('421 Shutting down')], [421]],
  ['talks nonsense', ({ say }, data) => [data.end(), say('nonsense')], [421]],
  ['says 350, which ends no transfer', ({ say }, data) => [data.end(), say('350 What?')], [426]],
];

describe.each(LEVELS)('an ftpd that breaks off, PROT %s', (level) => {
  test.each(BREAKS)('%s', async (_, breaksOff, codes) => {
    const { client } = await clientOf(half(breaksOff), level);
    const got = await download(client, 'RETR half', { level });
    expect(got.whole).toBe(false);
    expect(codes).toContain(got.final.code);
    // What has come is at least the beginning of the file.
    expect(HALF.subarray(0, got.data.length).equals(got.data)).toBe(true);
  });

  test('refuses at once: no octet, no last block', async () => {
    const { client } = await clientOf({ RETR: ({ say }) => say('550 No such file') }, level);
    const { connected } = await client.setUp('EPSV');
    const got = received(await connected());
    await client.says('RETR none', 550);
    const { whole, data } = openDownload(client, await got, level);
    expect({ whole, data: data.length }).toEqual({ whole: false, data: 0 });
    await client.says('NOOP', 200);
  });

  test('the next transfer in the session is whole', async () => {
    let calls = 0;
    const script: Script = {
      RETR: async ({ say, data: connection }) => {
        const data = await connection();
        say('150 Here it comes');
        data.end(HALF, () => say(++calls === 1 ? '426 Broken' : '226 Done'));
      },
    };
    const { client } = await clientOf(script, level);
    expect((await download(client, 'RETR a', { level })).whole).toBe(false);
    const second = await download(client, 'RETR b', { level });
    expect([second.whole, second.final.code, second.data.equals(HALF)]).toEqual([true, 226, true]);
  });
});

for (const real of REAL_FTPDS) {
  describeWithPeers(`${real.name} is killed in the middle of a download`, [real.peer], () => {
    test.each(LEVELS)('PROT %s: the client gets 421 and no end of file', async (level) => {
      const ftpd = await real.start();
      const rig = await startRig({ ftpd: { host: ftpd.host, port: ftpd.port } });
      const place = { host: rig.host, port: rig.port, user: ftpd.user, password: ftpd.password };
      const client = await RawClient.login(place, level === 'C' ? 'clear' : level);
      onTestFinished(async () => {
        client.close();
        await rig.stop();
        await ftpd.stop();
      });
      // More than all the buffers on the way hold, so that the ftpd is still sending when it dies.
      await writeFile(path.join(ftpd.root, 'large'), Buffer.alloc(64 * 1024 * 1024, 'sftpd'));
      const { connected } = await client.setUp('EPSV');
      const socket = await connected();
      client.send('RETR large');
      await client.expect(150);
      await once(socket, 'readable');
      await ftpd.stop();
      const got = await received(socket);
      expect(openDownload(client, got, level).whole).toBe(false);
      await client.expect(421);
    });
  });
}
