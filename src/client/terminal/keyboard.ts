/**
 * The keyboard of a terminal: one that reads it at a time, up to the end of a line. In between, while a command runs, what is
 * typed is neither shown nor lost, and Ctrl-C and Ctrl-Z are seen at once: the terminal is in raw mode as long as it is held.
 */
import type { Readable } from 'node:stream';
import type { OnInterrupt } from './interrupts.js';

/** Standard input as this program uses it; a terminal has the last two. */
export interface Input extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
}

/** One that takes what is typed. */
export interface Reader {
  /** Octets as they come, none behind the end of a line; behind it nothing comes any more. */
  take(octets: Buffer): void;
  /** Ctrl-C. */
  interrupt(): void;
  /** There is no more input. */
  end(): void;
}

/** What a job control shell does for its jobs; undefined functions where there is none. */
export interface JobControl {
  /** Stops this program until the shell continues it. */
  readonly suspend?: (() => void) | undefined;
  readonly onContinue?: OnInterrupt | undefined;
}

/** What is kept of what is typed ahead, in octets: more than a person types, and many a pasted script. */
const MAX_TYPED_AHEAD = 1024 * 1024;

const CTRL_C = 0x03;
const LF = 0x0a;
const CR = 0x0d;
const CTRL_Z = 0x1a;

export class Keyboard {
  readonly #input: Input;
  readonly #jobs: JobControl;
  readonly #interrupts = new Set<() => void>();
  #holds = 0;
  #phase: 'open' | 'ended' = 'open';
  /** Other programs that have the terminal. */
  #borrowers = 0;
  #reading: { readonly reader: Reader; readonly has: 'part' | 'line' } | undefined;
  #ahead = Buffer.alloc(0);
  #stopWaiting: (() => void) | undefined;

  constructor(input: Input, jobs: JobControl) {
    this.#input = input;
    this.#jobs = jobs;
  }

  /** Whether there is anybody at it. */
  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** Takes the terminal. Gives what lets go of it. */
  hold(): () => void {
    this.#holds += 1;
    if (this.#holds === 1) this.#take();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#letGo();
    };
  }

  /** Lets another program have the terminal, in the mode in which programs find it. */
  async lend<T>(work: () => Promise<T>): Promise<T> {
    if (this.#borrowers === 0 && this.#holds > 0) this.#letGo();
    this.#borrowers += 1;
    try {
      return await work();
    } finally {
      this.#borrowers -= 1;
      if (this.#borrowers === 0 && this.#holds > 0) this.#take();
    }
  }

  /** Lets one read until it has a line: at once, where that was typed ahead. Somebody has to hold the keyboard. */
  read(reader: Reader): void {
    this.#reading = { reader, has: 'part' };
    const ahead = this.#ahead;
    this.#ahead = Buffer.alloc(0);
    this.#pass(ahead);
    if (this.#phase === 'ended' && this.#reading.has === 'part') reader.end();
  }

  /** It has read what it wanted. */
  stop(reader: Reader): void {
    if (this.#reading?.reader === reader) this.#reading = undefined;
  }

  /** Ctrl-C while nobody reads. */
  readonly onInterrupt: OnInterrupt = (listener) => {
    this.#interrupts.add(listener);
    return () => this.#interrupts.delete(listener);
  };

  /** As if the terminal had gone away. */
  readonly end = (): void => {
    this.#phase = 'ended';
    this.#reading?.reader.end();
  };

  /** As if Ctrl-C had been typed. */
  interrupt(): void {
    // Ctrl-C is the other program's.
    if (this.#borrowers > 0) return;
    // What was typed before it is given up, as a terminal does.
    this.#ahead = Buffer.alloc(0);
    if (this.#reading !== undefined) return this.#reading.reader.interrupt();
    for (const listener of [...this.#interrupts]) listener();
  }

  #take(): void {
    this.#input.setRawMode?.(true);
    this.#stopWaiting = this.#jobs.onContinue?.(this.#continued);
    this.#input.on('data', this.#receive);
    this.#input.on('end', this.end);
    this.#input.resume();
  }

  #letGo(): void {
    this.#input.off('data', this.#receive);
    this.#input.off('end', this.end);
    this.#stopWaiting?.();
    this.#input.pause();
    this.#input.setRawMode?.(false);
  }

  readonly #receive = (octets: Buffer): void => {
    let from = 0;
    for (const [at, octet] of octets.entries()) {
      if (octet !== CTRL_C && octet !== CTRL_Z) continue;
      this.#pass(octets.subarray(from, at));
      from = at + 1;
      if (octet === CTRL_C) this.interrupt();
      else this.#suspend();
    }
    this.#pass(octets.subarray(from));
  };

  /** To whoever reads, up to the end of its line; the rest waits for the next. */
  #pass(octets: Buffer): void {
    let rest = octets;
    if (this.#reading?.has === 'part' && rest.length > 0) {
      const { reader } = this.#reading;
      const end = endOfLine(rest);
      if (end !== undefined) this.#reading = { reader, has: 'line' };
      const line = rest.subarray(0, end);
      rest = rest.subarray(line.length);
      reader.take(line);
    }
    this.#ahead = Buffer.concat([this.#ahead, rest]).subarray(0, MAX_TYPED_AHEAD);
  }

  #suspend(): void {
    if (this.#jobs.suspend === undefined) return;
    this.#input.setRawMode?.(false);
    this.#jobs.suspend();
  }

  readonly #continued = (): void => {
    // The shell has set the terminal to its own mode, of which libuv, asked for the mode it set last, knows nothing.
    this.#input.setRawMode?.(false);
    this.#input.setRawMode?.(true);
  };
}

/** Where the first line ends, CR LF being one end. */
function endOfLine(octets: Buffer): number | undefined {
  const at = octets.findIndex((octet) => octet === CR || octet === LF);
  if (at < 0) return undefined;
  return octets[at] === CR && octets[at + 1] === LF ? at + 2 : at + 1;
}
