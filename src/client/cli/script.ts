/** Commands that nobody types: behind `--`, or lines of a script. The first one that fails ends the run. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { BoundCommand, CommandContext } from '../commands/command.js';
import { runCommand, type OnInterrupt } from '../commands/runner.js';
import { parseLine } from '../commands/table.js';
import { ClientError } from '../error.js';

type Context = Omit<CommandContext, 'signal'>;

/** Runs commands in turn; stops at the first that fails. @throws ClientError of that command */
export async function runAll(
  commands: readonly BoundCommand[],
  context: Context,
  onInterrupt: OnInterrupt,
): Promise<void> {
  for (const command of commands) {
    await runCommand(command, context, onInterrupt, 'end');
    if (command.entry.kind === 'end') return;
  }
}

/** Runs the lines of a script; stops at the first that fails. @throws ClientError that names the line */
export async function runScript(input: Readable, context: Context, onInterrupt: OnInterrupt): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      const command = parseLine(line);
      if (command === undefined) continue;
      await runCommand(command, context, onInterrupt, 'end');
      if (command.entry.kind === 'end') return;
    }
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const { hint, reply, failure } = error;
    throw new ClientError(error.kind, `line ${number}: ${error.message}`, {
      ...(hint === undefined ? {} : { hint }),
      ...(reply === undefined ? {} : { reply }),
      ...(failure === undefined ? {} : { failure }),
    });
  } finally {
    lines.close();
  }
}
