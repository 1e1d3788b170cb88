/** sftpc: the process around run(), its signals and streams; what comes back is the exit status. */
import { constants } from 'node:os';
import process from 'node:process';
import { bugReport, EXIT_BUG } from './cli/report.js';
import { run } from './cli/run.js';

/** Does what the arguments ask for; resolves with the exit status. */
export async function program(argv: readonly string[]): Promise<number> {
  const { onInterrupt, signal } = interrupts();
  // A reader that goes away (sftpc … -- ls | head), or a terminal, is not a failure.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${bugReport(error)}\n`);
    process.exit(EXIT_BUG);
  });
  return run(argv, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onInterrupt,
    signal,
    // As the terminal itself does it: all processes of the job.
    suspend: () => void process.kill(0, 'SIGTSTP'),
    onContinue: (listener) => {
      process.on('SIGCONT', listener);
      return () => process.off('SIGCONT', listener);
    },
  });
}

/** Signals that ask for an end: those who listen are told; where nobody does, the process ends. */
function interrupts() {
  const listeners = new Set<() => void>();
  let received: NodeJS.Signals | undefined;
  const interrupt = (signal: NodeJS.Signals): void => {
    received = signal;
    if (listeners.size === 0) process.exit(128 + constants.signals[signal]);
    const told = [...listeners];
    // Told once: who presses Ctrl-C again means it.
    listeners.clear();
    for (const listener of told) listener();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  return {
    onInterrupt: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signal: () => received && constants.signals[received],
  };
}
