/** The timers of one session. When one is over, the engine hears of it as an event. */
import type { TimerName } from './io.js';

export class SessionTimers {
  readonly #durations: Readonly<Record<TimerName, number>>;
  readonly #onTimeout: (timer: TimerName) => void;
  readonly #running = new Map<TimerName, NodeJS.Timeout>();

  /** @param durations - milliseconds */
  constructor(durations: Readonly<Record<TimerName, number>>, onTimeout: (timer: TimerName) => void) {
    this.#durations = durations;
    this.#onTimeout = onTimeout;
  }

  start(timer: TimerName): void {
    const running = this.#running.get(timer);
    // The login timer runs once, from the accept: the greeting does not start it afresh.
    if (running !== undefined && timer === 'idle') running.refresh();
    if (running !== undefined) return;
    this.#running.set(
      timer,
      setTimeout(() => this.#onTimeout(timer), this.#durations[timer]),
    );
  }

  stop(timer: TimerName): void {
    clearTimeout(this.#running.get(timer));
    this.#running.delete(timer);
  }

  stopAll(): void {
    for (const timer of this.#running.keys()) this.stop(timer);
  }
}
