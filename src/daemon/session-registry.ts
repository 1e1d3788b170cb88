/** The sessions under way: how many there may be, in all and of one address, and how they end together. */
import type { Session } from '../session/session.js';

/** How long sessions that are ended at once may take to be gone, ms. */
const DESTROY_MS = 2_000;

export interface SessionLimits {
  readonly sessions: number;
  readonly sessionsPerAddress: number;
}

export class SessionRegistry {
  readonly #sessions = new Map<Session, { readonly address: string; readonly generation: number }>();
  readonly #perAddress = new Map<string, number>();
  #last = 0;

  get size(): number {
    return this.#sessions.size;
  }

  /** A number for the log, unique in this process. */
  nextNumber(): number {
    return ++this.#last;
  }

  /** Why one more session from this address is refused, or undefined. */
  refusal(address: string, limits: SessionLimits): string | undefined {
    if (this.#sessions.size >= limits.sessions) return `all ${limits.sessions} sessions are in use`;
    if ((this.#perAddress.get(address) ?? 0) >= limits.sessionsPerAddress) {
      return `all ${limits.sessionsPerAddress} sessions of this address are in use`;
    }
    return undefined;
  }

  /** Sessions that each generation of the configuration still has. */
  byGeneration(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const { generation } of this.#sessions.values()) counts.set(generation, (counts.get(generation) ?? 0) + 1);
    return counts;
  }

  add(session: Session, address: string, generation: number): void {
    this.#sessions.set(session, { address, generation });
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    void session.done.then(() => this.#remove(session, address));
  }

  #remove(session: Session, address: string): void {
    this.#sessions.delete(session);
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }

  /** Tells every client that the service ends; resolves when all sessions are gone: what still runs after `drain` ms is ended. */
  async shutDown(drain: number): Promise<void> {
    for (const session of this.#sessions.keys()) session.shutDown();
    await this.#gone(drain);
    for (const session of this.#sessions.keys()) session.destroy();
    await this.#gone(DESTROY_MS);
  }

  async #gone(timeout: number): Promise<void> {
    if (this.#sessions.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeout)));
    await Promise.race([Promise.all([...this.#sessions.keys()].map((session) => session.done)), late]);
    clearTimeout(timer);
  }
}
