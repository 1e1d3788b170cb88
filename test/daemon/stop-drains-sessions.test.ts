// SIGTERM: what is under way may end, within limits.drain; the rest is told, and nobody new is served.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RawClient } from '../gateway/raw-client.js';
import { received } from '../gateway/transfers.js';
import { baseSettings, isOpen, login, on, ports, startFtpd, startGateway } from './reload-rig.js';

/** More than all sockets on the way hold. */
const file = randomBytes(48 * 1024 * 1024);

async function start(drain = '60s') {
  const ftpd = await startFtpd();
  const [port] = (await ports(1)) as [number];
  writeFileSync(path.join(ftpd.root, 'large'), file);
  const gateway = await startGateway(await baseSettings(ftpd), { ...on(port), limits: { drain } });
  return { gateway, port };
}

/** A download that waits for its client to read. */
async function beginDownload(client: RawClient) {
  const { connected } = await client.setUp();
  client.send('RETR large');
  await client.expect(150);
  const socket = await connected();
  socket.pause();
  return socket;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: idle sessions are told, a transfer is completed, then it ends',
  async (name) => {
    const { gateway, port } = await start();
    const [idle, busy] = [await login(port), await login(port)];
    const socket = await beginDownload(busy);
    gateway.signal(name);
    await gateway.says(/stopping/);
    expect((await idle.rest()).join()).toMatch(/^421 /);
    expect(await isOpen(port)).toBe(false);
    gateway.signal('SIGHUP');
    await gateway.says(/reload ignored: the gateway is being stopped/);
    const { octets } = await received(socket);
    socket.destroy();
    expect(octets.equals(file)).toBe(true);
    const [done, bye] = await busy.rest();
    expect([done, bye]).toEqual([expect.stringMatching(/^226 /), expect.stringMatching(/^421 /)]);
    expect(await gateway.ended).toBe(0);
    expect(gateway.output()).toMatch(/stopped\n$/);
  },
);

test('an upload that is under way is completed too', async () => {
  const { gateway, port } = await start();
  const client = await login(port);
  const { connected } = await client.setUp();
  client.send('STOR up');
  await client.expect(150);
  const socket = await connected();
  socket.write(file.subarray(0, 1000));
  gateway.signal('SIGTERM');
  await gateway.says(/stopping/);
  socket.end(file.subarray(1000));
  expect((await client.rest()).map((line) => line.slice(0, 3))).toEqual(['226', '421']);
  expect(await gateway.ended).toBe(0);
});

test('limits.drain bounds it, as the last reload has it', async () => {
  const { gateway, port } = await start();
  const client = await login(port);
  await beginDownload(client);
  await gateway.reload({ ...on(port), limits: { drain: '500ms' } });
  const began = performance.now();
  gateway.signal('SIGTERM');
  expect(await gateway.ended).toBe(0);
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(450);
  // Far less than the 60 s of the start; this machine may be busy.
  expect(took).toBeLessThan(15_000);
});

test('a second SIGTERM ends it at once', async () => {
  const { gateway, port } = await start();
  await beginDownload(await login(port));
  gateway.signal('SIGTERM');
  await gateway.says(/stopping/);
  gateway.signal('SIGTERM');
  expect(await gateway.ended).toBe('SIGTERM');
});

test('without sessions it ends by itself', async () => {
  const { gateway, port } = await start();
  const client = await login(port);
  await client.says('QUIT', 221);
  await client.rest();
  await gateway.hangUp();
  gateway.signal('SIGTERM');
  expect(await gateway.ended).toBe(0);
});
