/** For each way to start sftpd: set up, set up again without a change, taken back to the last byte and mode. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatDiagnostics } from '../../src/config/diagnostics.js';
import { loadConfiguration } from '../../src/config/load.js';
import { loadServerKey } from '../../src/keys/key-store.js';
import { get, install, makeTree, picture, PROGRAM, put, setup } from './tree.js';

const services = (port: number) =>
  `\n# begin sftpd-setup\nsafetp          ${port}/tcp\nraw-ftp         351/tcp\n# end sftpd-setup\n`;

/** What each start adds beside what all add. */
const STARTS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  systemd: {
    'etc/systemd/system/sftpd.socket': /\nListenStream=2121\n/,
    'etc/systemd/system/sftpd.service': new RegExp(`\\nUser=safetp\\nExecStart=${PROGRAM} --config /etc/sftpd.yaml\\n`),
  },
  inetd: {
    'etc/inetd.conf': new RegExp(
      `\\n# begin sftpd-setup\\nsafetp\\tstream\\ttcp\\tnowait\\tsafetp\\t${PROGRAM}\\tsftpd -s --config /etc/sftpd.yaml\\n# end sftpd-setup\\n$`,
    ),
  },
  xinetd: { 'etc/xinetd.d/safetp': /\tport += 2121\n[^]*\tserver_args += -s --config \/etc\/sftpd.yaml\n/ },
  none: {},
};

describe.each(Object.entries(STARTS))('started by %s', (start, added) => {
  test('is set up once, and taken back', async () => {
    const root = makeTree();
    const before = picture(root);

    const first = await install(root, { start, port: 2121 });
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/\nDone\. The key, for clients to compare: SHA256:\S{43}\n\nNext, on the machine of /);
    for (const [name, content] of Object.entries(added)) expect(get(root, name)).toMatch(content);
    expect(get(root, 'etc/services')).toBe(`${before['etc/services']!.replace(/^\S+ \S+ /, '')}${services(2121)}`);
    expect(get(root, 'etc/passwd')).toMatch(
      /\nsafetp:x:997:997:SafeTP gateway:\/var\/lib\/sftpd:\/usr\/sbin\/nologin\n$/,
    );
    expect(get(root, 'etc/group')).toMatch(/\nsafetp:x:997:\n$/);
    expect(get(root, 'etc/shadow')).toMatch(/\nsafetp:!:\d+::::::\n$/);
    expect(get(root, 'etc/gshadow')).toMatch(/\nsafetp:!::\n$/);

    const mode = (name: string): string => (statSync(path.join(root, name)).mode & 0o7777).toString(8);
    const places = [
      'etc/sftpd.yaml',
      'etc/shadow',
      'var/lib/sftpd',
      'var/lib/sftpd/DSA',
      'var/lib/sftpd/DSA/private.pem',
    ];
    expect([...places, 'var/lib/sftpd-setup', 'var/lib/sftpd-setup/journal.json'].map(mode)).toEqual([
      '644',
      '640',
      '750',
      '700',
      '600',
      '700',
      '600',
    ]);
    if (process.getuid?.() === 0) {
      for (const place of places.slice(2))
        expect(statSync(path.join(root, place))).toMatchObject({ uid: 997, gid: 997 });
      expect(statSync(path.join(root, 'etc/sftpd.yaml'))).toMatchObject({ uid: 0, gid: 0 });
    }
    expect(loadServerKey(path.join(root, 'var/lib/sftpd'))).toMatchObject({ ok: true });

    const made = picture(root);
    const second = await install(root, { start, port: 2121 });
    expect(second).toEqual({ status: 0, stdout: 'Nothing to do: all is as the answers say.\n', stderr: '' });
    // The answers of last time are the defaults of this.
    expect((await setup(root, ['--yes'])).stdout).toBe(second.stdout);
    expect(picture(root)).toEqual(made);

    const removed = await setup(root, ['--uninstall', '--purge-key', '--yes']);
    expect(removed).toMatchObject({ status: 0, stderr: '' });
    expect(removed.stdout).not.toContain('Note:');
    expect(picture(root)).toEqual(before);
    expect((await setup(root, ['--uninstall', '--yes'])).stdout).toBe('Nothing to take back.\n');
  });

  test('has a configuration that sftpd loads, with what was answered', async () => {
    const root = makeTree();
    const answers = {
      start,
      port: 353,
      ftpdPort: 3510,
      workdir: '/srv/safetp',
      user: 'gate',
      cleartext: 'deny',
      protection: 'safe',
      externalAddress: '203.0.113.9',
      passivePorts: '40000-41999',
    };
    expect(await install(root, answers)).toMatchObject({ status: 0 });
    const loaded = await loadConfiguration(path.join(root, 'etc/sftpd.yaml'), { inetd: start.includes('inetd') });
    if (!loaded.ok) throw new Error(formatDiagnostics(loaded.error));
    expect(loaded.value.warnings).toEqual([]);
    expect(loaded.value.snapshot).toMatchObject({
      workdir: '/srv/safetp',
      user: 'gate',
      listeners: [
        {
          port: 353,
          externalAddress: '203.0.113.9',
          ftpd: { host: '127.0.0.1', port: 3510 },
          control: { cleartext: 'deny' },
          data: { protection: 'safe', passivePorts: { low: 40_000, high: 41_999 } },
        },
      ],
      logging: { destination: { kind: start.includes('inetd') ? 'syslog' : 'stdout' } },
    });
  });
});

test('an empty tree is set up and is empty again', async () => {
  const root = makeTree();
  const { rmSync, mkdirSync } = await import('node:fs');
  rmSync(root, { recursive: true });
  mkdirSync(root);
  const before = picture(root);
  expect(await install(root)).toMatchObject({ status: 0 });
  // No shadow files are made where there are none.
  expect(Object.keys(picture(root)).filter((name) => name.startsWith('etc/'))).toEqual([
    'etc/group',
    'etc/passwd',
    'etc/services',
    'etc/sftpd.yaml',
  ]);
  expect(await setup(root, ['--uninstall', '--purge-key', '--yes'])).toMatchObject({ status: 0 });
  expect(picture(root)).toEqual(before);
});

test('a user, a key and entries that are there already are used, and stay', async () => {
  const root = makeTree({ 'etc/services': 'ftp 21/tcp safetp\nraw-ftp 351/tcp\n' });
  put(root, 'etc/passwd', `${get(root, 'etc/passwd')}safetp:x:700:4::/home/safetp:/bin/false\n`);
  const { runKeygen } = await import('../../src/keys/keygen.js');
  runKeygen(['-y', path.join(root, 'home/safetp'), '--bits', '1024']);
  const before = picture(root);
  const { stdout, status } = await install(root, { start: 'inetd', workdir: '/home/safetp' });
  expect(status).toBe(0);
  expect(stdout).not.toMatch(/etc\/(passwd|group|services|shadow)|DSA key/);
  if (process.getuid?.() === 0) {
    expect(statSync(path.join(root, 'home/safetp/DSA/private.pem'))).toMatchObject({ uid: 700, gid: 4 });
  }
  expect(await setup(root, ['--uninstall', '--yes'])).toMatchObject({ status: 0 });
  expect(picture(root)).toEqual(before);
});

test('without --purge-key the key stays, with its user, and is used by the next installation', async () => {
  const root = makeTree();
  const before = picture(root);
  await install(root, { start: 'systemd' });
  const key = get(root, 'var/lib/sftpd/DSA/private.pem');
  const { stdout } = await setup(root, ['--uninstall', '--yes']);
  expect(stdout).toContain(
    `Note: ${root}/var/lib/sftpd/DSA stays, with the key and the user it belongs to: sftpd-setup --uninstall --purge-key removes them\n`,
  );
  expect(stdout.match(/Note:/g)).toHaveLength(1);
  const kept = Object.keys(picture(root)).filter((name) => before[name] !== picture(root)[name]);
  expect(kept).toEqual([
    'etc/group',
    'etc/gshadow',
    'etc/passwd',
    'etc/shadow',
    'var',
    'var/lib',
    'var/lib/sftpd',
    'var/lib/sftpd-setup',
    'var/lib/sftpd-setup/journal.json',
    'var/lib/sftpd/DSA',
    'var/lib/sftpd/DSA/private.pem',
    'var/lib/sftpd/DSA/public.pem',
  ]);
  expect(await install(root, { start: 'inetd', port: 353 })).toMatchObject({ status: 0 });
  expect(get(root, 'var/lib/sftpd/DSA/private.pem')).toBe(key);
  expect(await setup(root, ['--uninstall', '--purge-key', '--yes'])).toMatchObject({ status: 0 });
  expect(picture(root)).toEqual(before);
});
