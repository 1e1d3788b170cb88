/**
 * The last lines of a terminal: what is drawn there (bars, the line that is being typed) gives way to what is printed, and
 * comes back below it. Without a drawing a Screen does nothing but let others print.
 */

/** Something that stands in the last lines for a while. */
export interface Drawing {
  /** Takes away what it has drawn; the cursor is then where it was before draw(). */
  erase(): void;
  /** Draws itself from the beginning of a line, or over what it has drawn before. */
  draw(): void;
  /** What it has drawn is not where it was, or is to stay: the next draw() begins anew. */
  forget(): void;
}

export class Screen {
  /** From the top down. */
  #drawings: readonly Drawing[] = [];
  /** `away`: the terminal is the shell's, or another program's. */
  #phase: 'here' | 'away' = 'here';

  /** Draws something below all else that is drawn. */
  show(drawing: Drawing): void {
    this.#drawings = [...this.#drawings, drawing];
    if (this.#phase === 'here') drawing.draw();
  }

  /** Takes a drawing away. */
  hide(drawing: Drawing): void {
    this.#without(drawing, () => (this.#drawings = this.#drawings.filter((each) => each !== drawing)));
  }

  /** Leaves a drawing where it is, as if it had been printed. The cursor is at the beginning of a line. */
  leave(drawing: Drawing): void {
    this.#drawings = this.#drawings.filter((each) => each !== drawing);
    drawing.forget();
  }

  /** Gives the terminal to others: draws nothing until renew(). */
  away(): void {
    for (const each of this.#drawings.toReversed()) each.erase();
    this.#phase = 'away';
  }

  /** Draws all anew: others have used the terminal meanwhile. */
  renew(): void {
    this.#phase = 'here';
    for (const each of this.#drawings) {
      each.forget();
      each.draw();
    }
  }

  /** Draws something anew that has changed. */
  redraw(drawing: Drawing): void {
    if (this.#phase === 'here' && this.#drawings.at(-1) === drawing) drawing.draw();
    else this.#without(drawing, () => undefined);
  }

  /** Prints above all that is drawn. `work` leaves the cursor at the beginning of a line. */
  print(work: () => void): void {
    this.#without(this.#drawings[0], work);
  }

  /** Does something while a drawing, and all below it, is away. */
  #without(drawing: Drawing | undefined, work: () => void): void {
    const at = drawing === undefined ? -1 : this.#drawings.indexOf(drawing);
    const lower = at < 0 || this.#phase === 'away' ? [] : this.#drawings.slice(at);
    for (const each of lower.toReversed()) each.erase();
    work();
    for (const each of lower) if (this.#drawings.includes(each)) each.draw();
  }
}
