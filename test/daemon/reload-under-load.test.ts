// 1,000 live sessions, half of them in transfers; 100 reloads that alternate three configurations, bad ones between them.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder, removeFolder } from '../peers/process.js';
import {
  fetchProtected,
  fetchSlowly,
  type Load,
  loginMany,
  sha256,
  startFtpdProcess,
  storeSlowly,
} from './reload-load.js';
import { baseSettings, greetingOn, isOpen, on, ports, type Settings, startGateway } from './reload-rig.js';

const SESSIONS = 1000;
/** Of these, under encryption: a handshake costs some 20 ms, and this is not about them. */
const PROTECTED = 20;
const DOWNLOADS = SESSIONS / 4 - PROTECTED;
const UPLOADS = SESSIONS / 4;
const RELOADS = 100;
/** Reloads after which code is compiled and buffers are as large as they get. */
const WARM_UP = 30;

/**
 * MiB that the gateway may grow by under load. Its resident memory goes up and down by some tens of MiB with the moments of
 * garbage collection while 500 transfers run; a session or a transfer that each reload leaves behind would be more than this.
 */
const NOISE_LOADED = 96;
/** The same with nobody there, over 300 reloads: 100 KiB left behind by each of them would be 30 MiB. */
const NOISE_IDLE = 24;
const IDLE_RELOADS = 300;

const FILE_OCTETS = 128 * 1024;

const resident = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Three configurations, and two that cannot be had. All listen on the first port, where everybody is. */
function alternatives([main, second, third]: readonly number[], taken: number) {
  const good: readonly { readonly settings: Settings; readonly open: readonly number[] }[] = [
    { settings: { ...on(main!, second!), control: { banner: 'A' } }, open: [main!, second!] },
    {
      settings: { ...on(main!, third!), control: { banner: 'B', cleartext: 'deny' }, logging: { debugLevel: 1 } },
      open: [main!, third!],
    },
    {
      settings: {
        listeners: [
          { address: '127.0.0.1', port: main },
          { address: '0.0.0.0', port: second },
          { address: '127.0.0.1', port: third },
        ],
        control: { banner: 'C' },
        data: { relay: 'always', passivePorts: '42000-43999', maxBlock: '8KiB' },
      },
      open: [main!, second!, third!],
    },
  ];
  return { good, bad: [{ listeners: 17 }, on(main!, third!, taken)] };
}

async function foreignPort(): Promise<number> {
  const foreign = createServer().listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  onTestFinished(() => void foreign.close());
  return (foreign.address() as { port: number }).port;
}

test(
  `${SESSIONS} sessions, ${UPLOADS + DOWNLOADS + PROTECTED} in transfers, do not notice ${RELOADS} reloads`,
  { timeout: 240_000 },
  async () => {
    const root = path.join(await makeFolder('load'), 'root');
    await mkdir(root);
    onTestFinished(() => removeFolder(path.dirname(root)));
    const octets = randomBytes(FILE_OCTETS);
    writeFileSync(path.join(root, 'file'), octets);
    const base = await baseSettings({ port: await startFtpdProcess(root) });
    const listening = await ports(3);
    const { good, bad } = alternatives(listening, await foreignPort());
    const gateway = await startGateway(base, on(...good[0]!.open));

    const [main] = listening as [number];
    const clear = await loginMany(main, SESSIONS - PROTECTED);
    const sealed = await loginMany(main, PROTECTED, 'P');
    await gateway.reload(good[0]!.settings);
    const before = gateway.descriptors().length;

    const load: Load = { root, file: { name: 'file', sum: sha256(octets) }, over: false, running: 0, completed: 0 };
    const work = [
      ...clear.slice(0, UPLOADS).map((client, index) => storeSlowly(client, `up-${index}`, load)),
      ...clear.slice(UPLOADS, UPLOADS + DOWNLOADS).map((client) => fetchSlowly(client, load)),
      ...sealed.map((client) => fetchProtected(client, load)),
    ];
    const all = Promise.all(work);
    all.catch(() => (load.over = true));
    await expect.poll(() => load.running, { timeout: 60_000 }).toBeGreaterThan(work.length * 0.9);

    const memory: number[] = [];
    const under: number[] = [];
    let failed = 0;
    for (let each = 1; each <= RELOADS && !load.over; each++) {
      const isBad = each % 4 === 0 && each < RELOADS;
      const wanted = good[each % good.length]!;
      const said = isBad ? await gateway.reload(bad[(each / 4) % bad.length]!) : await gateway.reload(wanted.settings);
      expect(said).toMatch(isBad ? /reload failed/ : /reload ok/);
      if (isBad) failed++;
      else
        expect(await greetingOn(wanted.open.at(-1)!)).toBe(
          `220 ${(wanted.settings['control'] as { banner: string }).banner}`,
        );
      memory.push(resident(gateway.pid));
      under.push(load.running);
    }
    await gateway.reload(good[0]!.settings);
    load.over = true;
    await all;

    const open = await Promise.all(listening.map((port) => isOpen(port)));
    expect(open).toEqual(listening.map((port) => good[0]!.open.includes(port)));
    expect(await isOpen(listening[1]!, '127.0.0.2')).toBe(false);
    for (const client of [...clear, ...sealed]) await client.says('NOOP', 200);
    await expect.poll(() => gateway.descriptors().length, { timeout: 30_000 }).toBe(before);
    const [warm, last] = [median(memory.slice(WARM_UP, WARM_UP + 10)), median(memory.slice(-10))];
    console.log(
      `${load.completed} transfers whole, at least ${Math.min(...under)} under way at each of ${memory.length} reloads ` +
        `(${failed} refused); descriptors ${before}; resident ${Math.round(warm)} → ${Math.round(last)} MiB`,
    );
    expect(last - warm).toBeLessThan(NOISE_LOADED);
    // Between two transfers of a session there are some round trips.
    expect(Math.min(...under)).toBeGreaterThan(work.length * 0.5);
  },
);

test(`${IDLE_RELOADS} reloads leave nothing in memory`, { timeout: 120_000 }, async () => {
  const base = await baseSettings({ port: 9 });
  const { good } = alternatives(await ports(3), await foreignPort());
  const gateway = await startGateway(base, on(...good[0]!.open));
  const round = async (count: number) => {
    for (let each = 1; each <= count; each++) await gateway.reload(good[each % good.length]!.settings);
  };
  await round(IDLE_RELOADS);
  const [descriptors, warm] = [gateway.descriptors().length, resident(gateway.pid)];
  await round(IDLE_RELOADS);
  console.log(`resident ${Math.round(warm)} → ${Math.round(resident(gateway.pid))} MiB`);
  expect(gateway.descriptors()).toHaveLength(descriptors);
  expect(resident(gateway.pid) - warm).toBeLessThan(NOISE_IDLE);
});
