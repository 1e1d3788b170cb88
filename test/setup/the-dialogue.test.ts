/** What a person sees and types. */
import { expect, test } from 'vitest';
import { get, makeTree, picture, setup } from './tree.js';

/** Ten times Enter. */
const DEFAULTS = Array.from({ length: 10 }, () => '');

test('each question has a line of explanation and a default; Enter takes it', async () => {
  const root = makeTree();
  const before = picture(root);
  const { status, stdout } = await setup(root, [], { lines: [...DEFAULTS, 'no'] });
  expect(status).toBe(1);
  expect(stdout).toContain(
    '\nThe port clients connect to: 21, where FTP is expected, or 353, which the manual\n' +
      'suggests instead.\nPort for clients [21]: \n',
  );
  expect(stdout.split('\n').filter((line) => line.length > 80 && !line.includes('/tmp/'))).toEqual([]);
  expect(stdout.match(/^[A-Z][a-z ]+ \[.+\]: $/gm)).toEqual([
    'Started by [systemd]: ',
    'Port for clients [21]: ',
    'Address of the ftpd [127.0.0.1]: ',
    'Port of the ftpd [351]: ',
    'User [safetp]: ',
    'Work directory [/var/lib/sftpd]: ',
    'Cleartext sessions [allow]: ',
    'Protection of transfers [clear]: ',
    'External address [none]: ',
    'Passive ports [none]: ',
  ]);
  expect(stdout).toMatch(/\nsftpd-setup will do this:\n( {2}.*\n)+/);
  expect(stdout).toMatch(/Go ahead\? \(yes, no, or diff to see each file\) \[no\]: no\nNothing was changed\.\n$/);
  expect(picture(root)).toEqual(before);
});

test('a wrong answer is explained and asked for again', async () => {
  const root = makeTree();
  const typed = [
    'initd',
    'inetd',
    '0',
    '353',
    'not a host',
    '',
    'x',
    '3510',
    'Root',
    'gate',
    'var',
    '',
    '',
    'privat',
    'private',
  ];
  const more = ['1.2.3', '192.0.2.1', '9-1', '40000-41000', 'what', 'diff', 'yes'];
  const { status, stdout, stderr } = await setup(root, [], { lines: [...typed, ...more] });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  for (const line of [
    'found "initd", expected auto, systemd, inetd, xinetd or none (did you mean inetd?)',
    'found 0, expected a port from 1 to 65535',
    'found "not a host", expected an address or a host name',
    'found "x", expected a port from 1 to 65535',
    'found "Root", expected the name of a user, as useradd takes it (small letters, digits, _ and -), other than root',
    'found "var", expected an absolute path of plain characters (letters, digits and . _ - + @ /)',
    'found "privat", expected clear, safe or private (did you mean private?)',
    'found "1.2.3", expected an IPv4 or IPv6 address, or null',
    'found "9-1", expected a range of ports from 1 to 65535, low end first, as in 40000-40999',
  ]) {
    expect(stdout.replaceAll('\n', ' ')).toContain(` ${line} `);
  }
  expect(stdout).toContain('\n--- a/etc/services\n+++ b/etc/services\n');
  expect(stdout).toMatch(/\nDone\. The key/);
  expect(get(root, 'etc/inetd.conf')).toContain('safetp\tstream\ttcp\tnowait\tgate\t');
  expect(get(root, 'etc/sftpd.yaml')).toMatch(/\n {2}protection: private\n/);
  const again = await setup(root, [], { lines: DEFAULTS });
  expect(again.stdout).toContain('Started by [inetd]: ');
  expect(again.stdout).toContain('External address [192.0.2.1]: ');
  expect(again.stdout).toMatch(/\nNothing to do: all is as the answers say\.\n$/);
});

test('going away is a no, at the questions and at the end', async () => {
  const root = makeTree();
  const before = picture(root);
  expect(await setup(root, [], { lines: ['', '353'] })).toMatchObject({
    status: 1,
    stderr: '\nsftpd-setup: the answers ended. Nothing was changed.\n',
  });
  expect(await setup(root, [], { lines: DEFAULTS })).toMatchObject({ status: 1 });
  expect(picture(root)).toEqual(before);
});

test('--uninstall asks too, and does nothing for anything but yes', async () => {
  const root = makeTree();
  const before = picture(root);
  await setup(root, [], { lines: [...DEFAULTS, 'yes'] });
  const made = picture(root);
  expect((await setup(root, ['--uninstall', '--purge-key'], { lines: [''] })).stdout).toMatch(
    /Nothing was changed\.\n$/,
  );
  expect(picture(root)).toEqual(made);
  expect(await setup(root, ['--uninstall', '--purge-key'], { lines: ['y'] })).toMatchObject({ status: 0 });
  expect(picture(root)).toEqual(before);
});
