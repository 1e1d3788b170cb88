/** What has become of a run: sentences for people, an object for programs, and the exit status. */
import { constants } from 'node:os';
import process from 'node:process';
import { inspect } from 'node:util';
import { programVersion } from '../../cli/version.js';
import { ClientError, EXIT, messageOf } from '../error.js';
import type { Console } from '../terminal/console.js';
import { jsonEvent } from '../terminal/json-events.js';
import type { World } from './world.js';

/** The exit status where the program itself is at fault: EX_SOFTWARE of sysexits(3). */
export const EXIT_BUG = 70;

/** Does the work of a run; whatever comes of it ends as sentences, objects and an exit status. */
export async function reported(
  console: Console,
  world: Pick<World, 'signal'>,
  work: () => Promise<number>,
): Promise<number> {
  let status = await statusOf(console, work);
  // A full disk behind standard output: what was asked for is not all there.
  if (status === EXIT.ok && console.failure !== undefined) status = reportError(console, console.failure);
  const signal = status === EXIT.ok ? undefined : world.signal?.();
  // As the shell says it of a program that a signal has ended.
  const exit = signal === undefined ? status : 128 + signal;
  if (console.form === 'json') await console.json(jsonEvent('done', { exit }));
  return exit;
}

/** Says what went wrong; gives the exit status it leads to. */
export function reportError(console: Console, error: ClientError): number {
  console.error(error);
  return EXIT[error.kind];
}

/** Says what is wrong with the command line. */
export function reportMistakes(console: Console, mistakes: readonly string[], help: string): number {
  for (const mistake of mistakes) reportError(console, new ClientError('usage', mistake));
  console.warn(`${help} says more.`);
  return EXIT.usage;
}

/** What a bug is told as. */
export function bugReport(error: unknown): string {
  return [
    `sftpc: This is a bug in sftpc: ${messageOf(error)}`,
    '  Please report it to those who gave you sftpc, with what you did and these lines:',
    `  sftpc ${programVersion()}, node ${process.version}, ${process.platform} ${process.arch}`,
    ...inspect(error)
      .split('\n')
      .map((line) => `  ${line.trim()}`),
  ].join('\n');
}

async function statusOf(console: Console, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClientError) {
      const status = reportError(console, error);
      // Ctrl-C at a question is no signal, as the terminal gives it on as it was typed; to the shell it is the same.
      return error.code === 'interrupted' ? 128 + constants.signals.SIGINT : status;
    }
    console.warn(bugReport(error));
    if (console.form === 'json') {
      await console.json(
        jsonEvent('error', {
          kind: 'bug',
          code: null,
          message: messageOf(error),
          hint: null,
          reply: null,
          exit: EXIT_BUG,
        }),
      );
    }
    return EXIT_BUG;
  }
}
