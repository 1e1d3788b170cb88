/** A line that somebody types, with history and completion: node:readline between the keyboard and the screen. */
import { clearScreenDown, createInterface, cursorTo, moveCursor, type Interface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { deferred } from '../session/deferred.js';
import type { Reader } from './keyboard.js';
import { inColumns } from './labels.js';
import { columnsOf } from './look.js';
import type { Drawing } from './screen.js';
import type { Terminal } from './terminal.js';

export type Entered =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-C; whether something had been typed. */
  | { readonly kind: 'interrupted'; readonly after: 'text' | 'nothing' }
  /** Ctrl-D, or the terminal has gone away. */
  | { readonly kind: 'end' };

/** What the line up to the cursor may become. */
export interface Completed {
  /** What the end of the line, `replaces`, is to become. */
  readonly text: string;
  readonly replaces: string;
  /** All that it may become, to be listed. */
  readonly labels: readonly string[];
}

export interface LineOptions {
  readonly prompt: string;
  /** Lines to be had by the arrow keys, newest first. */
  readonly history?: readonly string[];
  /** Given the line up to the cursor. */
  readonly complete?: (line: string) => Promise<Completed | undefined>;
}

type Completer = (error: Error | null, result: [string[], string]) => void;

const NOTHING: Completed = { text: '', replaces: '', labels: [] };

export class LineEditor implements Reader, Drawing {
  readonly #terminal: Terminal;
  readonly #options: LineOptions;
  readonly #keys = new PassThrough();
  readonly #lines: Interface;
  readonly #entered = deferred<Entered>();
  readonly #letGo: () => void;
  #phase: 'typing' | 'done' = 'typing';
  /** The line at the last Tab. */
  #tabbed: string | undefined;

  constructor(terminal: Terminal, options: LineOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#lines = createInterface({
      input: this.#keys,
      output: terminal.output,
      terminal: true,
      prompt: options.prompt,
      // A copy: readline puts the line that is entered into it, and what is kept is not its to say.
      history: [...(options.history ?? [])],
      historySize: options.history === undefined ? 0 : options.history.length + 1,
      completer: (line: string, done: Completer) => void this.#complete(line, done),
    });
    this.#lines.on('line', (text) => this.#end({ kind: 'line', text }));
    this.#lines.on('close', () => this.end());
    terminal.screen.show(this);
    this.#letGo = terminal.keyboard.hold();
    terminal.keyboard.read(this);
  }

  /** What was entered at last. */
  get entered(): Promise<Entered> {
    return this.#entered.promise;
  }

  get isTyping(): boolean {
    return this.#phase === 'typing';
  }

  /** Shows another prompt before what is typed. */
  set prompt(text: string) {
    this.#lines.setPrompt(text);
    this.#terminal.screen.redraw(this);
  }

  take(octets: Buffer): void {
    this.#keys.write(octets);
  }

  interrupt(): void {
    if (this.#phase === 'done') return;
    const after = this.#lines.line === '' ? 'nothing' : 'text';
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#terminal.output.write('^C\n');
    this.#end({ kind: 'interrupted', after });
  }

  end(): void {
    if (this.#phase === 'done') return;
    this.#terminal.output.write('\n');
    this.#end({ kind: 'end' });
  }

  erase(): void {
    const { output, look } = this.#terminal;
    if (look.terminal !== 'drawing') {
      output.write('\n');
      return;
    }
    moveCursor(output, 0, -this.#lines.getCursorPos().rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    this.forget();
  }

  draw(): void {
    if (this.#terminal.look.terminal === 'drawing') this.#lines.prompt(true);
    else this.#terminal.output.write(this.#lines.getPrompt() + this.#lines.line);
  }

  forget(): void {
    // Where readline believes the cursor to be: that many rows below its first line. There is no method for it.
    (this.#lines as { prevRows?: number }).prevRows = 0;
  }

  #end(entered: Entered): void {
    if (this.#phase === 'done') return;
    this.#phase = 'done';
    this.#terminal.screen.leave(this);
    this.#lines.close();
    this.#keys.destroy();
    this.#terminal.keyboard.stop(this);
    this.#letGo();
    this.#entered.resolve(entered);
  }

  async #complete(line: string, done: Completer): Promise<void> {
    const completed = await this.#options.complete?.(line).catch(() => undefined);
    // The line may have been given up meanwhile, or be another one.
    if (!this.isTyping) return;
    const { text, replaces, labels } = completed !== undefined && this.#typed === line ? completed : NOTHING;
    if (text === replaces && this.#tabbed === line) this.#list(labels);
    this.#tabbed = line;
    done(null, text === replaces ? [[], replaces] : [[text], replaces]);
  }

  /** Up to the cursor. */
  get #typed(): string {
    return this.#lines.line.slice(0, this.#lines.cursor);
  }

  #list(labels: readonly string[]): void {
    if (labels.length === 0) return;
    const { output, screen } = this.#terminal;
    screen.print(() => void output.write(`${inColumns(labels, columnsOf(output))}\n`));
  }
}
