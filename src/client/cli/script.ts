/** Commands that nobody types: behind `--`, or lines of a script. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { BoundCommand, CommandContext } from '../commands/command.js';
import { runCommand } from '../commands/runner.js';
import { parseLine } from '../commands/table.js';
import { ClientError } from '../error.js';
import type { OnInterrupt } from '../terminal/interrupts.js';
import type { Attempt } from './attempts.js';

/** What commands run in, and what becomes of one that fails. */
export interface ScriptRun {
  readonly context: Omit<CommandContext, 'signal'>;
  readonly onInterrupt: OnInterrupt;
  readonly attempt: Attempt;
}

/** Runs commands in turn. @throws ClientError of the one that ended the run */
export async function runAll(commands: readonly BoundCommand[], run: ScriptRun): Promise<void> {
  for (const command of commands) {
    await run.attempt(() => runCommand(command, run.context, run.onInterrupt, 'end'));
    if (command.entry.kind === 'end') return;
  }
}

/**
 * Runs the lines of a script.
 *
 * @param name - of the file, for messages; undefined for standard input
 * @throws ClientError of the line that ended the run, which it names
 */
export async function runScript(input: Readable, name: string | undefined, run: ScriptRun): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      const where = name === undefined ? `line ${number}` : `${name}:${number}`;
      let command: BoundCommand | undefined;
      await run.attempt(async () => {
        try {
          command = parseLine(line);
          if (command !== undefined) await runCommand(command, run.context, run.onInterrupt, 'end');
        } catch (error) {
          throw error instanceof ClientError ? inLine(error, where) : error;
        }
      });
      if (command?.entry.kind === 'end') return;
    }
  } finally {
    lines.close();
  }
}

function inLine(error: ClientError, where: string): ClientError {
  const { code, hint, reply, failure } = error;
  return new ClientError(error.kind, `${where}: ${error.message}`, {
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { hint }),
    ...(reply === undefined ? {} : { reply }),
    ...(failure === undefined ? {} : { failure }),
  });
}
