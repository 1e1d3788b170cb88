/**
 * The ports from which client-facing data listeners may be opened (the manual's -r). The pool owns the leases: two sessions
 * never share a port, and a lease comes back however its session ends.
 */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

export interface Lease {
  readonly port: number;
  /** Gives the port back; more than once is harmless. */
  release(): void;
}

export class PortPool {
  readonly #range: PortRange;
  readonly #taken = new Set<number>();
  #next: number;

  constructor(range: PortRange) {
    this.#range = range;
    this.#next = range.low;
  }

  get size(): number {
    return this.#range.high - this.#range.low + 1;
  }

  get leased(): number {
    return this.#taken.size;
  }

  /** The next free port, going round: one just given back is the last to be used again, so that a late connection misses. */
  lease(): Lease | undefined {
    for (let tried = 0; tried < this.size; tried++) {
      const port = this.#next;
      this.#next = port === this.#range.high ? this.#range.low : port + 1;
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      let held = true;
      const release = (): void => {
        // Once: by the second time the port may be somebody else's.
        if (held) this.#taken.delete(port);
        held = false;
      };
      return { port, release };
    }
    return undefined;
  }
}
