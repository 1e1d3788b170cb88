// A server may refuse PROT, or somebody in its place may have it fail: what was to be protected does not go in clear for that.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../src/client/connect.js';
import { reply } from '../../src/wire/reply.js';
import { startRig } from '../gateway/rig.js';
import { demoFtpd, folder } from './sftpc.js';

it('also where the caller has let a refusal pass, and logs in again', async () => {
  const { root, port } = await demoFtpd();
  await writeFile(join(root, 'a'), 'sealed');
  const gateway = await startRig({ ftpd: { host: '127.0.0.1', port } });
  onTestFinished(gateway.stop);
  const client = await connect({
    host: '127.0.0.1',
    port: gateway.port,
    newServers: 'accept',
    knownServers: join(await folder(), 'known'),
  });
  onTestFinished(() => client.close());
  const { connection } = client;
  const command = connection.command.bind(connection);
  const sent: string[] = [];
  const refusing = vi.spyOn(connection, 'command').mockImplementation((verb, argument) => {
    sent.push(verb);
    return verb === 'PROT' ? Promise.resolve(reply(431, 'Not now')) : command(verb, argument);
  });
  const refused = { kind: 'command', code: 'refused', message: 'prot: the server said: 431 Not now' };
  await expect(client.login({ user: 'joe' })).rejects.toMatchObject(refused);
  await expect(client.login({ user: 'joe' })).rejects.toMatchObject(refused);
  await expect(client.retrieve('a', () => Promise.resolve())).rejects.toMatchObject(refused);
  await expect(client.entries()).rejects.toMatchObject(refused);
  expect(sent.filter((verb) => /^(EPSV|PASV|PORT|EPRT)$/.test(verb))).toEqual([]);

  refusing.mockRestore();
  const got: Uint8Array[] = [];
  await client.retrieve('a', (octets) => Promise.resolve(void got.push(octets)));
  expect(client.level).toBe('P');
  expect(Buffer.concat(got).toString()).toBe('sealed');
  // Who says so gets what was said.
  await client.protect('C');
  await client.login({ user: 'joe' });
  expect(client.level).toBe('C');
});
