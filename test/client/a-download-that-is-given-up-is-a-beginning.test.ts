// A download is given up while what takes its octets is busy: what has come is the beginning of the file, without a hole.
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/client/connect.js';
import { receiveFile } from '../../src/client/local/incoming-file.js';
import { deferred } from '../../src/client/session/deferred.js';
import { startGateway } from '../peers/gateway.js';
import { demoFtpd, folder } from './sftpc.js';

const MEBIBYTE = 1024 * 1024;

it.each(['leave', 'keep'] as const)(
  'a write under way ends before the file does, by %s, and none comes behind',
  async (how) => {
    const local = await folder();
    const content = randomBytes(9 * MEBIBYTE);
    const [first, second, third] = [0, 3, 6].map((at) => content.subarray(at * MEBIBYTE, (at + 3) * MEBIBYTE)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    const identity = { name: 'file', size: content.length, modified: new Date(0), data: 'checked' } as const;
    const file = await receiveFile(join(local, 'file'), { identity, from: 'beginning' });
    await file.sink(first);
    const underWay = file.sink(second);
    const ended = how === 'leave' ? file.leave(identity) : file.keep();
    await expect(file.sink(third)).rejects.toMatchObject({ code: 'interrupted' });
    await underWay;
    await ended;
    const found = await readFile(join(local, how === 'leave' ? '.file.sftpc-part' : 'file'));
    expect(found.equals(Buffer.concat([first, second]))).toBe(true);
  },
);

it('nothing more is given to what was busy when the download was given up', async () => {
  const { root, port } = await demoFtpd({ user: 'joe', password: 'secret' });
  await writeFile(join(root, 'large'), randomBytes(4 * MEBIBYTE));
  const gateway = await startGateway({ ftpd: { host: '127.0.0.1', port } });
  onTestFinished(gateway.stop);
  const client = await connect({
    host: gateway.host,
    port: gateway.port,
    user: 'joe',
    password: 'secret',
    newServers: 'accept',
    knownServers: join(await folder(), 'known_servers'),
    // Several blocks of them arrive at once.
    bufferSize: 4096,
  });
  onTestFinished(() => client.close());
  const [busy, released] = [deferred<undefined>(), deferred<undefined>()];
  let taken = 0;
  const aborting = new AbortController();
  const retrieved = client.retrieve(
    'large',
    async () => {
      taken += 1;
      busy.resolve(undefined);
      await released.promise;
    },
    { signal: aborting.signal },
  );
  await busy.promise;
  aborting.abort();
  await expect(retrieved).rejects.toMatchObject({ code: 'interrupted' });
  released.resolve(undefined);
  for (let turns = 0; turns < 10; turns++) await turn();
  expect(taken).toBe(1);
});
