// A configuration that cannot be had changes nothing, and the log says all that is wrong with it, and where.
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { gatewayKeys } from '../peers/gateway.js';
import {
  baseSettings,
  type Gateway,
  greetingOn,
  isOpen,
  login,
  on,
  ports,
  startFtpd,
  startGateway,
} from './reload-rig.js';

const FAILED = /reload failed: everything stays as it was, generation 1/;

async function start(further: Readonly<Record<string, unknown>> = {}) {
  const base = await baseSettings(await startFtpd());
  const [port, other] = (await ports(2)) as [number, number];
  const settings = { ...on(port), control: { banner: 'as it was' }, ...further };
  const gateway = await startGateway(base, settings);
  return { gateway, port, other, settings };
}

/** A reload fails and leaves what there was: the listener, its policy, a session, the descriptors. */
async function failing(gateway: Gateway, port: number, change: () => void): Promise<string> {
  const client = await login(port);
  const before = gateway.descriptors().length;
  change();
  const said = await gateway.hangUp();
  expect(said).toMatch(FAILED);
  expect(said.match(/reload (?:ok|failed)/g)).toHaveLength(1);
  expect(gateway.descriptors()).toHaveLength(before);
  expect(await greetingOn(port)).toBe('220 as it was');
  await client.says('PWD', 257);
  client.close();
  return said;
}

test('a file that is no YAML, with line and column', async () => {
  const { gateway, port } = await start();
  const said = await failing(gateway, port, () => writeFileSync(gateway.file, 'user: null\nlisteners: [{port: 1}\n'));
  expect(said).toMatch(/sftpd\.yaml:\d+:\d+: /);
});

test('unknown keys and wrong values: all of them, with line and column', async () => {
  const { gateway, port } = await start();
  const text = 'user: null\nlisteners:\n  - prot: 2121\nlimits:\n  sessions: many\ncontrol:\n  baner: hello\n';
  const said = await failing(gateway, port, () => writeFileSync(gateway.file, text));
  expect(said).toMatch(/sftpd\.yaml:3:5: listeners\[0\].*port/);
  expect(said).toMatch(/sftpd\.yaml:5:13: limits\.sessions/);
  expect(said).toMatch(/sftpd\.yaml:7:3: control.*banner/);
});

test('a file that is gone', async () => {
  const { gateway, port } = await start();
  expect(await failing(gateway, port, () => rmSync(gateway.file))).toContain(gateway.file);
});

test('ports that are taken: each of them, and none of the others is opened', async () => {
  const { gateway, port, other } = await start();
  const foreign = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')];
  await Promise.all(foreign.map((server) => once(server, 'listening')));
  onTestFinished(() => foreign.forEach((server) => void server.close()));
  const taken = foreign.map((server) => (server.address() as { port: number }).port);
  const said = await failing(gateway, port, () =>
    gateway.configure({ ...on(other, ...taken), control: { banner: 'new' } }),
  );
  for (const each of taken) expect(said).toContain(`cannot listen on 127.0.0.1 port ${each}`);
  expect(await isOpen(other)).toBe(false);
});

test('a key that is missing, unreadable or open to others', async () => {
  const { gateway, port, settings } = await start();
  const workdir = path.join(gateway.folder, 'keys');
  const change = () => gateway.configure({ ...settings, workdir, control: { banner: 'new' } });
  expect(await failing(gateway, port, change)).toContain(workdir);
  cpSync(await gatewayKeys(), workdir, { recursive: true });
  const file = path.join(workdir, 'DSA/private.pem');
  chmodSync(file, 0o644);
  expect(await failing(gateway, port, change)).toContain('chmod 600');
  writeFileSync(file, 'no key\n', { mode: 0o600 });
  chmodSync(file, 0o600);
  expect(await failing(gateway, port, change)).toContain(file);
  rmSync(file);
  expect(await failing(gateway, port, change)).toContain(file);
});

test('a log file that cannot be opened, with line and column; one made for a reload that fails is taken away', async () => {
  const { gateway, port, settings } = await start();
  const nowhere = path.join(gateway.folder, 'nowhere/sftpd.log');
  const logging = (file: string) => ({ logging: { destination: 'file', file } });
  const said = await failing(gateway, port, () => gateway.configure({ ...settings, ...logging(nowhere) }));
  expect(said).toMatch(/sftpd\.yaml:\d+:\d+: logging\.file: .*nowhere.* is not there/);
  const foreign = createServer().listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  onTestFinished(() => void foreign.close());
  const { port: taken } = foreign.address() as { port: number };
  const made = path.join(gateway.folder, 'made.log');
  const kept = path.join(gateway.folder, 'kept.log');
  writeFileSync(kept, '');
  await failing(gateway, port, () => gateway.configure({ ...on(port, taken), ...logging(made) }));
  await failing(gateway, port, () => gateway.configure({ ...on(port, taken), ...logging(kept) }));
  expect([existsSync(made), existsSync(kept)]).toEqual([false, true]);
});

test('hand-off programs that are missing or do not serve', async () => {
  const { gateway, port, settings } = await start();
  const missing = path.join(gateway.folder, 'missing');
  const handoff = { kerberosFtpd: missing, anonymousFtpd: missing };
  const said = await failing(gateway, port, () => gateway.configure({ ...settings, handoff }));
  expect(said).toMatch(/sftpd\.yaml:\d+:\d+: handoff\.kerberosFtpd: .*missing is not there/);
  expect(said).toMatch(/sftpd\.yaml:\d+:\d+: handoff\.anonymousFtpd: .*missing is not there/);
  const no = path.join(gateway.folder, 'no');
  mkdirSync(path.dirname(no), { recursive: true });
  copyFileSync('/bin/false', no);
  const change = () => gateway.configure({ ...settings, handoff: { anonymousFtpd: no } });
  expect(await failing(gateway, port, change)).toMatch(/handoff\.anonymousFtpd: /);
});

test('what is wrong is corrected, and the next reload succeeds', async () => {
  const { gateway, port, other } = await start();
  await failing(gateway, port, () => writeFileSync(gateway.file, 'listeners: 17\n'));
  expect(await gateway.reload({ ...on(port, other), control: { banner: 'new' } })).toMatch(/reload ok: generation 2 /);
  expect(await greetingOn(other)).toBe('220 new');
});
