/** Whatever the file is or holds, loading gives values and does not take long. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics, MAX_DIAGNOSTICS } from '../../src/config/diagnostics.js';
import { MAX_CONFIG_OCTETS, parseDocument } from '../../src/config/document.js';
import { configure, loadConfiguration } from '../../src/config/load.js';
import { MACHINE } from './machine.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-config-'));

async function failure(file: string): Promise<string> {
  const loaded = await loadConfiguration(file, { machine: MACHINE });
  return loaded.ok ? 'loaded' : formatDiagnostics(loaded.error);
}

function judge(text: string | Uint8Array): string {
  const document = parseDocument(Buffer.from(text), 'f');
  if (!document.ok) return formatDiagnostics(document.error, { source: true });
  const loaded = configure(document.value, { machine: MACHINE, generation: 1 });
  return loaded.ok ? 'loaded' : formatDiagnostics(loaded.error, { source: true });
}

describe('a file that cannot be read', () => {
  it('is absent', async () => {
    const file = path.join(folder, 'absent.yaml');
    expect(await failure(file)).toBe(`${file}: no such file: name one with --config FILE\n`);
  });

  it('is a directory', async () => {
    expect(await failure(folder)).toBe(`${folder}: not a regular file\n`);
  });

  it('is a pipe, which nobody writes to', async () => {
    const file = path.join(folder, 'pipe');
    execFileSync('mkfifo', [file]);
    expect(await failure(file)).toBe(`${file}: not a regular file\n`);
  });

  it('is as long as allowed, or an octet longer', async () => {
    const file = path.join(folder, 'long.yaml');
    writeFileSync(file, `#${'x'.repeat(MAX_CONFIG_OCTETS - 1)}`);
    expect(await failure(file)).toBe('loaded');
    writeFileSync(file, `#${'x'.repeat(MAX_CONFIG_OCTETS)}`);
    expect(await failure(file)).toBe(`${file}: longer than 1048576 octets (1 MiB): is this the right file?\n`);
  });
});

describe('a hostile file', () => {
  const size = MAX_CONFIG_OCTETS - 2;
  it.each([
    ['brackets', '['.repeat(size)],
    ['mappings', '{a: '.repeat(size / 4)],
    ['dashes', '- '.repeat(size / 2)],
    ['question marks', '? '.repeat(size / 2)],
    ['anchors', '&a '.repeat(size / 3)],
    ['aliases', `a: &a x\nb: [${'*a,'.repeat(size / 4)}]`],
    ['keys', Array.from({ length: 100_000 }, (_, index) => `k${index}:`).join('\n')],
    ['fewer keys', Array.from({ length: 15_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['one key', 'k: 1\n'.repeat(20_000)],
    ['list items', `access:\n  deny:\n${'    - x\n'.repeat(20_000)}`],
    ['a line', `data: ${'x'.repeat(size - 10)}`],
    ['zeros', '\0'.repeat(size)],
    ['spaces', ' '.repeat(size) + 'x'],
  ])('of %s is refused', (_what, text) => {
    const begun = performance.now();
    const told = judge(text);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(told).not.toBe('loaded');
    expect(told.split('\n').length).toBeLessThan(3 * MAX_DIAGNOSTICS + 10);
    expect(told.length).toBeLessThan(100_000);
  });

  it('never throws, whatever it holds', () => {
    const words = fc.constantFrom(
      'data',
      'listeners',
      'port',
      ':',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&a',
      '*a',
      '!',
      '"',
      "'",
      '|',
      '>',
      '%',
      '---',
      '\t',
      '#',
      '21',
      'null',
      '<<',
      '?',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (parts) => typeof judge(parts.join('')) === 'string'),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => typeof judge(octets) === 'string'),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever values stand at known keys', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('15m', '1MiB', '40000-40999', '10.0.0.0/8', '::', 'file', 'private'),
    );
    const keys = fc.constantFrom(
      'workdir',
      'listeners',
      'address',
      'port',
      'ftpd',
      'host',
      'control',
      'cleartext',
      'data',
      'passivePorts',
      'maxBlock',
      'logging',
      'events',
      'limits',
      'sessions',
      'access',
      'allow',
      'deny',
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(keys, tie('node'), { maxKeys: 5 }),
      ),
    })).node;
    fc.assert(
      fc.property(fc.dictionary(keys, tree), (value) => typeof judge(JSON.stringify(value)) === 'string'),
      { numRuns: 1000 },
    );
  });
});
