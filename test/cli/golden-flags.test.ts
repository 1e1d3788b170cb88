/**
 * Each test/golden/flags/NAME.txt begins with a line `$ sftpd …`; what follows is what those flags amount to: mistakes of the
 * command line, or the patches, the problems and what differs from the defaults in the configuration they give.
 * UPDATE_GOLDEN=1 writes what follows anew, for review.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sftpdSchema } from '../../schemas/sftpd.js';
import { parseArguments } from '../../src/cli/arguments.js';
import { FLAGS } from '../../src/cli/flags.js';
import { LEGACY_FLAGS } from '../../src/cli/legacy-flags.js';
import { formatDiagnostics } from '../../src/config/diagnostics.js';
import { parseDocument } from '../../src/config/document.js';
import { configure } from '../../src/config/load.js';
import { overlay } from '../../src/config/patch.js';
import { MACHINE } from '../config/machine.js';

const folder = fileURLToPath(new URL('../golden/flags/', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
const commands = names.map((name) => firstLine(name));

/** Where the flags are given. */
const CWD = '/home/admin';

/** A file for the flags to be laid over, where the command names one. */
const FILES: Readonly<Record<string, string>> = {
  '/etc/sftpd.yaml': '',
  'two.yaml': [
    'listeners:',
    '  - port: 21',
    '    control: { cleartext: allow, idleTimeout: 5m }',
    '  - port: 2121',
    '    externalAddress: 198.51.100.7',
    '    data: { protection: safe, passivePorts: 50000-59999 }',
    'ftpd: { port: 2100 }',
    'logging: { destination: file, file: sftpd.log }',
  ].join('\n'),
  'bad.yaml': 'data: 5\nlisteners: [{ prot: 5 }]\nlogging:\n  debugLevel: 9\n',
};

function firstLine(name: string): string {
  return readFileSync(path.join(folder, name), 'utf8').split('\n')[0] ?? '';
}

/** Words of a command line: spaces part them, '' is an empty one. */
function words(command: string): string[] {
  expect(command).toMatch(/^\$ sftpd(?: |$)/);
  return command
    .slice('$ sftpd'.length)
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => (word === "''" ? '' : word));
}

function outcome(argv: readonly string[]): string {
  const invocation = parseArguments(argv, FLAGS, CWD);
  if (!invocation.ok) return invocation.error.map((mistake) => `sftpd: ${mistake}\n`).join('');
  const { value } = invocation;
  if (value.kind === 'help' || value.kind === 'version' || value.kind === 'print-schema') return `${value.kind}\n`;
  const head = [
    `${value.kind}${value.inetd ? ' under inetd' : ''}, file ${value.file}${value.ifAbsent === 'error' ? '' : ' if there is one'}`,
    ...value.patches.map((patch) => `${patch.flag}: ${patch.path.join('.')} = ${JSON.stringify(patch.value)}`),
  ].map((line) => `${line}\n`);
  const document = parseDocument(Buffer.from(FILES[value.file] ?? ''), value.file);
  if (!document.ok) throw new Error('not YAML');
  const loaded = configure(overlay(document.value, value.patches), {
    machine: MACHINE,
    generation: 1,
    inetd: value.inetd,
  });
  const told = formatDiagnostics(loaded.ok ? loaded.value.warnings : loaded.error);
  return [...head, told, ...(loaded.ok ? differences(loaded.value.configuration) : [])].join('');
}

/** What is not at its default, a line a key. */
function differences(configuration: Readonly<Record<string, unknown>>): string[] {
  const defaults = sftpdSchema.parse({}) as Readonly<Record<string, unknown>>;
  const compare = (value: unknown, usual: unknown, at: string): string[] => {
    if (JSON.stringify(value) === JSON.stringify(usual)) return [];
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`  ${at}: ${JSON.stringify(value)}\n`];
    return Object.entries(value).flatMap(([key, inner]) =>
      compare(inner, (usual as Record<string, unknown>)[key], at === '' ? key : `${at}.${key}`),
    );
  };
  return compare(configuration, defaults, '');
}

describe('flags', () => {
  it.each(names)('%s', (name) => {
    const command = firstLine(name);
    const text = `${command}\n${outcome(words(command))}`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path.join(folder, name), text);
    expect(text).toBe(readFileSync(path.join(folder, name), 'utf8'));
  });

  it('are each shown by letter, long, and with the manual in hand', () => {
    const all = commands.join('\n');
    for (const { short, long } of FLAGS) {
      expect(all).toMatch(new RegExp(` --${long}\\b`));
      if (short !== undefined) expect(all).toMatch(new RegExp(` -${short}`));
    }
    // The rows of design/configuration.md that came from the manual, but -v and -h.
    const letters = LEGACY_FLAGS.map(({ short }) => short ?? '').sort((a, b) => a.localeCompare(b));
    expect(letters.join('')).toBe('389adefiklmoprsxy');
  });
});
