/** Somebody at a terminal: can be asked, and can type commands. Loaded only where there is one. */
import { join } from 'node:path';
import type { CommandContext, Lend } from '../commands/command.js';
import type { OnInterrupt } from '../commands/runner.js';
import { stateFolder } from '../files/state-folder.js';
import type { Console } from './console.js';
import { History } from './history.js';
import { runPrompt } from './prompt.js';
import { ask, askSecret, askYesNo, type Asking } from './questions.js';
import { lend, terminalOf, type Streams } from './terminal.js';

export interface Person extends Asking {
  /** For what should not be agreed to in passing: takes no less than a whole yes. */
  readonly agree: (question: string) => Promise<boolean>;
  readonly lend: Lend;
  /** Prompts for commands until bye. */
  readonly prompt: (context: Omit<CommandContext, 'signal'>) => Promise<void>;
  /** Nobody waits for an answer any more. */
  readonly leave: () => void;
}

export interface Surroundings extends Streams {
  readonly onInterrupt: OnInterrupt;
  readonly signal?: () => number | undefined;
}

/** Undefined where nobody can be asked. */
export async function personAt(world: Surroundings, console: Console): Promise<Person | undefined> {
  const terminal = await terminalOf(world, console.screen);
  if (terminal === undefined) return undefined;
  return {
    line: (prompt) => ask(terminal, prompt),
    secret: (prompt) => askSecret(terminal, prompt),
    agree: (question) => askYesNo(terminal, question),
    lend: (work) => lend(terminal, work),
    prompt: async (context) => {
      const { onInterrupt, signal } = world;
      const history = await History.open(join(stateFolder(world.env), 'history'), (text) => console.notice(text));
      await runPrompt({ terminal, history, context, onInterrupt, signal });
    },
    leave: terminal.keyboard.end,
  };
}
