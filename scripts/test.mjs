// What `npm test` runs: installs if needed, builds, runs every suite (or those named), and says as its very last line, alone,
// `N passed, N failed`, with `, N skipped` behind it if some were. Further arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, ensureInstalled, root, tool } from './ensure-installed.mjs';
import { countTests, summary } from './vitest-counts.mjs';

// Until the tests have run there is nothing that passed. Installing and building end the process where they fail, so the
// last line is said on the way out, whichever way that is.
let result = { passed: 0, failed: 1 };
process.on('exit', () => {
  process.exitCode = result.failed > 0 ? 1 : 0;
  console.log(summary(result));
});

try {
  ensureInstalled();
  build();
} catch (error) {
  console.error(error);
  process.exit(1);
}

const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-report-'));
const report = path.join(folder, 'vitest.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const { status, error } = spawnSync(tool('vitest'), ['run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
if (error) console.error(`cannot run vitest: ${error.message}`);
const counts = countTests(report, status, root);
rmSync(folder, { recursive: true, force: true });
for (const reason of counts.reasons) console.log(reason);
result = counts;
