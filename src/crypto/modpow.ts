/**
 * Modular powers. Over the groups of RFC 3526 through OpenSSL's Diffie-Hellman, which is fast and takes the same time
 * for every exponent; over any other modulus with BigInt, and then only with a short exponent.
 *
 * A Diffie-Hellman object over a p that OpenSSL does not know costs some 40 ms, because it checks the prime. As p is
 * the peer's choice, that would be a lever against the gateway: no such object is ever made.
 */
import { createDiffieHellman, getDiffieHellman } from 'node:crypto';
import { bitLength, octetLength, toInteger, toOctets, view } from './octets.js';

/** A modulus and a generator. */
export interface Group {
  readonly p: bigint;
  readonly g: bigint;
}

/** RFC 3526 groups 5, 14, 15 and 16: 1536, 2048, 3072 and 4096 bits. All are safe primes with the generator 2. */
const NAMED = ['modp5', 'modp14', 'modp15', 'modp16'] as const;

const named: ReadonlySet<bigint> = new Set(NAMED.map((name) => toInteger(getDiffieHellman(name).getPrime())));

/** RFC 3526 §3: the 2048-bit MODP group, number 14. */
export const GROUP_14: Group = { p: toInteger(getDiffieHellman('modp14').getPrime()), g: 2n };

/** Whether p is the modulus of one of the RFC 3526 groups. */
export function isNamedModulus(p: bigint): boolean {
  return named.has(p);
}

/**
 * The longest exponent over a modulus that is not named, in bits. One power then costs about 1.5 ms at 1024 bits, 4 ms at
 * 2048 and 10 ms at 4096, which is the most a client can make the gateway spend on one.
 */
export const UNNAMED_EXPONENT_BITS = 320;

/**
 * base^exponent mod p, for base and exponent above 0 and below p.
 *
 * With a named p the time does not depend on the exponent. Otherwise it does: such an exponent must be used once only.
 * @throws RangeError for arguments outside these bounds: callers check what a peer sent before they come here.
 */
export function modPow(base: bigint, exponent: bigint, p: bigint): bigint {
  if (base <= 0n || base >= p || exponent <= 0n || exponent >= p)
    throw new RangeError('a modular power outside its bounds');
  if (isNamedModulus(p)) return namedPower(base, exponent, p) ?? plainPower(base, exponent, p);
  if (bitLength(exponent) > UNNAMED_EXPONENT_BITS) {
    throw new RangeError('an exponent longer than the bound for an unknown modulus');
  }
  return plainPower(base, exponent, p);
}

/**
 * `undefined` where OpenSSL refuses to do Diffie-Hellman: when the base or the power is 1 or p−1. Bases are checked before
 * they come here, and a random exponent meets such a power with a chance of 2^−1534 at most.
 */
function namedPower(base: bigint, exponent: bigint, p: bigint): bigint | undefined {
  const size = octetLength(p);
  const key = toOctets(exponent, size);
  try {
    const exchange = createDiffieHellman(view(toOctets(p, size)), Buffer.from([2]));
    exchange.setPrivateKey(view(key));
    return toInteger(exchange.computeSecret(view(toOctets(base, size))));
  } catch {
    return undefined;
  } finally {
    key.fill(0);
  }
}

/** Square and multiply from the least significant bit. */
function plainPower(base: bigint, exponent: bigint, p: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}
