/** The worked examples pass the checks, without a warning, and are what they say they are. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/config/diagnostics.js';
import { type Loaded, loadConfiguration } from '../../src/config/load.js';
import { MACHINE } from './machine.js';

const folder = fileURLToPath(new URL('../../etc/examples/', import.meta.url));

async function load(name: string): Promise<Loaded> {
  const loaded = await loadConfiguration(`${folder}${name}.yaml`, { machine: MACHINE, inetd: name === 'under-inetd' });
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.error));
  return loaded.value;
}

/** What each example is about. */
const PROMISES: Readonly<Record<string, object>> = {
  'plain-replacement': { listeners: [{ port: 21, ftpd: { port: 351 }, control: { cleartext: 'allow' } }] },
  'behind-nat': {
    listeners: [{ externalAddress: '203.0.113.10', data: { passivePorts: { low: 40_000, high: 40_999 } } }],
  },
  'encryption-required': {
    listeners: [{ control: { cleartext: 'deny' }, data: { protection: 'private', relay: 'always' } }],
  },
  'anonymous-in-clear': { listeners: [{ control: { cleartext: 'anonymous-only' }, data: { protection: 'clear' } }] },
  'two-ftpds': {
    listeners: [
      { port: 21, ftpd: { port: 351, connectTimeout: 5000 }, control: { cleartext: 'anonymous-only' } },
      {
        port: 353,
        ftpd: { port: 352, connectTimeout: 5000 },
        control: { cleartext: 'deny', idleTimeout: 1_800_000 },
        data: { protection: 'private' },
      },
    ],
  },
  'under-inetd': {
    workdir: '/home/safetp',
    listeners: [{ ftpd: { port: 351 } }],
    logging: { destination: { kind: 'syslog' } },
  },
  'under-systemd': { listeners: [{ address: '::', port: 21 }], logging: { destination: { kind: 'stdout' } } },
};

describe('etc/examples', () => {
  it('are the seven that are promised', () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(PROMISES)
        .map((name) => `${name}.yaml`)
        .sort(),
    );
  });

  it.each(Object.keys(PROMISES))('%s', async (name) => {
    const { snapshot, warnings } = await load(name);
    expect(formatDiagnostics(warnings)).toBe('');
    expect(snapshot).toMatchObject(PROMISES[name]!);
    const [first] = readFileSync(`${folder}${name}.yaml`, 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=../../schemas/sftpd.schema.json');
  });
});
