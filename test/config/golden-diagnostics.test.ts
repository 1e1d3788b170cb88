/** Each test/golden/config/NAME.yaml gives the text of NAME.txt. UPDATE_GOLDEN=1 writes the texts anew, for review. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics, type Diagnostic } from '../../src/config/diagnostics.js';
import { parseDocument } from '../../src/config/document.js';
import { configure } from '../../src/config/load.js';
import { MACHINE } from './machine.js';

const folder = fileURLToPath(new URL('../golden/config/', import.meta.url));
const inputs = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

function diagnose(octets: Uint8Array, name: string): readonly Diagnostic[] {
  const document = parseDocument(octets, name);
  if (!document.ok) return document.error;
  const loaded = configure(document.value, { machine: MACHINE, generation: 1 });
  return loaded.ok ? loaded.value.warnings : loaded.error;
}

describe('diagnostics of a bad file', () => {
  it('has at least 60 bad files to show', () => {
    expect(inputs.length).toBeGreaterThanOrEqual(60);
  });

  it.each(inputs)('%s', (name) => {
    const told = formatDiagnostics(diagnose(readFileSync(path.join(folder, name)), name), { source: true });
    // Paths are shown absolute; where this checkout lies is nobody's business.
    const text = told.replaceAll(`${process.cwd()}/`, '/etc/');
    const golden = path.join(folder, name.replace(/\.yaml$/, '.txt'));
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
    expect(existsSync(golden), `${golden} is absent`).toBe(true);
    expect(text).toBe(readFileSync(golden, 'utf8'));
    expect(text).not.toBe('');
    expect(text).toMatch(/^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]*$/);
  });
});
