// Reads what vitest's JSON reporter wrote. Plain JavaScript without dependencies, like all that `npm test` starts with.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What came of a run that ended with `status`: how many tests passed, failed and were skipped, and why they were skipped. */
export function countTests(reportFile, status, root) {
  const files = readReport(reportFile);
  const tests = files.flatMap((file) =>
    file.assertionResults.map((test) => ({ ...test, file: path.relative(root, file.name) })),
  );
  const having = (...states) => tests.filter((test) => states.includes(test.status));
  // A file that could not be loaded, or whose hooks failed, has no failed test of its own.
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const passed = having('passed').length;
  const skipped = having('skipped', 'pending', 'todo', 'disabled');
  let failed = having('failed').length + brokenFiles.length;
  // An unhandled error, a threshold, a crash, or nothing run at all: none of them is a success.
  if (failed === 0 && (status !== 0 || passed === 0)) failed = 1;
  return { passed, failed, skipped: skipped.length, reasons: skipReasons(skipped) };
}

/** The line that a run ends with. */
export function summary({ passed, failed, skipped = 0 }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch {
    return []; // vitest did not live to write it
  }
}

/** One line for each suite that says why it was skipped, and one for each file of the tests that do not. */
function skipReasons(tests) {
  const counts = new Map();
  for (const { ancestorTitles, title, file } of tests) {
    const telling =
      [...ancestorTitles, title].find((name) => name.includes('(skipped: ')) ?? `tests of ${file} that do not say why`;
    counts.set(telling, (counts.get(telling) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `${count} skipped: ${reason}`);
}
