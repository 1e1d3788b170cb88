// The log is the process's: its events, level, destination and file change at once, for live sessions too.
import { readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../peers/process.js';
import { baseSettings, type Gateway, login, on, ports, startFtpd, startGateway, SUMMARY } from './reload-rig.js';

async function start(logging: (folder: string) => Readonly<Record<string, unknown>> = () => ({})) {
  const base = await baseSettings(await startFtpd());
  const [port] = (await ports(1)) as [number];
  const gateway = await startGateway(base, on(port));
  if (Object.keys(logging('')).length > 0) {
    gateway.configure({ ...on(port), logging: logging(gateway.folder) });
    gateway.signal('SIGHUP');
  }
  return { gateway, port };
}

const inFile = (file: string, wanted: RegExp): Promise<string> =>
  until(`${String(wanted)} in ${file}`, 20, () => {
    try {
      const text = readFileSync(file, 'utf8');
      return Promise.resolve(wanted.test(text) ? text : undefined);
    } catch {
      return Promise.resolve(undefined);
    }
  });

const summaries = (text: string): number => text.split('\n').filter((line) => SUMMARY.test(line)).length;

const leadsTo = (gateway: Gateway, file: string): number =>
  gateway.descriptors().filter((each) => each === file).length;

test('debugging output and categories are switched on and off for a session that is there', async () => {
  const { gateway, port } = await start();
  const client = await login(port);
  const quiet = gateway.output().length;
  await client.says('PWD', 257);
  await gateway.reload({ ...on(port), logging: { debugLevel: 3 } });
  expect(gateway.output().slice(quiet)).not.toMatch(/session 1 .*PWD/);
  const loud = gateway.output().length;
  await client.says('PWD', 257);
  expect(await gateway.says(/session 1 .*PWD/, loud)).toBeTruthy();
  gateway.configure({ ...on(port), logging: { events: ['errors', 'warnings'] } });
  gateway.signal('SIGHUP');
  await until('silence', 20, async () => {
    const from = gateway.output().length;
    await client.says('PWD', 257);
    return gateway.output().length === from ? true : undefined;
  });
});

test('from standard output to a file and back, many times, without residue', async () => {
  const { gateway, port } = await start();
  const file = path.join(gateway.folder, 'sftpd.log');
  const client = await login(port);
  await gateway.hangUp();
  const before = gateway.descriptors().length;
  for (let round = 1; round <= 15; round++) {
    gateway.configure({ ...on(port), logging: { destination: 'file', file } });
    gateway.signal('SIGHUP');
    await until('the summary', 20, () => Promise.resolve(summaries(readLog(file)) === round ? true : undefined));
    const from = gateway.output().length;
    await client.says('PWD', 257);
    expect(gateway.output().slice(from)).toBe('');
    await gateway.reload(on(port));
  }
  await until('the end of the old files', 20, () => Promise.resolve(leadsTo(gateway, file) === 0 ? true : undefined));
  expect(gateway.descriptors()).toHaveLength(before);
});

test('logrotate: the file is renamed, and after SIGHUP a new one is written and the old one is closed', async () => {
  const { gateway, port } = await start((folder) => ({ destination: 'file', file: path.join(folder, 'sftpd.log') }));
  const [file, rotated] = ['sftpd.log', 'sftpd.log.1'].map((name) => path.join(gateway.folder, name)) as [
    string,
    string,
  ];
  await inFile(file, /generation 2/);
  const client = await login(port);
  renameSync(file, rotated);
  gateway.signal('SIGHUP');
  await inFile(file, /reload ok: generation 3 /);
  await until('the end of the old file', 20, () => Promise.resolve(leadsTo(gateway, rotated) === 0 ? true : undefined));
  expect(leadsTo(gateway, file)).toBe(1);
  await client.says('QUIT', 221);
  await inFile(file, /session 1 .*disconnected/);
  const [old, current] = [readLog(rotated), readLog(file)];
  expect(old).toMatch(/session 1 .*connected/);
  expect([summaries(old), summaries(current)]).toEqual([1, 1]);
});

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
