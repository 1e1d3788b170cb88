/** What a command of sftpc is, and what it works with. The tables of commands lie beside; table.ts joins them. */
import type { Result } from '../../lib/result.js';
import type { TransferObserver } from '../files/transfer-events.js';
import type { Console } from '../terminal/console.js';
import type { Asking } from '../terminal/questions.js';
import type { Lend } from '../terminal/terminal.js';
import type { CommandOption, OptionValues } from './options.js';
import type { Preferences } from './preferences.js';
import type { Sessions } from './sessions.js';

export interface CommandContext {
  readonly sessions: Sessions;
  readonly console: Console;
  /** What the user has set for the whole run; changed in place. */
  readonly preferences: Preferences;
  /** Told of every transfer: draws it, or writes it down. */
  readonly observe: TransferObserver;
  /** Asks the user; undefined where nobody can be asked. */
  readonly asking: Asking | undefined;
  readonly lend: Lend;
  /** Standard input, where commands do not come from there. */
  readonly input: AsyncIterable<Uint8Array> | undefined;
  /** Aborts a transfer. For other commands: nobody waits for the outcome any more. */
  readonly signal: AbortSignal;
}

export interface CommandEntry {
  /** The first is shown, the others are understood. */
  readonly names: readonly string[];
  /** Its arguments, as help shows them. */
  readonly synopsis: string;
  /** What it does: a line for lists of commands, without a full stop. */
  readonly help: string;
  /** What else there is to know of it: sentences, for `help COMMAND`. */
  readonly details?: string;
  /** Words that begin with a hyphen. Left out: such a word is an argument like any other. */
  readonly options?: readonly CommandOption[];
  /** Least and most arguments, options not counted. */
  readonly count: readonly [number, number];
  /** What each argument is, for completion; the last one stands for all that follow. Left out: nothing to complete. */
  readonly completes?: readonly Completion[];
  /** `transfer`: an interrupt aborts it. `end`: the program ends after it. */
  readonly kind: 'transfer' | 'plain' | 'end';
  run(context: CommandContext, args: readonly string[], options: OptionValues): Promise<void>;
}

export type Completion = 'remote-file' | 'remote-directory' | 'local-file' | 'local-directory' | readonly string[];

export interface BoundCommand {
  readonly entry: CommandEntry;
  readonly args: readonly string[];
  readonly options: OptionValues;
}

/** The error is a sentence without a full stop. */
export type BindResult = Result<BoundCommand, string>;
