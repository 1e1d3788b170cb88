#!/usr/bin/env node
/** sftpc: argv and the process around run(). The only place that sets the exit status. */
import { constants } from 'node:os';
import process from 'node:process';
import { bugReport, EXIT_BUG } from './cli/report.js';
import { run } from './cli/run.js';

const listeners = new Set<() => void>();
let received: NodeJS.Signals | undefined;

function interrupt(signal: NodeJS.Signals): void {
  received = signal;
  if (listeners.size === 0) process.exit(128 + constants.signals[signal]);
  const told = [...listeners];
  // Told once: who presses Ctrl-C again means it.
  listeners.clear();
  for (const listener of told) listener();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
// A reader that goes away (sftpc … -- ls | head), or a terminal, is not a failure.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.on('uncaughtException', (error) => {
  process.stderr.write(`${bugReport(error)}\n`);
  process.exit(EXIT_BUG);
});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onInterrupt: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  signal: () => received && constants.signals[received],
  // As the terminal itself does it: all processes of the job.
  suspend: () => void process.kill(0, 'SIGTSTP'),
  onContinue: (listener) => {
    process.on('SIGCONT', listener);
    return () => process.off('SIGCONT', listener);
  },
});
