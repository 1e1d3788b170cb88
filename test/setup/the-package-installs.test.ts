/** npm pack gives a package that npm install -g installs, programs and manual pages, and that works from there. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const project = path.resolve(import.meta.dirname, '..', '..');
const FOLDERS = ['src', 'schemas', 'scripts', 'docs', 'etc', 'examples', 'man'];
const SOURCES = [...FOLDERS, 'LICENSE', 'package.json', 'package-lock.json'];
const manifest = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly man: readonly string[];
};

let folder: string;
let installed: string;
let packed: readonly string[];

/** Runs an installed program; PATH leads to this Node. */
function run(program: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` };
  const { status, stdout, stderr } = spawnSync(path.join(installed, 'bin', program), args, { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('package.json lists the manual pages that there are', () => {
  const pages = readdirSync(path.join(project, 'man')).map((name) => `man/${name}`);
  expect([...manifest.man].sort()).toEqual(pages.sort());
});

describe('packed, and installed under a prefix', () => {
  // In a copy: packing starts from an empty dist/, and other suites run the programs that are in ours.
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sftpd-package-'));
    const copy = path.join(folder, 'copy');
    mkdirSync(copy);
    for (const name of [...SOURCES, 'tsconfig.json', 'tsconfig.build.json']) {
      cpSync(path.join(project, name), path.join(copy, name), { recursive: true });
    }
    symlinkSync(path.join(project, 'node_modules'), path.join(copy, 'node_modules'));
    // What is installed is as new as it says, and not to be installed again.
    utimesSync(path.join(copy, 'package-lock.json'), 0, 0);
    const options = { encoding: 'utf8', stdio: 'pipe' } as const;
    execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: copy, ...options });
    const archive = path.join(folder, `sftpd-${manifest.version}.tgz`);
    packed = execFileSync('tar', ['-tzf', archive], options).trim().split('\n');
    installed = path.join(folder, 'prefix');
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['install', '-g', '--prefix', installed, ...flags, archive], { cwd: folder, ...options });
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds what is needed and nothing else', () => {
    const tops = new Set(packed.map((name) => name.split('/').slice(1, 3).join('/')));
    const folders = ['dist/schemas', 'dist/src', 'schemas/sftpd.schema.json', 'LICENSE', 'package.json'];
    expect([...tops].filter((name) => !/^(docs|etc|examples|man)\//.test(name)).sort()).toEqual(folders.sort());
    // The declarations are the library's: see test/client/the-library-is-used-from-outside.test.ts.
    expect(packed.filter((name) => /\.(map|(?<!\.d\.)ts|test\.js)$|\/test\//.test(name))).toEqual([]);
    expect(packed).toContain('package/etc/sftpd.yaml');
  });

  test('every program says its version and its usage', () => {
    for (const program of Object.keys(manifest.bin)) {
      expect(run(program, '--version')).toEqual({ status: 0, stdout: `${program} ${manifest.version}\n`, stderr: '' });
      const { status, stdout } = run(program, '--help');
      expect([program, status, stdout]).toEqual([program, 0, expect.stringMatching(/^usage: /i)]);
    }
  });

  test('every manual page is where man(1) looks for it, and is one', () => {
    for (const page of manifest.man) {
      const name = path.basename(page);
      const file = path.join(installed, 'share/man', `man${name.slice(-1)}`, name);
      expect(existsSync(file), file).toBe(true);
      expect(readFileSync(file, 'utf8')).toMatch(/^\.Dd /m);
    }
  });

  test('makes a key, and checks a configuration that sftpd-setup has written', () => {
    const root = path.join(folder, 'root');
    const workdir = path.join(folder, 'work');
    expect(run('sftpd-keygen', '-y', workdir, '--bits', '1024')).toMatchObject({ status: 0, stderr: '' });
    mkdirSync(path.join(root, 'etc/systemd/system'), { recursive: true });
    const setup = run('sftpd-setup', '--yes', '--root', root);
    expect(setup).toMatchObject({ status: 0, stderr: '' });
    const unit = readFileSync(path.join(root, 'etc/systemd/system/sftpd.service'), 'utf8');
    // The link in bin/, which stays when npm puts a new version behind it.
    expect(unit).toContain(`${path.join(installed, 'bin/sftpd')} --config /etc/sftpd.yaml\n`);
    const config = path.join(root, 'etc/sftpd.yaml');
    const text = readFileSync(config, 'utf8');
    const schema = /\$schema=(\S+)/.exec(text)?.[1] ?? '';
    expect(existsSync(schema), schema).toBe(true);
    const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
    const checked = run('sftpd', '--check', '--config', config, '-y', workdir);
    // Root is told of a user it cannot become yet; anybody else stays who he is.
    expect(checked.stderr).toMatch(user === 'root' ? /^(sftpd: user: there is no user safetp, so .*\n)?$/ : /^$/);
    expect(checked.status).toBe(0);
    expect(run('sftpd-setup', '--uninstall', '--purge-key', '--yes', '--root', root)).toMatchObject({ status: 0 });
    expect(readdirSync(root, { recursive: true })).toHaveLength(3);
  });
});
