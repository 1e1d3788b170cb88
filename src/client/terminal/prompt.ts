/** The prompt: commands that a person types, one a line. A command that fails is reported, and the session goes on. */
import { createInterface, type Interface } from 'node:readline';
import type { Writable } from 'node:stream';
import type { CommandContext } from '../commands/command.js';
import { runCommand, type OnInterrupt } from '../commands/runner.js';
import { parseLine } from '../commands/table.js';
import { ClientError } from '../error.js';
import type { Holder, LentTerminal } from './lent-terminal.js';
import type { Input } from './questions.js';

const PROMPT = 'sftpc> ';

type Context = Omit<CommandContext, 'signal'>;

/** Prompts until bye or Ctrl-D; also without a session, which `open` makes anew. */
export async function runPrompt(
  input: Input,
  output: Writable,
  context: Context,
  terminal: LentTerminal,
): Promise<void> {
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
  const stopHolding = terminal.hold(holderOf(lines, input));
  const next: AsyncIterator<string, undefined> = lines[Symbol.asyncIterator]();
  try {
    let coming = next.next();
    for (;;) {
      lines.prompt();
      // Asked anew each time: a session that was opened again has another connection.
      const line = await Promise.race([coming, lossOf(context)]);
      if (line instanceof ClientError) {
        output.write('\n');
        context.console.error(line);
        context.console.note('  open connects again.');
        continue;
      }
      if (line.done === true) {
        output.write('\n');
        return;
      }
      if ((await typed(line.value, context, onInterrupt)) === 'end') return;
      coming = next.next();
    }
  } finally {
    stopHolding();
    lines.close();
  }
}

/** The loss of the session, once it happens. */
async function lossOf({ sessions }: Context): Promise<ClientError> {
  try {
    return await sessions.lost;
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
}

/** Off the terminal, this interface must not see a key: what is typed is somebody else's. */
function holderOf(lines: Interface, input: Input): Holder {
  let listeners: (() => void)[] = [];
  return {
    release: () => {
      lines.pause();
      listeners = input.listeners('keypress') as (() => void)[];
      input.removeAllListeners('keypress');
      input.setRawMode?.(false);
    },
    take: () => {
      for (const listener of listeners) input.on('keypress', listener);
      input.setRawMode?.(true);
      lines.resume();
    },
  };
}

/** One typed line. */
async function typed(line: string, context: Context, onInterrupt: OnInterrupt): Promise<'end' | 'go on'> {
  try {
    const command = parseLine(line);
    if (command === undefined) return 'go on';
    await runCommand(command, context, onInterrupt, 'stay');
    return command.entry.kind === 'end' ? 'end' : 'go on';
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    context.console.error(error);
    return 'go on';
  }
}
