/** Lines in place at the end of a terminal, drawn anew as they change. The only importer of log-update. */
import { clearScreenDown, moveCursor } from 'node:readline';
import { createLogUpdate } from 'log-update';
import { columnsOf, type Output } from './look.js';
import type { Drawing } from './screen.js';
import { widthOf } from './text-width.js';

export class Block implements Drawing {
  readonly #stream: Output;
  /** It leaves the cursor alone: hiding it would take handlers for every way this process can end. */
  readonly #update: ReturnType<typeof createLogUpdate>;
  /** What to draw next. */
  lines: readonly string[] = [];
  /** What stands there, and how wide the terminal was then. */
  #drawn: { readonly lines: readonly string[]; readonly columns: number } = { lines: [], columns: 0 };

  constructor(stream: Output) {
    this.#stream = stream;
    this.#update = createLogUpdate(stream, { showCursor: true });
  }

  draw(): void {
    if (this.lines.length === 0) return this.erase();
    if (this.#drawn.columns !== columnsOf(this.#stream)) this.erase();
    this.#update(this.lines.join('\n'));
    this.#drawn = { lines: this.lines, columns: columnsOf(this.#stream) };
  }

  erase(): void {
    const { lines, columns } = this.#drawn;
    if (lines.length === 0) return;
    if (columns === columnsOf(this.#stream)) this.#update.clear();
    else {
      // Made narrower, the terminal has broken each line into several.
      const now = columnsOf(this.#stream);
      const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / now)), 0);
      moveCursor(this.#stream, 0, -rows);
      clearScreenDown(this.#stream);
      this.#update.done();
    }
    this.#drawn = { lines: [], columns: 0 };
  }

  /** Leaves what is drawn where it is: something else has moved the cursor. */
  forget(): void {
    this.#update.done();
    this.#drawn = { lines: [], columns: 0 };
  }
}
