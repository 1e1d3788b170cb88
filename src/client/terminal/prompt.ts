/** The prompt: commands that a person types, one a line. A command that fails is reported, and the session goes on. */
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import type { CommandContext } from '../commands/command.js';
import { runCommand, type OnInterrupt } from '../commands/runner.js';
import { parseLine } from '../commands/table.js';
import { ClientError } from '../error.js';
import type { Input } from './questions.js';

const PROMPT = 'sftpc> ';

type Context = Omit<CommandContext, 'signal'>;

/**
 * Prompts until bye or Ctrl-D.
 * @throws ClientError when the session ends otherwise
 */
export async function runPrompt(input: Input, output: Writable, context: Context): Promise<void> {
  const lines = createInterface({ input, output, prompt: PROMPT, historySize: 200 });
  const interrupts = new Set<() => void>();
  lines.on('SIGINT', () => {
    for (const listener of interrupts) listener();
    if (interrupts.size > 0) return;
    output.write('\n(bye or Ctrl-D ends the session)\n');
    // Ctrl-U: what was typed so far is given up.
    lines.write(null, { ctrl: true, name: 'u' });
    lines.prompt();
  });
  const onInterrupt: OnInterrupt = (listener) => {
    interrupts.add(listener);
    return () => interrupts.delete(listener);
  };
  const next: AsyncIterator<string, undefined> = lines[Symbol.asyncIterator]();
  try {
    for (;;) {
      lines.prompt();
      // Read anew each time: a session that was opened again has another connection.
      const connection = context.sessions.client?.connection;
      const lost = connection?.failed ?? new Promise<never>(() => undefined);
      const line: IteratorResult<string, undefined> = await Promise.race([next.next(), lost]).finally(() => {
        // The message of an end at the prompt begins a line of its own.
        if (connection?.isOpen === false) output.write('\n');
      });
      if (line.done === true) {
        output.write('\n');
        return;
      }
      if ((await typed(line.value, context, onInterrupt)) === 'end') return;
    }
  } finally {
    lines.close();
  }
}

/** One typed line. */
async function typed(line: string, context: Context, onInterrupt: OnInterrupt): Promise<'end' | 'go on'> {
  try {
    const command = parseLine(line);
    if (command === undefined) return 'go on';
    await runCommand(command, context, onInterrupt, 'stay');
    return command.entry.kind === 'end' ? 'end' : 'go on';
  } catch (error) {
    if (!(error instanceof ClientError) || context.sessions.client?.isOpen === false) throw error;
    context.console.error(error);
    return 'go on';
  }
}
