// What the build makes of sftpc: a loader, and one file that needs nothing besides Node.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const folder = resolve(import.meta.dirname, '../../dist/src/client');

it('the program is joined into one file, with its code compiled ahead', () => {
  const files = readdirSync(folder).filter((name) => name.startsWith('main-'));
  const [core = ''] = files;
  expect(files).toEqual([core, `${core}.cache`]);
  expect(readFileSync(join(folder, 'main.js'), 'utf8')).toContain(`"${core}"`);
});

it('which loads no package, neither at the start nor later', () => {
  const [core = ''] = readdirSync(folder).filter((name) => name.endsWith('.cjs'));
  const code = readFileSync(join(folder, core), 'utf8');
  const loaded = [...code.matchAll(/(?:\brequire|\bimport|\bimportHere)\(["']([^"']+)["']\)/g)].map(
    ([, name = '']) => name,
  );
  expect(loaded).toContain('node:net');
  expect(loaded.filter((name) => !isBuiltin(name))).toEqual([]);
});
