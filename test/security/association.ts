/** Two ends of one association, as the tests need them. */
import { systemRandom } from '../../src/crypto/random.js';
import { Secret } from '../../src/lib/secret.js';
import type { RandomSource, SecurityContext } from '../../src/security/mechanism.js';
import { establish } from '../../src/security/safetp1/context.js';
import { deriveKeys, type SessionKeys } from '../../src/security/safetp1/key-schedule.js';
import { encodeM4 } from '../../src/security/safetp1/messages.js';
import { unhex, vectors } from '../vectors/vectors.js';

/** The keys of the known master key. */
export const knownKeys = (): SessionKeys => deriveKeys(new Secret(unhex(vectors.key_schedule.master_key)));

export interface Association {
  readonly client: SecurityContext;
  readonly server: SecurityContext;
}

/** Both ends right after the exchange, with the known keys and the known M4. */
export function associate(random: RandomSource = systemRandom): Association {
  const m4 = encodeM4(knownKeys().client, unhex(vectors.control.server_challenge));
  return {
    client: establish({ role: 'client', keys: knownKeys(), random, m4 }),
    server: establish({ role: 'server', keys: knownKeys(), random, m4 }),
  };
}

/** The value of a result that must be one. */
export function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'utf8'));

/** The same octets with one bit turned over. */
export function flip(octets: Uint8Array, bit: number): Uint8Array {
  const changed = new Uint8Array(octets);
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}
