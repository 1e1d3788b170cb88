/** What surrounds a run of sftpc. */
import type { Timeouts } from '../terms.js';
import type { OnInterrupt } from '../terminal/interrupts.js';
import type { Input } from '../terminal/keyboard.js';
import type { Output } from '../terminal/look.js';

export interface World {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onInterrupt: OnInterrupt;
  /** The number of the signal that asked the run to end, if one has. */
  readonly signal?: () => number | undefined;
  /** Stops the process until the shell continues it, of which onContinue tells. */
  readonly suspend?: () => void;
  readonly onContinue?: OnInterrupt;
  readonly timeouts?: Partial<Timeouts>;
}

/** First words that are no servers. A server of such a name is reached by a URL. run.ts says what is behind each. */
export const SUBCOMMANDS = ['keys', 'proxy'] as const;

/** Takes the words behind its name; gives the exit status. */
export type Subcommand = (argv: readonly string[], world: World) => Promise<number>;
