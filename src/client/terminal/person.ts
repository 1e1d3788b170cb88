/** Somebody at a terminal, who can be asked. Loaded only where there is one. */
import type { Console } from './console.js';
import { ask, askSecret, askYesNo, type Asking } from './questions.js';
import { lend, terminalOf, type Lend, type Streams, type Terminal } from './terminal.js';

export interface Person extends Asking {
  readonly terminal: Terminal;
  /** For what should not be agreed to in passing: takes no less than a whole yes. */
  readonly agree: (question: string) => Promise<boolean>;
  readonly lend: Lend;
  /** Nobody waits for an answer any more. */
  readonly leave: () => void;
}

/** Undefined where nobody can be asked. */
export async function personAt(world: Streams, console: Console): Promise<Person | undefined> {
  const terminal = await terminalOf(world, console.screen);
  if (terminal === undefined) return undefined;
  return {
    terminal,
    line: (prompt) => ask(terminal, prompt),
    secret: (prompt) => askSecret(terminal, prompt),
    agree: (question) => askYesNo(terminal, question),
    lend: (work) => lend(terminal, work),
    leave: terminal.keyboard.end,
  };
}
