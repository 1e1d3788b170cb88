import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { keysAt } from '../../schemas/keys.js';
import { OVERRIDABLE_SECTIONS } from '../../schemas/listeners.js';
import { sftpdSchema } from '../../schemas/sftpd.js';
import { parseDocument } from '../../src/config/document.js';
import { loadConfiguration } from '../../src/config/load.js';
import { defaultConfigurationText } from '../../src/config/print.js';
import { MACHINE } from './machine.js';

const file = fileURLToPath(new URL('../../etc/sftpd.yaml', import.meta.url));

function written(): Record<string, unknown> {
  const document = parseDocument(readFileSync(file), file);
  if (!document.ok) throw new Error(JSON.stringify(document.error));
  return document.value.value as Record<string, unknown>;
}

describe('etc/sftpd.yaml', () => {
  it('names its JSON Schema in the first line', () => {
    const [first] = readFileSync(file, 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=../schemas/sftpd.schema.json');
  });

  it('is the schema in words, as --print-config writes it (UPDATE_GOLDEN=1 writes it anew)', () => {
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, defaultConfigurationText());
    expect(readFileSync(file, 'utf8')).toBe(defaultConfigurationText());
  });

  it('shows every key, in the order of the schema, at its default', () => {
    expect(written()).toEqual(sftpdSchema.parse({}));
    const compare = (value: unknown, path: readonly PropertyKey[]): void => {
      if (typeof value !== 'object' || value === null) return;
      // What a listener may override has no default of its own.
      const shown = keysAt(path).filter(
        (key) => path[0] !== 'listeners' || !OVERRIDABLE_SECTIONS.some((each) => each === key),
      );
      if (!Array.isArray(value)) expect(Object.keys(value), path.join('.')).toEqual(shown);
      for (const [key, inner] of Object.entries(value))
        compare(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    compare(written(), []);
  });

  it('loads without a warning, to the same snapshot as an empty file', async () => {
    const shipped = await loadConfiguration(file, { machine: MACHINE });
    const absent = await loadConfiguration('/nonexistent/sftpd.yaml', { machine: MACHINE, ifAbsent: 'defaults' });
    if (!shipped.ok || !absent.ok) throw new Error('does not load');
    expect(shipped.value.warnings).toEqual([]);
    expect({ ...shipped.value.snapshot, file: '' }).toEqual({ ...absent.value.snapshot, file: '' });
  });
});
