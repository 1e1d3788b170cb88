/**
 * The program itself, as root, on what it takes for the machine: /etc and /var are copies that only it sees (a mount
 * namespace of its own), so useradd and its like are the real ones.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { picture } from './tree.js';

const program = path.resolve(import.meta.dirname, '../../dist/src/setup/main.js');
const able =
  process.getuid?.() === 0 && existsSync(program) && spawnSync('unshare', ['-m', 'useradd', '--help']).status === 0;

describe.runIf(able)('as root in a copy of /etc', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'sftpd-setup-live-'));
    for (const name of [
      'passwd',
      'group',
      'shadow',
      'gshadow',
      'services',
      'login.defs',
      'nsswitch.conf',
      'pam.d',
      'ld.so.cache',
    ]) {
      if (existsSync(`/etc/${name}`)) cpSync(`/etc/${name}`, path.join(root, 'etc', name), { recursive: true });
    }
    mkdirSync(path.join(root, 'var/lib'), { recursive: true });
    mkdirSync(path.join(root, 'etc/xinetd.d'));
    writeFileSync(path.join(root, 'answers.yaml'), 'start: xinetd\nkeyBits: 1024\nprogram: /usr/local/bin/sftpd\n');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function run(argv: readonly string[], first = ''): { status: number | null; output: string } {
    const script = `mount --bind "$0/etc" /etc && mount --bind "$0/var" /var && ${first} cp "$0/answers.yaml" /var/answers.yaml && exec "$@"`;
    const words = ['-m', 'sh', '-c', script, root, process.execPath, program, ...argv];
    const { status, stdout, stderr } = spawnSync('unshare', words, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '' },
    });
    rmSync(path.join(root, 'var/answers.yaml'), { force: true });
    return { status, output: stdout + stderr };
  }
  /** useradd keeps copies of what it changes (passwd-), and locks. */
  const stable = () =>
    Object.fromEntries(Object.entries(picture(root)).filter(([name]) => !/-$|\.lock$|sub[ug]id|\.$/.test(name)));

  test('makes the user with useradd, once, and takes all of it back', () => {
    const before = stable();
    const made = run(['--answers', '/var/answers.yaml']);
    expect(made.output).toMatch(/run groupadd --system safetp\n {2}run useradd --system --gid safetp .* safetp\n/);
    expect(made.status).toBe(0);
    const passwd = readFileSync(path.join(root, 'etc/passwd'), 'utf8');
    const [, uid, gid] = /^safetp:x:(\d+):(\d+):SafeTP gateway:\/var\/lib\/sftpd:\/usr\/sbin\/nologin$/m.exec(passwd)!;
    expect(picture(root)['var/lib/sftpd/DSA/private.pem']).toMatch(new RegExp(`^100600 ${uid}:${gid} -----BEGIN`));
    expect(run(['--yes']).output).toContain('Nothing to do: all is as the answers say.\n');
    const removed = run(['--uninstall', '--purge-key', '--yes']);
    expect(removed.output).toMatch(/run userdel safetp\n[^]*Done\.\n$/);
    expect(stable()).toEqual(before);
  });

  test('a read-only directory: the user goes too', () => {
    const before = stable();
    const failed = run(['--answers', '/var/answers.yaml'], 'mount -t tmpfs -o ro none /etc/xinetd.d &&');
    expect(failed.output).toMatch(
      /EROFS: read-only file system[^\n]*\nWhat this run had done is taken back: all is as before\.\n$/,
    );
    expect(failed.status).toBe(1);
    expect(stable()).toEqual(before);
  });

  test('anybody but root is told so before anything is asked', () => {
    const words = ['--reuid', '65534', '--clear-groups', process.execPath, program, '--yes'];
    const { status, stderr } = spawnSync('setpriv', words, { encoding: 'utf8' });
    expect(stderr).toBe(
      'sftpd-setup: this must be run as root (or with --dry-run, or with --root PREFIX)\nNothing was changed.\n',
    );
    expect(status).toBe(1);
  });
});
