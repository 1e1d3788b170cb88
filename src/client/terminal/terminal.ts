/** A terminal with somebody at it: what is typed there, and where it is shown. */
import { Keyboard, type Input, type JobControl } from './keyboard.js';
import { lookOf, type Look, type Output } from './look.js';
import type { Screen } from './screen.js';

/** Runs what needs the terminal for itself, another program for one, while nothing of ours reads or draws there. */
export type Lend = <T>(work: () => Promise<T>) => Promise<T>;

export interface Terminal {
  readonly keyboard: Keyboard;
  /** Where prompts and questions go. */
  readonly output: Output;
  readonly look: Look;
  readonly screen: Screen;
}

export interface Streams extends JobControl {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The terminal of a run. Undefined where nobody can be asked: there is none to type at, or none to be shown anything on. */
export async function terminalOf(world: Streams, screen: Screen): Promise<Terminal | undefined> {
  // Data may go to a file, while the person is still there.
  const output = [world.stderr, world.stdout].find(({ isTTY }) => isTTY === true);
  if (world.stdin.isTTY !== true || output === undefined) return undefined;
  return {
    keyboard: new Keyboard(world.stdin, { suspend: suspending(world, screen), onContinue: world.onContinue }),
    output,
    look: await lookOf(output, world.env),
    screen,
  };
}

function suspending({ suspend }: JobControl, screen: Screen): (() => void) | undefined {
  if (suspend === undefined) return undefined;
  return () => {
    screen.away();
    suspend();
  };
}

/** Lets another program have the terminal; nothing is read or drawn meanwhile. */
export async function lend<T>({ keyboard, screen }: Terminal, work: () => Promise<T>): Promise<T> {
  screen.away();
  return keyboard.lend(work).finally(() => screen.renew());
}
