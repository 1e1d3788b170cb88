// A session may last for a million files: nothing of a transfer is kept when it is over.
import { writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/client/connect.js';
import { demoFtpd } from './sftpc.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The data connections of this side, which are watched for stalls, without being kept by that. */
function dataConnections(): readonly WeakRef<Socket>[] {
  const found: WeakRef<Socket>[] = [];
  const setTimeout = Object.getOwnPropertyDescriptor(Socket.prototype, 'setTimeout')?.value as Socket['setTimeout'];
  Socket.prototype.setTimeout = function (this: Socket, time, callback) {
    if (callback !== undefined) found.push(new WeakRef(this));
    return setTimeout.call(this, time, callback);
  };
  onTestFinished(() => {
    Socket.prototype.setTimeout = setTimeout;
  });
  return found;
}

it('of files that were received and sent', async () => {
  const { root, port } = await demoFtpd();
  await writeFile(join(root, 'a'), 'a');
  const client = await connect({ host: '127.0.0.1', port, user: 'joe', protection: 'none' });
  onTestFinished(() => client.close());
  const connections = dataConnections();
  for (let each = 0; each < 3; each++) {
    await client.retrieve('a', () => Promise.resolve());
    await client.upload(join(root, 'a'), 'b');
    await client.entries();
  }
  expect(connections).toHaveLength(9);
  await expect
    .poll(
      async () => {
        await setImmediate();
        collectGarbage();
        return connections.filter((each) => each.deref() !== undefined).length;
      },
      { timeout: 20_000 },
    )
    .toBe(0);
  expect(client.isOpen).toBe(true);
});
