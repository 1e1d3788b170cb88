// Of the declarations that tsc wrote, keeps those that a user of the package can reach: what the entries of `exports` say, and
// what these refer to. All others would be shipped for nobody, and would make every module look public.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './ensure-installed.mjs';

/** Where a declaration refers to another one. */
const REFERENCE = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)\.js'/g;

/** The declarations that can be reached from those named, as absolute paths. */
export function reachable(entries) {
  const found = new Set();
  const todo = [...entries];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const text = readFileSync(file, 'utf8');
    todo.push(...[...text.matchAll(REFERENCE)].map(([, target]) => path.resolve(path.dirname(file), `${target}.d.ts`)));
  }
  return found;
}

/** The declarations that package.json names. */
export function entries() {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [path.join(root, types)]));
}

export function keepPublicDeclarations() {
  const kept = reachable(entries());
  const dist = path.join(root, 'dist');
  for (const name of readdirSync(dist, { recursive: true })) {
    const file = path.join(dist, name);
    if (file.endsWith('.d.ts') && !kept.has(file)) rmSync(file);
  }
}
