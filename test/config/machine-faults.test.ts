/** Programs and log files are looked at on the real machine. */
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectMachine, logFileFault, programFault } from '../../src/config/machine.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-machine-'));
const at = (name: string): string => path.join(folder, name);
writeFileSync(at('plain'), '');
chmodSync(at('plain'), 0o644);
mkdirSync(at('closed'));
chmodSync(at('closed'), 0o555);
writeFileSync(at('read-only'), '');
chmodSync(at('read-only'), 0o444);

const root = process.getuid?.() === 0;
const why = root ? ' (skipped: root may write everything)' : '';

describe('a program', () => {
  it('that can be started is fine', () => {
    expect(programFault(process.execPath)).toBeUndefined();
  });

  it.each([
    ['absent', 'is not there: install it, or correct the path'],
    ['plain/inside', 'is not there: install it, or correct the path'],
    ['.', 'is not a file: name the program itself'],
    ['plain', 'is not executable by this user: chmod +x, or name another program'],
  ])('%s %s', (name, fault) => {
    expect(programFault(at(name))).toBe(fault);
  });
});

describe('a log file', () => {
  it('that is there or can be made is fine', () => {
    expect(['plain', 'new.log'].map((name) => logFileFault(at(name)))).toEqual([undefined, undefined]);
    expect(logFileFault('/dev/null')).toBeUndefined();
  });

  it('is no directory, and needs one', () => {
    expect(logFileFault(folder)).toBe('is a directory: name a file in it');
    expect(logFileFault(at('no/such.log'))).toBe(
      `is not there, and neither is its directory ${folder}/no: make that first`,
    );
  });

  it.skipIf(root)(`must be ours to write${why}`, () => {
    expect(logFileFault(at('read-only'))).toBe('cannot be written by this user: change its owner or its mode');
    expect(logFileFault(at('closed/new.log'))).toBe(
      `is not there and cannot be made in ${folder}/closed by this user: make it, or change the directory's owner or mode`,
    );
  });
});

describe('this machine', () => {
  it('has loopback', async () => {
    expect((await inspectMachine()).localAddresses).toContain('127.0.0.1');
  });
});
