// `npm run check`: types, lint, format, import rules, documents. Everything is run; the exit status says whether all passed.
import { spawnSync } from 'node:child_process';
import { ensureInstalled, root, tool } from './ensure-installed.mjs';

ensureInstalled();
const checks = [
  ['types', 'tsc', ['-p', 'tsconfig.json']],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['import rules and documents', 'vitest', ['run', '--reporter=dot', 'test/project']],
];
const failed = [];
for (const [name, program, args] of checks) {
  console.log(`check: ${name}`);
  const { status } = spawnSync(tool(program), args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? 'check: all passed' : `check: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
