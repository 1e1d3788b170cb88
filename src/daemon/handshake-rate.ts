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

/** Of the exchanges a second, the share that one address may begin: nobody takes them all. */
const SHARE_OF_AN_ADDRESS = 0.5;

/** Addresses whose share is remembered; the longest known is forgotten first. */
const MAX_ADDRESSES = 10_000;

/** The exchanges that may begin, in all and from one address. */
export class HandshakeRate {
  readonly #all: TokenBucket;
  readonly #share: number;
  readonly #byAddress = new Map<string, TokenBucket>();

  constructor(perSecond: number) {
    this.#all = new TokenBucket(perSecond);
    this.#share = Math.max(1, perSecond * SHARE_OF_AN_ADDRESS);
  }

  take(address: string): boolean {
    return this.#bucketOf(address).take() && this.#all.take();
  }

  #bucketOf(address: string): TokenBucket {
    const known = this.#byAddress.get(address);
    if (known !== undefined) return known;
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size >= MAX_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
    const bucket = new TokenBucket(this.#share);
    this.#byAddress.set(address, bucket);
    return bucket;
  }
}

/** The same mechanism for one client, answering 431 when too many exchanges begin (RFC 2228 §3: a resource is unavailable). */
export function limited(mechanism: Mechanism, rate: HandshakeRate, address: string): Mechanism {
  return {
    name: mechanism.name,
    begin: (setting) =>
      rate.take(address)
        ? mechanism.begin(setting)
        : { kind: 'refused', code: 431, text: 'Too many security exchanges at the moment: try again in a second.' },
  };
}
