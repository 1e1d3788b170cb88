// Triggers: signals that collapse, a watched file that is saved in all the ways editors save. And what USR1 tells.
import { execFileSync } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makeFolder } from '../peers/process.js';
import { baseSettings, greetingOn, login, on, ports, startFtpd, startGateway, SUMMARY } from './reload-rig.js';

async function start(further: Readonly<Record<string, unknown>> = {}) {
  const base = await baseSettings(await startFtpd());
  const [port] = (await ports(1)) as [number];
  const gateway = await startGateway(base, { ...on(port), ...further });
  const text = (banner: string, more = {}) =>
    stringify({ ...base, ...on(port), ...further, control: { banner }, ...more });
  return { gateway, port, text };
}

const summaries = (text: string): number => text.split('\n').filter((line) => SUMMARY.test(line)).length;

/** Empty where there is no such file: a descriptor may be closed between the listing and the look. */
function textIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Files and folders the kernel watches for a process. */
const watchedPlaces = (pid: number): number =>
  readdirSync(`/proc/${pid}/fdinfo`)
    .flatMap((name) => textIfThere(`/proc/${pid}/fdinfo/${name}`).split('\n'))
    .filter((line) => line.startsWith('inotify ')).length;

/** Whether a process has a handler for SIGHUP, the first signal. */
const catchesHangup = (pid: number): boolean =>
  (Number.parseInt(/SigCgt:.*([0-9a-f])$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))![1]!, 16) & 1) === 1;

const watching = { reload: { watch: true } };

test('signals that come during a reload become one more; the last configuration is in force', async () => {
  const { gateway, port, text } = await start();
  const sent = 20;
  for (let each = 1; each <= sent; each++) {
    writeFileSync(gateway.file, text(`configuration ${each}`));
    gateway.signal('SIGHUP');
  }
  await expect.poll(() => greetingOn(port), { timeout: 20_000 }).toBe(`220 configuration ${sent}`);
  // One more, to know that nothing is under way any longer.
  await gateway.hangUp();
  expect(summaries(gateway.output())).toBeLessThan(sent / 2);
});

test('a signal during the start does not end it, and is made up for', async () => {
  const base = await baseSettings(await startFtpd());
  const [port] = (await ports(1)) as [number];
  const fifo = path.join(await makeFolder('early'), 'log');
  execFileSync('mkfifo', [fifo]);
  // The start waits for a reader of its log.
  const settings = { ...on(port), logging: { destination: 'file', file: fifo } };
  const gateway = await startGateway(base, settings, { isReady: false });
  await expect.poll(() => catchesHangup(gateway.pid), { timeout: 20_000, interval: 5 }).toBe(true);
  gateway.signal('SIGHUP');
  let text = '';
  createReadStream(fifo, 'utf8').on('data', (chunk) => (text += String(chunk)));
  await expect.poll(() => text, { timeout: 20_000 }).toMatch(/ready .*\n.*reload ok: generation 2 .*during the start/);
  expect(await greetingOn(port)).toMatch(/^220 /);
});

test('each reload has one summary line, with trigger, listeners and sessions', async () => {
  const { gateway, port } = await start();
  await login(port);
  const said = await gateway.hangUp();
  expect(said).toMatch(/reload ok: generation 2 trigger=SIGHUP kept=1 opened=0 closed=0 earlierSessions=1 ms=\d+/);
  expect(summaries(gateway.output())).toBe(1);
});

test('another user is named as what takes a restart; the rest takes effect', async () => {
  const { gateway, port } = await start();
  const said = await gateway.reload({ ...on(port), user: 'nobody', control: { banner: 'new' } });
  expect(said).toMatch(/user: takes effect at the next start only/);
  expect(said).toMatch(/reload ok: generation 2 /);
  expect(await greetingOn(port)).toBe('220 new');
});

test('a file that is watched: saved in place, renamed over, half-written at first', async () => {
  const { gateway, port, text } = await start(watching);
  writeFileSync(gateway.file, text('in place'));
  await gateway.says(/reload ok: generation 2 .*file change/);
  expect(await greetingOn(port)).toBe('220 in place');

  for (const name of ['renamed over', 'renamed over again']) {
    writeFileSync(`${gateway.file}.new`, text(name));
    renameSync(`${gateway.file}.new`, gateway.file);
    await expect.poll(() => greetingOn(port), { timeout: 20_000 }).toBe(`220 ${name}`);
  }

  const whole = text('completed');
  writeFileSync(gateway.file, whole.slice(0, whole.indexOf('listeners:') + 12));
  writeFileSync(gateway.file, whole);
  await expect.poll(() => greetingOn(port), { timeout: 20_000 }).toBe('220 completed');
  // Other files of the folder are not its business.
  const before = summaries(gateway.output());
  writeFileSync(`${gateway.file}.bak`, 'nothing');
  writeFileSync(gateway.file, text('last'));
  await expect.poll(() => greetingOn(port), { timeout: 20_000 }).toBe('220 last');
  expect(summaries(gateway.output())).toBe(before + 1);
});

test('a half-written file that stays so is refused, and its completion is taken up', async () => {
  const { gateway, port, text } = await start(watching);
  writeFileSync(gateway.file, 'listeners: [\n');
  await gateway.says(/reload failed/);
  writeFileSync(gateway.file, text('completed'));
  await expect.poll(() => greetingOn(port), { timeout: 20_000 }).toBe('220 completed');
});

test('watching is switched on and off by a reload', async () => {
  const { gateway, port, text } = await start();
  writeFileSync(gateway.file, text('watched', watching));
  await gateway.hangUp();
  // Also a change that comes before the watch has really begun.
  writeFileSync(gateway.file, text('seen', watching));
  await expect.poll(() => greetingOn(port), { timeout: 20_000 }).toBe('220 seen');
  expect(watchedPlaces(gateway.pid)).toBeGreaterThan(0);
  writeFileSync(gateway.file, text('watched no more'));
  await expect.poll(() => greetingOn(port), { timeout: 20_000 }).toBe('220 watched no more');
  await expect.poll(() => watchedPlaces(gateway.pid), { timeout: 20_000 }).toBe(0);
  const before = summaries(gateway.output());
  writeFileSync(gateway.file, text('not seen'));
  // A reload that was asked for sees it, as the only one.
  await gateway.hangUp();
  expect(summaries(gateway.output())).toBe(before + 1);
  expect(await greetingOn(port)).toBe('220 not seen');
});

test('SIGUSR1 tells generation, sessions by generation, and listeners', async () => {
  const { gateway, port } = await start();
  await login(port);
  await gateway.hangUp();
  await login(port);
  await login(port);
  gateway.signal('SIGUSR1');
  const said = await gateway.says(/ state .*\n/);
  expect(said).toMatch(/state generation=2 sessions=3 byGeneration="1:1 2:2"/);
  expect(said).toContain(`127.0.0.1 port ${port}`);
  expect(said).not.toContain('Debugger');
});
