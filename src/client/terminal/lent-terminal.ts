/**
 * One terminal with several who want to read from it: the prompt holds it, and lends it to questions and to other programs.
 * What reads while it is lent is alone: a password that is typed must not reach the prompt's line or its history.
 */

import type { Lend } from '../commands/command.js';

/** Who reads from the terminal when nobody has borrowed it. */
export interface Holder {
  /** Stops reading, and leaves the terminal as other programs expect it. */
  release(): void;
  /** Goes on where release() left off. */
  take(): void;
}

export class LentTerminal {
  #holder: Holder | undefined;
  #borrowers = 0;

  /** Names the holder, until what is given back is called. */
  hold(holder: Holder): () => void {
    this.#holder = holder;
    return () => {
      this.#holder = undefined;
    };
  }

  /** One within another borrows nothing more. */
  readonly lend: Lend = async (work) => {
    if (this.#borrowers === 0) this.#holder?.release();
    this.#borrowers += 1;
    try {
      return await work();
    } finally {
      this.#borrowers -= 1;
      if (this.#borrowers === 0) this.#holder?.take();
    }
  };
}
