/** Texts under test/golden/client. `UPDATE_GOLDEN=1` writes them anew, for a person to read the difference. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';

const folder = path.join(import.meta.dirname, '..', 'golden', 'client');

/** @param name - of the file, below the folder, without `.txt` */
export function expectGolden(name: string, text: string): void {
  const file = path.join(folder, `${name}.txt`);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${file} is absent`).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

/** The names, without `.txt`, of the texts in a folder below: none may be left there without a test. */
export const goldenNames = (below: string): readonly string[] =>
  readdirSync(path.join(folder, below))
    .map((name) => name.replace(/\.txt$/, ''))
    .toSorted();
