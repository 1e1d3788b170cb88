#!/usr/bin/env node
/** sftpc: argv and the process around run(). The only place that sets the exit status. */
import process from 'node:process';
import { run } from './cli/run.js';

/** Exit status after a second interrupt: 128 + SIGINT. */
const EXIT_INTERRUPTED = 130;

const listeners = new Set<() => void>();

function interrupt(): void {
  if (listeners.size === 0) process.exit(EXIT_INTERRUPTED);
  const told = [...listeners];
  // Told once: who presses Ctrl-C again means it.
  listeners.clear();
  for (const listener of told) listener();
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader that goes away (sftpc … -- ls | head) is not a failure.
process.stdout.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onInterrupt: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
});
