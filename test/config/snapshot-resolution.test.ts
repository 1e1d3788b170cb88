import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/config/diagnostics.js';
import { type LoadOptions, loadConfiguration } from '../../src/config/load.js';
import { permits } from '../../src/config/networks.js';
import { MACHINE } from './machine.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-config-'));
const file = path.join(folder, 'sftpd.yaml');

async function load(text: string, options: LoadOptions = {}) {
  writeFileSync(file, text);
  const loaded = await loadConfiguration(file, { machine: MACHINE, ...options });
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.error));
  return loaded.value.snapshot;
}

describe('a snapshot', () => {
  it('is the defaults, resolved, for an empty file', async () => {
    expect(await load('# nothing\n')).toMatchObject({
      generation: 1,
      file,
      workdir: '/var/lib/sftpd',
      listeners: [
        {
          address: '::',
          port: 21,
          externalAddress: null,
          ftpd: { host: '127.0.0.1', port: 351, connectTimeout: 10_000 },
          control: { cleartext: 'allow', banner: null, idleTimeout: 900_000, authTimeout: 60_000 },
          data: { protection: 'clear', passivePorts: null, maxBlock: 1_048_576, stallTimeout: 300_000 },
        },
      ],
      logging: { destination: { kind: 'stdout' }, events: 0xbf, debugLevel: 0, securityData: false },
      limits: { sessions: 1000, sessionsPerAddress: 50, handshakesPerSecond: 50, loginFailures: 5, drain: 60_000 },
      access: { allow: [], deny: [] },
    });
  });

  it('holds durations in milliseconds, sizes in octets, ports as numbers, paths absolute, the mask as a number', async () => {
    const snapshot = await load(
      [
        'workdir: keys',
        'listeners: [{ address: 127.0.0.1, port: safetp }, { address: "::1", port: 0, externalAddress: 198.51.100.7 }]',
        'ftpd: { host: localhost, port: 2100, connectTimeout: 500ms }',
        'control: { banner: Hello, idleTimeout: 2h }',
        'data: { passivePorts: 40000-41999, maxBlock: 64KiB }',
        'logging: { destination: file, file: log/sftpd.log, events: [errors, timestamp] }',
        'access: { allow: [192.0.2.0/24], deny: [] }',
      ].join('\n'),
      { generation: 7 },
    );
    expect(snapshot).toMatchObject({
      generation: 7,
      workdir: path.join(folder, 'keys'),
      listeners: [
        {
          address: '127.0.0.1',
          port: 21,
          externalAddress: null,
          ftpd: { host: 'localhost', port: 2100, connectTimeout: 500 },
        },
        {
          address: '::1',
          port: 0,
          externalAddress: '198.51.100.7',
          control: { banner: 'Hello', idleTimeout: 7_200_000 },
        },
      ],
      logging: { destination: { kind: 'file', file: path.join(folder, 'log/sftpd.log') }, events: 0x81 },
    });
    expect(snapshot.listeners[0]?.data).toMatchObject({
      passivePorts: { low: 40_000, high: 41_999 },
      maxBlock: 65_536,
    });
    expect(permits(snapshot.access, '::ffff:192.0.2.7')).toBe(true);
    expect(permits(snapshot.access, '198.51.100.1')).toBe(false);
  });

  it('takes the mask of 0xbf as a number too, and a maxBlock in octets', async () => {
    const snapshot = await load('logging: { events: 0x81 }\ndata: { maxBlock: 256 }\n');
    expect(snapshot.logging.events).toBe(0x81);
    expect(snapshot.listeners[0]?.data.maxBlock).toBe(256);
  });

  it('denies cleartext whenever data must be private', async () => {
    const [listener] = (await load('data: { protection: private }\n')).listeners;
    expect(listener?.control.cleartext).toBe('deny');
    const [safe] = (await load('data: { protection: safe }\n')).listeners;
    expect(safe?.control.cleartext).toBe('allow');
  });

  it('is frozen all the way down', async () => {
    const check = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(check);
    };
    check(await load('access: { allow: [10.0.0.0/8] }\n'));
  });

  it('resolves raw-ftp to 351 and safetp to 21 where /etc/services has neither', async () => {
    const machine = { ...MACHINE, services: new Map<string, number>() };
    const [listener] = (await load('listeners: [{ port: safetp }]\n', { machine })).listeners;
    expect([listener?.port, listener?.ftpd.port]).toEqual([21, 351]);
  });

  it('reads this machine where it is told of none', async () => {
    writeFileSync(file, 'ftpd: { port: raw-ftp }\n');
    const loaded = await loadConfiguration(file);
    expect(loaded.ok).toBe(true);
  });
});

describe('flags laid over the file', () => {
  it('replace what the file says', async () => {
    const snapshot = await load('data: { passivePorts: 1-5, maxBlock: 256 }\n', {
      patches: [
        { flag: '-r40000-41999', path: ['data', 'passivePorts'], value: '40000-41999' },
        { flag: '-p2121', path: ['listeners'], value: [{ port: 2121 }] },
      ],
    });
    expect(snapshot.listeners).toMatchObject([{ port: 2121, data: { passivePorts: { low: 40_000 }, maxBlock: 256 } }]);
  });

  it('are named where they are wrong, together with what is wrong in the file', async () => {
    writeFileSync(file, 'data: { maxBlock: 1 }\n');
    const loaded = await loadConfiguration(file, {
      machine: MACHINE,
      patches: [{ flag: '-r5-1', path: ['data', 'passivePorts'], value: '5-1' }],
    });
    expect(loaded.ok ? '' : formatDiagnostics(loaded.error)).toBe(
      `${file}:1:19: data.maxBlock: found 1, expected a size from 256 to 1048576 octets: a number, or digits and a unit, as in 64KiB, 1MiB\n` +
        '-r5-1: data.passivePorts: found "5-1", expected a range of ports from 1 to 65535, low end first, as in 40000-40999\n',
    );
  });
});
