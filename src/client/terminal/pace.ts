/** How fast something goes: the mean over the last seconds, so that it neither flickers nor remembers a slow beginning. */

/** In milliseconds. */
const PACE_WINDOW = 5000;

interface Sample {
  /** In milliseconds of any clock. */
  readonly at: number;
  readonly octets: number;
}

export class Pace {
  /** Oldest first; the first may lie before the window, since what came in it began there. */
  #samples: readonly Sample[];

  constructor(at: number, octets: number) {
    this.#samples = [{ at, octets }];
  }

  /** @param octets - so far */
  add(at: number, octets: number): void {
    const begin = this.#samples.findLastIndex((sample) => sample.at <= at - PACE_WINDOW);
    this.#samples = [...this.#samples.slice(Math.max(0, begin)), { at, octets }];
  }

  get octets(): number {
    return this.#samples.at(-1)?.octets ?? 0;
  }

  /** Octets per second. While nothing comes it goes down to zero. */
  perSecond(now: number): number {
    const from = this.#samples.findLast((sample) => sample.at <= now - PACE_WINDOW) ?? this.#samples[0];
    if (from === undefined || now <= from.at) return 0;
    return ((this.octets - from.octets) * 1000) / (now - from.at);
  }
}
