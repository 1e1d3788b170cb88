// Listeners are kept, opened and closed by identity: address and port.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { baseSettings, greetingOn, isOpen, login, on, ports, startFtpd, startGateway } from './reload-rig.js';

const anyAddress = (port: number) => ({ listeners: [{ address: '0.0.0.0', port }] });

test('listeners are kept, opened and closed', async () => {
  const base = await baseSettings(await startFtpd());
  const [one, two, three] = (await ports(3)) as [number, number, number];
  const gateway = await startGateway(base, on(one, two));
  expect(await gateway.reload(on(two, three))).toMatch(/reload ok: generation 2 .*kept=1 opened=1 closed=1/);
  expect(await Promise.all([one, two, three].map((port) => isOpen(port)))).toEqual([false, true, true]);
  expect(await gateway.reload(on(three, two))).toMatch(/generation 3 .*kept=2 opened=0 closed=0/);
  expect(await gateway.reload(on(one, two, three))).toMatch(/generation 4 .*kept=2 opened=1 closed=0/);
  expect(await Promise.all([one, two, three].map((port) => isOpen(port)))).toEqual([true, true, true]);
});

test('a listener is one and the same however its address is written', async () => {
  const base = await baseSettings(await startFtpd());
  const [port] = (await ports(1)) as [number];
  const gateway = await startGateway(base, { listeners: [{ address: '::', port }] });
  expect(await gateway.reload({ listeners: [{ address: '0:0::0', port }] })).toMatch(/kept=1 opened=0 closed=0/);
});

test('a port that the system picked stays as it is', async () => {
  const base = await baseSettings(await startFtpd());
  const gateway = await startGateway(base, on(0));
  const port = Number(/127\.0\.0\.1 port (\d+)/.exec(gateway.output())![1]);
  expect(await gateway.hangUp()).toMatch(/kept=1 opened=0 closed=0/);
  expect(await greetingOn(port)).toMatch(/^220 /);
});

test('a listener moves from all addresses to one and back; live sessions do not notice', async () => {
  const base = await baseSettings(await startFtpd());
  const [port] = (await ports(1)) as [number];
  const gateway = await startGateway(base, anyAddress(port));
  const client = await login(port);
  expect(await isOpen(port, '127.0.0.2')).toBe(true);
  expect(await gateway.reload(on(port))).toMatch(/kept=0 opened=1 closed=1/);
  expect([await isOpen(port), await isOpen(port, '127.0.0.2')]).toEqual([true, false]);
  expect(await gateway.reload(anyAddress(port))).toMatch(/kept=0 opened=1 closed=1/);
  expect(await isOpen(port, '127.0.0.2')).toBe(true);
  await client.says('PWD', 257);
});

test('a listener that made way comes back, with its sessions and clients, when another one of the same reload fails', async () => {
  const base = await baseSettings(await startFtpd());
  const [port, free] = (await ports(2)) as [number, number];
  const foreign = createServer().listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  onTestFinished(() => void foreign.close());
  const { port: taken } = foreign.address() as { port: number };
  const gateway = await startGateway(base, anyAddress(port));
  const client = await login(port);
  const said = await gateway.reload(on(port, taken, free));
  expect(said).toContain(`cannot listen on 127.0.0.1 port ${taken}: another program listens there`);
  expect(said).toMatch(/reload failed: everything stays as it was, generation 1/);
  expect([await isOpen(port, '127.0.0.2'), await isOpen(free)]).toEqual([true, false]);
  expect(await greetingOn(port)).toMatch(/^220 /);
  await client.says('PWD', 257);
  // Nothing of the attempt is left that the next one could stumble over.
  expect(await gateway.reload(on(port, free))).toMatch(/generation 2 .*opened=2 closed=1/);
});

test('no connection is refused where an address is not of this machine: nothing makes way for it', async () => {
  const base = await baseSettings(await startFtpd());
  const [port] = (await ports(1)) as [number];
  const gateway = await startGateway(base, anyAddress(port));
  // The listening socket is still the same one, by the kernel's number of it.
  const sockets = () =>
    gateway
      .descriptors()
      .filter((each) => each.startsWith('socket:'))
      .sort();
  const before = sockets();
  const said = await gateway.reload({ listeners: [{ address: '192.0.2.1', port }] });
  expect(said).toMatch(/no network interface of this machine has that address/);
  expect(sockets()).toEqual(before);
});

test('a program that keeps a hand-off waiting does not keep a port closed', async () => {
  const base = await baseSettings(await startFtpd());
  const [port] = (await ports(1)) as [number];
  const gateway = await startGateway(base, anyAddress(port));
  const silent = path.join(gateway.folder, 'silent');
  // Says no FTP greeting.
  writeFileSync(silent, '#!/bin/sh\nexec sleep 2\n', { mode: 0o755 });
  gateway.configure({ ...on(port), handoff: { anonymousFtpd: silent } });
  const summary = gateway.hangUp();
  const reload = { over: false };
  void summary.then(() => (reload.over = true));
  let asked = 0;
  for (; !reload.over; asked++) expect(await greetingOn(port)).toMatch(/^220 /);
  expect(asked).toBeGreaterThan(0);
  expect(await summary).toMatch(/handoff\.anonymousFtpd: .*silent.*\n.*reload failed/);
});
