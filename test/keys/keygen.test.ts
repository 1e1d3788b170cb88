import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programVersion } from '../../src/cli/version.js';
import { writeAtomically } from '../../src/keys/atomic-file.js';
import { parseArguments, USAGE } from '../../src/keys/arguments.js';
import { keyPaths } from '../../src/keys/key-files.js';
import { loadServerKey } from '../../src/keys/key-store.js';
import { runKeygen } from '../../src/keys/keygen.js';
import { shellWord } from '../../src/lib/shell-word.js';

let workdir: string;
const paths = () => keyPaths(workdir);
const mode = (path: string) => statSync(path).mode & 0o777;
const make = (...more: string[]) => runKeygen(['-y', workdir, '--bits', '1024', ...more]);
const failure = () => {
  const key = loadServerKey(workdir);
  return key.ok ? undefined : key.error;
};

beforeEach(() => {
  workdir = mkdtempSync(join(tmpdir(), 'sftpd-keygen-'));
});
afterEach(() => {
  rmSync(workdir, { recursive: true, force: true });
});

describe('sftpd-keygen', () => {
  it('makes a key that loads, closed to others whatever the umask', () => {
    const before = process.umask(0);
    try {
      const made = make();
      expect(made).toMatchObject({ exitCode: 0, stderr: '' });
      expect([mode(paths().folder), mode(paths().privateFile), mode(paths().publicFile)]).toEqual([
        0o700, 0o600, 0o644,
      ]);
      const key = loadServerKey(workdir);
      expect(key.ok && made.stdout).toBe(
        key.ok && `A DSA key of 1024 bits is in ${paths().folder}\n${key.value.fingerprint}\n`,
      );
      expect(readFileSync(paths().privateFile, 'latin1')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
      expect(readFileSync(paths().publicFile, 'latin1')).toMatch(/^-----BEGIN PUBLIC KEY-----/);
      expect(readdirSync(paths().folder).sort()).toEqual(['private.pem', 'public.pem']);
    } finally {
      process.umask(before);
    }
  });

  it('makes the work directory, and 2048 bits by default', () => {
    const made = runKeygen([`-y${join(workdir, 'a', 'b')}`]);
    expect(made.stdout).toMatch(/^A DSA key of 2048 bits is in .*\/a\/b\/DSA\nSHA256:[A-Za-z0-9+/]{43}\n$/);
  });

  it('refuses to overwrite, says how, and overwrites with --force', () => {
    const first = make().stdout;
    const before = readFileSync(paths().privateFile);
    const second = make();
    expect(second).toMatchObject({ exitCode: 1, stdout: '' });
    expect(second.stderr).toContain(`${paths().privateFile} is there already.`);
    expect(second.stderr).toContain(`sftpd-keygen --force -y ${workdir}`);
    expect(readFileSync(paths().privateFile).equals(before)).toBe(true);
    chmodSync(paths().folder, 0o755);
    const third = make('--force');
    expect(third.exitCode).toBe(0);
    expect(third.stdout).not.toBe(first);
    expect(mode(paths().folder)).toBe(0o700);
    expect(loadServerKey(workdir).ok).toBe(true);
    rmSync(paths().privateFile);
    expect(make().stderr).toContain(`${paths().publicFile} is there already.`);
  });

  it('shows the fingerprint and the public key', () => {
    const fingerprint = make().stdout.split('\n')[1]!;
    const shown = runKeygen(['--workdir', workdir, '--show']);
    expect(shown).toEqual({
      exitCode: 0,
      stdout: `${fingerprint}\n${readFileSync(paths().publicFile, 'latin1')}`,
      stderr: '',
    });
    expect(shown.stdout).not.toContain('PRIVATE');
  });

  it('shows nothing where nothing is', () => {
    const shown = runKeygen(['--show', `--workdir=${workdir}`]);
    expect(shown).toMatchObject({ exitCode: 1, stdout: '' });
    expect(shown.stderr).toContain(`sftpd-keygen -y ${workdir}`);
  });

  it('says so when it cannot write', () => {
    const file = join(workdir, 'file');
    writeFileSync(file, '');
    const made = runKeygen(['-y', file, '--bits', '1024']);
    expect(made.exitCode).toBe(1);
    expect(made.stderr).toMatch(/cannot write the key into .*: (EEXIST|ENOTDIR)/);
  });

  it('prints help and version', () => {
    expect(runKeygen(['-h'])).toEqual({ exitCode: 0, stdout: USAGE, stderr: '' });
    expect(runKeygen(['--version']).stdout).toBe(`sftpd-keygen ${programVersion()}\n`);
    expect(programVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it.each([
    [['--frobnicate'], 'unknown flag --frobnicate'],
    [['-x'], 'unknown flag -x'],
    [['-y'], '-y needs a directory'],
    [['--workdir='], '--workdir needs a directory'],
    [['--bits', '512'], '--bits must be 1024, 2048 or 3072, not 512'],
    [['--bits'], '--bits must be 1024, 2048 or 3072'],
    [['--force=yes'], '--force takes no value'],
    [['--show', '--force'], '--force makes no sense with --show'],
    [['--show', '--bits=1024'], '--bits makes no sense with --show'],
    [['DIR'], 'unexpected argument DIR'],
  ])('refuses %j with exit 2 and a name', (argv, text) => {
    expect(runKeygen(argv)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `sftpd-keygen: ${text}\nTry: sftpd-keygen --help\n`,
    });
  });

  it('takes every form of its flags', () => {
    const wanted = { ok: true, value: { kind: 'generate', workdir: '/x', bits: 3072, force: true } };
    expect(parseArguments(['-y/x', '--bits=3072', '--force'])).toEqual(wanted);
    expect(parseArguments(['--force', '--bits', '3072', '--workdir', '/x'])).toEqual(wanted);
    expect(parseArguments([])).toMatchObject({ value: { workdir: '/var/lib/sftpd', bits: 2048, force: false } });
  });
});

describe('loading a key', () => {
  it('says how to make a missing one', () => {
    expect(failure()).toEqual({
      code: 'key-missing',
      text: `There is no server key at ${paths().folder}. Make one: sftpd-keygen -y ${workdir}`,
    });
    mkdirSync(paths().folder, { mode: 0o700 });
    expect(failure()).toMatchObject({ code: 'key-missing' });
  });

  it.each([0o640, 0o620, 0o604, 0o602])('refuses a private key of mode %o, with the line to run', (bad) => {
    make();
    chmodSync(paths().privateFile, bad);
    expect(failure()?.code).toBe('key-permissions');
    expect(failure()?.text).toMatch(new RegExp(`: chmod 600 ${paths().privateFile}$`));
    chmodSync(paths().privateFile, 0o400);
    expect(failure()).toBeUndefined();
  });

  it.each([0o750, 0o720, 0o705])('refuses a folder of mode %o, with the line to run', (bad) => {
    make();
    chmodSync(paths().folder, bad);
    expect(failure()?.code).toBe('key-permissions');
    expect(failure()?.text).toMatch(new RegExp(`: chmod 700 ${paths().folder}$`));
  });

  it('refuses what is no key, no DSA key, or no file', () => {
    make();
    writeFileSync(paths().privateFile, 'nothing');
    expect(failure()).toMatchObject({ code: 'key-unreadable' });
    writeFileSync(paths().privateFile, 'x'.repeat(20_000));
    expect(failure()).toMatchObject({ code: 'key-unreadable' });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    writeFileSync(paths().privateFile, rsa.export({ type: 'pkcs8', format: 'pem' }));
    expect(failure()).toMatchObject({ code: 'key-not-dsa' });
    rmSync(paths().privateFile);
    mkdirSync(paths().privateFile, { mode: 0o700 });
    expect(failure()).toMatchObject({ code: 'key-unreadable' });
  });

  it('refuses a public key that is another one, but can do without', () => {
    make();
    const other = readFileSync(paths().publicFile);
    make('--force');
    writeFileSync(paths().publicFile, other);
    expect(failure()?.code).toBe('key-mismatch');
    expect(failure()?.text).toContain(`rm ${paths().publicFile}`);
    rmSync(paths().publicFile);
    expect(failure()).toBeUndefined();
  });
});

describe('its files', () => {
  it('are quoted for a shell only where they must be', () => {
    expect(shellWord('/var/lib/sftpd')).toBe('/var/lib/sftpd');
    expect(shellWord("/a b/it's")).toBe(`'/a b/it'\\''s'`);
  });

  it('are not replaced against the will, and leave nothing behind', () => {
    const path = join(workdir, 'f');
    expect(writeAtomically({ path, content: 'a', mode: 0o600, replace: false })).toBe(true);
    expect(writeAtomically({ path, content: 'b', mode: 0o600, replace: false })).toBe(false);
    expect(readFileSync(path, 'latin1')).toBe('a');
    expect(writeAtomically({ path, content: 'b', mode: 0o600, replace: true })).toBe(true);
    expect(readFileSync(path, 'latin1')).toBe('b');
    expect(readdirSync(workdir)).toEqual(['f']);
    expect(existsSync(`${path}.${process.pid}.tmp`)).toBe(false);
  });
});
