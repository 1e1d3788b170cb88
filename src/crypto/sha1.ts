/**
 * SHA-1 (FIPS 180) and HMAC-SHA-1 (RFC 2104). SafeTP needs both: as a key derivation and as a MAC, where the collisions
 * known for SHA-1 do not help an attacker; and as the DIGT of draft-bonachea-sftp.
 */
import { createHash, createHmac, type Hash } from 'node:crypto';
import { plain } from './octets.js';

/** Octets of a SHA-1 digest, and so of an HMAC-SHA-1 tag. */
export const SHA1_OCTETS = 20;

/** SHA-1 over the parts, one after the other. */
export function sha1(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return plain(hash.digest());
}

/** HMAC-SHA-1 over the parts, one after the other: 20 octets. */
export function hmacSha1(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('sha1', key);
  for (const part of parts) hmac.update(part);
  return plain(hmac.digest());
}

/** Octets that SHA-1 takes in at a time. */
const BLOCK_OCTETS = 64;

/** How many times SHA-1 compresses for a message of this length: 0x80 and eight octets of length follow the message. */
const compressions = (octets: number): number => Math.ceil((octets + 9) / BLOCK_OCTETS);

const idle = new Uint8Array(BLOCK_OCTETS);

/**
 * Does the work by which an HMAC over `actual` octets fell short of one over `longest`, so that a failed check takes
 * the same time whatever a forged padding claimed (the attack known as Lucky Thirteen). The two may differ by at most 64.
 */
export function levelHmacWork(actual: number, longest: number): void {
  const missing = compressions(longest) - compressions(actual);
  // A hash is made in either case: making one costs more than a compression does.
  createHash('sha1')
    .update(idle.subarray(0, missing > 0 ? BLOCK_OCTETS : 0))
    .digest();
}

/** SHA-1 over a growing octet string. Immutable: appending gives a new value and leaves this one as it was. */
export class RunningSha1 {
  readonly #hash: Hash;

  private constructor(hash: Hash) {
    this.#hash = hash;
  }

  /** Over no octets. */
  static readonly empty = new RunningSha1(createHash('sha1'));

  append(octets: Uint8Array): RunningSha1 {
    const next = this.#hash.copy();
    next.update(octets);
    return new RunningSha1(next);
  }

  /** The digest of all octets so far: 20 octets. */
  digest(): Uint8Array {
    return plain(this.#hash.copy().digest());
  }
}
