/**
 * Bounds how many security exchanges begin in a second (limits.handshakesPerSecond): each costs the gateway two modular
 * powers and a signature, and the client nothing.
 */
import type { Mechanism } from '../security/mechanism.js';

/** A bucket that holds one second's worth and fills steadily. `now` gives milliseconds. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#tokens = perSecond;
    this.#at = now();
  }

  take(): boolean {
    const now = this.#now();
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** The same mechanism, answering 431 when the bucket is empty (RFC 2228 §3: a resource is unavailable). */
export function limited(mechanism: Mechanism, bucket: TokenBucket): Mechanism {
  return {
    name: mechanism.name,
    begin: (setting) =>
      bucket.take()
        ? mechanism.begin(setting)
        : { kind: 'refused', code: 431, text: 'Too many security exchanges at the moment: try again in a second.' },
  };
}
