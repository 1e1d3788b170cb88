// A session, and the transfer it has under way, go on under the configuration that accepted it; new ones get the new one.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { passivePort, RawClient } from '../gateway/raw-client.js';
import { download, received, upload } from '../gateway/transfers.js';
import { until } from '../peers/process.js';
import { baseSettings, greetingOn, login, on, ports, startFtpd, startGateway } from './reload-rig.js';

/** More than all sockets on the way hold: the transfer cannot be over before its client reads. */
const LARGE = 48 * 1024 * 1024;

async function start(further: Readonly<Record<string, unknown>> = {}) {
  const ftpd = await startFtpd();
  const [port, other] = (await ports(2)) as [number, number];
  const base = await baseSettings(ftpd);
  return { root: ftpd.root, base, port, other, gateway: await startGateway(base, { ...on(port), ...further }) };
}

test('banner, cleartext, block size: new for new sessions, unchanged for those that are there', async () => {
  const { gateway, port } = await start({ control: { banner: 'first' } });
  const [plain, secured] = [await login(port), await login(port, 'C')];
  await gateway.reload({
    ...on(port),
    control: { banner: 'second', cleartext: 'deny' },
    data: { relay: 'always', maxBlock: '4KiB' },
  });
  expect(await greetingOn(port)).toBe('220 second');
  await plain.says('PWD', 257);
  expect((await secured.says('PBSZ 1048576', 200)).lines.join()).toMatch(/PBSZ=1048576/);
  const refused = await RawClient.open({ host: '127.0.0.1', port });
  refused.send('USER u');
  expect(String((await refused.reply()).code)).toMatch(/^[45]/);
  refused.close();
  const bounded = await login(port, 'C');
  expect((await bounded.says('PBSZ 1048576', 200)).lines.join()).toMatch(/PBSZ=4096/);
});

test('passive ports: a session keeps its range, and its lease', async () => {
  const [low, high] = [47_100, 47_139];
  const { gateway, port } = await start({ data: { relay: 'always', passivePorts: `${low}-${low + 19}` } });
  const client = await login(port);
  await gateway.reload({ ...on(port), data: { relay: 'always', passivePorts: `${low + 20}-${high}` } });
  expect(passivePort(await client.says('EPSV', 229))).toBeLessThan(low + 20);
  const newcomer = await login(port);
  expect(passivePort(await newcomer.says('EPSV', 229))).toBeGreaterThanOrEqual(low + 20);
});

test('limits hold for those who come after', async () => {
  const { gateway, port } = await start();
  const clients = [await login(port), await login(port), await login(port)];
  await gateway.reload({ ...on(port), limits: { sessions: 3 } });
  expect(await greetingOn(port)).toMatch(/^421 /);
  for (const client of clients) await client.says('PWD', 257);
  await clients[0]!.says('QUIT', 221);
  await until('room for one more', 10, async () => ((await greetingOn(port))?.startsWith('220') ? true : undefined));
});

test('another key: the handshake that has begun ends under the old one, the next uses the new one', async () => {
  const { gateway, port } = await start();
  const client = await RawClient.open({ host: '127.0.0.1', port });
  const { adat, context } = await client.beginExchange();
  const keygen = path.resolve(import.meta.dirname, '../../dist/src/keys/main.js');
  const workdir = path.join(gateway.folder, 'workdir');
  execFileSync('mkdir', ['-m', '700', workdir]);
  execFileSync(process.execPath, [keygen, '-y', workdir]);
  await gateway.reload({ ...on(port), workdir });
  client.write(adat);
  await client.expect(235);
  client.context = context;
  await client.says('USER u', 331);
  client.close();
  await login(port, 'C');
});

test.each(['clear', 'P'] as const)(
  'transfers under way (%s) lose no octet, also when their listener closes',
  async (how) => {
    const { gateway, port, other, root } = await start();
    const file = randomBytes(LARGE);
    writeFileSync(path.join(root, 'large'), file);
    const level = how === 'P' ? 'P' : 'C';
    const [down, up] = [await login(port, how), await login(port, how)];
    const { connected } = await down.setUp();
    down.send('RETR large');
    await down.expect(150);
    const socket = await connected();
    socket.pause();
    await once(socket, 'readable');
    const uploading = upload(up, 'STOR copy', file, { level });
    for (let round = 0; round < 5; round++) {
      expect(await gateway.reload({ ...on(other), control: { cleartext: 'deny' } })).toMatch(/reload ok/);
      writeFileSync(gateway.file, 'no: configuration\n');
      expect(await gateway.hangUp()).toMatch(/reload failed/);
    }
    const { octets } = await received(socket);
    socket.destroy();
    await down.expect(226);
    if (how === 'clear') expect(octets.equals(file)).toBe(true);
    else expect(octets.length).toBeGreaterThan(LARGE);
    expect((await uploading).code).toBe(226);
    expect(readFileSync(path.join(root, 'copy')).equals(file)).toBe(true);
    if (how === 'clear') expect((await download(up, 'RETR copy')).data.equals(file)).toBe(true);
  },
);
