// Compiles src/ and schemas/ into dist/ and makes the programs executable. --clean starts from an empty dist/, for packing.
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { keepPublicDeclarations } from './declarations.mjs';
import { ensureInstalled, root, run, tool } from './ensure-installed.mjs';

ensureInstalled();
if (process.argv.includes('--clean')) rmSync(path.join(root, 'dist'), { recursive: true, force: true });
run(tool('tsc'), ['-p', 'tsconfig.build.json']);
keepPublicDeclarations();
// Only now: on a fresh clone the bundler has just been installed.
const { bundle } = await import('./bundle.mjs');
await bundle();
const { bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
for (const file of Object.values(bin)) chmodSync(path.join(root, file), 0o755);
