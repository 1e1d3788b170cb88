/** What an administrator has changed since, or had there before, is left and named. */
import { appendFileSync, chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runKeygen } from '../../src/keys/keygen.js';
import { get, install, makeTree, picture, put, setup } from './tree.js';

const uninstall = (root: string) => setup(root, ['--uninstall', '--purge-key', '--yes']);

test('changed files stay at the second run and at the end; the journal goes once they are gone', async () => {
  const root = makeTree();
  const before = picture(root);
  await install(root, { start: 'systemd' });
  appendFileSync(path.join(root, 'etc/sftpd.yaml'), '# mine\n');
  appendFileSync(path.join(root, 'etc/systemd/system/sftpd.service'), '# mine\n');
  const changed = picture(root);
  const again = await setup(root, ['--yes']);
  expect(again).toEqual({
    status: 0,
    stdout:
      `Note: ${root}/etc/sftpd.yaml was changed since sftpd-setup wrote it and stays as it is: the answers do not reach it\n` +
      `Note: ${root}/etc/systemd/system/sftpd.service was changed since sftpd-setup wrote it and stays as it is\n` +
      'Nothing to do: all is as the answers say.\n',
    stderr: '',
  });
  expect(picture(root)).toEqual(changed);

  const { stdout } = await uninstall(root);
  for (const name of ['etc/sftpd.yaml', 'etc/systemd/system/sftpd.service']) {
    expect(stdout).toContain(`Note: ${root}/${name} was changed since: remove it yourself if it is not needed\n`);
    expect(get(root, name)).toMatch(/# mine\n$/);
    rmSync(path.join(root, name));
  }
  await uninstall(root);
  expect(picture(root)).toEqual(before);
});

test('lines of ours go out from among lines of others', async () => {
  const root = makeTree();
  const before = picture(root);
  await install(root, { start: 'inetd' });
  for (const name of ['services', 'inetd.conf', 'passwd'])
    appendFileSync(path.join(root, 'etc', name), `# after, in ${name}\n`);
  await uninstall(root);
  const contentOf = (name: string) => before[name]!.replace(/^\S+ \S+ /, '');
  // The last line had no line end; the one it was given stays, as a line follows.
  expect(get(root, 'etc/services')).toBe(`${contentOf('etc/services')}\n# after, in services\n`);
  expect(get(root, 'etc/inetd.conf')).toBe(`${contentOf('etc/inetd.conf')}# after, in inetd.conf\n`);
  expect(get(root, 'etc/passwd')).toBe(`${contentOf('etc/passwd')}# after, in passwd\n`);
});

test('lines of ours that were changed stay; lines that were taken out are no trouble', async () => {
  const root = makeTree();
  await install(root, { start: 'inetd' });
  put(root, 'etc/services', get(root, 'etc/services').replace('raw-ftp         351', 'raw-ftp         352'));
  put(root, 'etc/inetd.conf', get(root, 'etc/inetd.conf').replace(/# begin[^]*/, ''));
  const services = get(root, 'etc/services');
  const { stdout, status } = await uninstall(root);
  expect(status).toBe(0);
  expect(stdout).toContain(`Note: ${root}/etc/services has lines of sftpd-setup that were changed since\n`);
  expect(get(root, 'etc/services')).toBe(services);
});

test('another key than the one that was made is never removed', async () => {
  const root = makeTree();
  await install(root);
  runKeygen(['-y', path.join(root, 'var/lib/sftpd'), '--bits', '1024', '--force']);
  const key = get(root, 'var/lib/sftpd/DSA/private.pem');
  const { stdout } = await uninstall(root);
  expect(stdout).toContain(
    `Note: ${root}/var/lib/sftpd/DSA holds another key than sftpd-setup made: remove it yourself\n`,
  );
  expect(get(root, 'var/lib/sftpd/DSA/private.pem')).toBe(key);
});

test('a directory into which others put something stays', async () => {
  const root = makeTree();
  await install(root);
  put(root, 'var/lib/sftpd/notes.txt', 'mine');
  const { stdout } = await uninstall(root);
  expect(stdout).toContain(`Note: ${root}/var/lib/sftpd is not empty: notes.txt\n`);
  expect(get(root, 'var/lib/sftpd/notes.txt')).toBe('mine');
});

test('a program that has moved is followed by the entries that name it', async () => {
  for (const start of ['systemd', 'inetd', 'xinetd']) {
    const root = makeTree();
    const before = picture(root);
    await install(root, { start, program: null });
    const journal = get(root, 'var/lib/sftpd-setup/journal.json');
    // As if an older sftpd-setup, installed elsewhere, had done it.
    for (const name of Object.keys(picture(root))) {
      if (!/safetp|sftpd\.service|inetd\.conf$/.test(name) || !picture(root)[name]!.startsWith('100')) continue;
      put(root, name, get(root, name).replaceAll('--config /etc', '-y/old --config /etc'));
    }
    put(root, 'var/lib/sftpd-setup/journal.json', journal.replaceAll('--config /etc', '-y/old --config /etc'), 0o600);
    const { stdout, status } = await setup(root, ['--yes']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/ (write|change|take lines out of) /);
    expect(Object.entries(picture(root)).filter(([, text]) => text.includes('-y/old'))).toEqual([]);
    await uninstall(root);
    expect(picture(root)).toEqual(before);
  }
});

const REFUSALS: readonly (readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  answers: object,
  error: RegExp,
])[] = [
  [
    'a service name that means another port',
    { 'etc/services': 'safetp 353/tcp\n' },
    {},
    /etc\/services: safetp is 353\/tcp there, and port is 21: answer port: 353, or take the entry out/,
  ],
  [
    'an inetd that serves the port',
    { 'etc/inetd.conf': '# x\nftp stream tcp nowait root /usr/sbin/tcpd in.ftpd\n' },
    { start: 'inetd' },
    /etc\/inetd\.conf:2: port 21 is served there already \(ftp stream .*\): give that ftpd the service raw-ftp in the place of ftp/,
  ],
  [
    'an xinetd that serves the port',
    { 'etc/xinetd.d/ftp': 'service ftp\n{\n\tserver = /usr/sbin/in.ftpd\n}\n' },
    { start: 'xinetd' },
    /etc\/xinetd\.d\/ftp: service ftp has port 21 already: write disable = yes there/,
  ],
  [
    'a key that is none',
    { 'var/lib/sftpd/DSA/private.pem': 'no key' },
    {},
    /private\.pem is no private key in PEM without a passphrase\. Make another: sftpd-keygen --force/,
  ],
  [
    'a directory in the place of a file',
    { 'etc/sftpd.yaml/x': '' },
    {},
    /etc\/sftpd\.yaml is not a regular file: move it away/,
  ],
  [
    'a file in the place of a directory',
    { 'var/lib/sftpd': '' },
    {},
    /var\/lib\/sftpd is in the way: a directory belongs there/,
  ],
  [
    'a journal of another version',
    { 'var/lib/sftpd-setup/journal.json': '{"version":9}' },
    {},
    /is of version 9, not 1: without it/,
  ],
  [
    'answers that do not go together',
    {},
    { port: 351 },
    /these answers do not go together:\nftpdPort: ftpd\.port: port 351 is where listener 1 listens: sftpd would connect to itself/,
  ],
];

test.each(REFUSALS)('%s is an error before anything is changed', async (_what, files, answers, error) => {
  const root = makeTree(files);
  for (const [name, mode] of [
    ['DSA', 0o700],
    ['DSA/private.pem', 0o600],
  ] as const) {
    const file = path.join(root, 'var/lib/sftpd', name);
    if (existsSync(file)) chmodSync(file, mode);
  }
  const before = picture(root);
  const run = await install(root, { start: 'none', ...answers });
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(error);
  expect(run.stderr).toMatch(/\nNothing was changed\.\n$/);
  expect(picture(root)).toEqual(before);
});

test('links are not written through: they may lead out of the tree', async () => {
  for (const name of ['etc/services', 'var']) {
    const root = makeTree();
    rmSync(path.join(root, name), { recursive: true, force: true });
    symlinkSync('/tmp', path.join(root, name));
    const run = await install(root);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain(`${root}/${name} is a symbolic link to /tmp: sftpd-setup writes through no link`);
  }
});

test('other answers than last time are refused: what they would undo is in the journal, not in the answers', async () => {
  const root = makeTree();
  await install(root, { start: 'systemd' });
  const before = picture(root);
  const run = await install(root, { start: 'inetd', port: 353 });
  expect(run.stderr).toBe(
    'sftpd-setup: sftpd is set up here with other answers (start: systemd then, inetd now; port: 21 then, 353 now): ' +
      'change /etc/sftpd.yaml by hand, or take it back first with sftpd-setup --uninstall, which keeps the key\n' +
      'Nothing was changed.\n',
  );
  expect(picture(root)).toEqual(before);
});
