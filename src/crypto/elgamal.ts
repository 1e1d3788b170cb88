/**
 * ElGamal encryption (1985) of a short message over a prime field, with the plaintext encoded as EME-PKCS1-v1_5.
 */
import { Secret } from '../lib/secret.js';
import { emeDecode, emeEncode, emePaddingLength } from './eme-pkcs1.js';
import { GROUP_14, isNamedModulus, modPow, UNNAMED_EXPONENT_BITS, type Group } from './modpow.js';
import { bitLength, concat, octetLength, toInteger, toOctets } from './octets.js';
import { randomInteger, randomNonZero, type RandomOctets } from './random.js';

/** y = g^x mod p. */
export interface ElGamalPublicKey extends Group {
  readonly y: bigint;
}

export interface ElGamalKeyPair {
  readonly publicKey: ElGamalPublicKey;
  /** x, as long as p. */
  readonly x: Secret<Uint8Array>;
}

/** Sizes of p that are accepted, in bits (x-safetp1 §1). */
export const ELGAMAL_MINIMUM_BITS = 1024;
export const ELGAMAL_MAXIMUM_BITS = 4096;

/** What is wrong with a public key, or `undefined`: p of 1024 to 4096 bits and odd, 1 < g < p−1, 1 < y < p−1. */
export function elGamalKeyFault({ p, g, y }: ElGamalPublicKey): string | undefined {
  const bits = p > 0n ? bitLength(p) : 0;
  if (bits < ELGAMAL_MINIMUM_BITS) return 'p is too small';
  if (bits > ELGAMAL_MAXIMUM_BITS) return 'p is too large';
  if ((p & 1n) === 0n) return 'p is even';
  if (g <= 1n || g >= p - 1n) return 'g is out of range';
  if (y <= 1n || y >= p - 1n) return 'y is out of range';
  return undefined;
}

/**
 * A key pair over RFC 3526 group 14, for one connection. The exponent has the full length of p: with OpenSSL the power
 * takes 2 ms, so there is no need to lean on the hardness of short exponents.
 */
export function generateElGamalKey(random: RandomOctets): ElGamalKeyPair {
  const x = randomExponent(random, GROUP_14.p);
  return elGamalKeyOf(x);
}

/** The key pair over group 14 that has this private exponent. */
export function elGamalKeyOf(x: bigint): ElGamalKeyPair {
  const publicKey = { ...GROUP_14, y: modPow(GROUP_14.g, x, GROUP_14.p) };
  return { publicKey, x: new Secret(toOctets(x, octetLength(GROUP_14.p))) };
}

/** The largest p, in bits, over which an exponent of full length is drawn: some 2 ms a power. */
const FULL_EXPONENT_BITS = 2048;

/** The random parts of one encryption. Never to be used twice. */
export interface ElGamalNonce {
  readonly k: bigint;
  readonly padding: Uint8Array;
}

/**
 * An exponent for one use. Over the RFC 3526 groups up to 2048 bits uniform from 1 to p−2. Over their larger ones 320 bits: more would
 * only cost time (30 ms at 4096 bits), and p is the peer's choice. Over an unknown p, whose power goes through
 * BigInt, 320 bits: the message needs no more than the 112-bit strength of triple DES, for which a safe prime asks
 * 224 bits of exponent; 96 more make up for the bits that the small factors of p−1 give away where p was merely a random
 * prime (van Oorschot and Wiener, Eurocrypt '96). Who chose a worse p than that chose it for a key of his own.
 */
export function randomExponent(random: RandomOctets, p: bigint): bigint {
  if (isNamedModulus(p) && bitLength(p) <= FULL_EXPONENT_BITS) return randomInteger(random, octetLength(p), p - 2n);
  return randomInteger(random, UNNAMED_EXPONENT_BITS / 8, (1n << BigInt(UNNAMED_EXPONENT_BITS)) - 1n);
}

/** Draws what one encryption of `message` octets needs: first k, then the padding. */
export function elGamalNonce(random: RandomOctets, key: ElGamalPublicKey, message: number): ElGamalNonce {
  const padding = emePaddingLength(message, octetLength(key.p));
  if (padding === undefined) throw new RangeError('the message is too long for this key');
  return { k: randomExponent(random, key.p), padding: randomNonZero(random, padding) };
}

/**
 * c1 | c2, each padded on the left to the length of p: c1 = g^k, c2 = y^k · EME(message).
 * The key must have passed {@link elGamalKeyFault}.
 */
export function elGamalEncrypt(key: ElGamalPublicKey, message: Uint8Array, nonce: ElGamalNonce): Uint8Array {
  const size = octetLength(key.p);
  const encoding = emeEncode(message, nonce.padding);
  if (encoding.length !== size) throw new RangeError('the padding does not fill the encoding');
  const c1 = modPow(key.g, nonce.k, key.p);
  // An even or composite p is the peer's harm alone, but y^k may then be 0: the product is taken in every case.
  const c2 = (modPow(key.y, nonce.k, key.p) * toInteger(encoding)) % key.p;
  encoding.fill(0);
  return concat(toOctets(c1, size), toOctets(c2, size));
}

/** The message, or `undefined` when the ciphertext's length, ranges or encoding are wrong. */
export function elGamalDecrypt({ publicKey, x }: ElGamalKeyPair, ciphertext: Uint8Array): Uint8Array | undefined {
  const { p } = publicKey;
  const size = octetLength(p);
  if (ciphertext.length !== 2 * size) return undefined;
  const c1 = toInteger(ciphertext.subarray(0, size));
  const c2 = toInteger(ciphertext.subarray(size));
  if (c1 <= 1n || c1 >= p - 1n || c2 < 1n || c2 >= p) return undefined;
  // c1^(p−1−x) is the inverse of c1^x: one constant-time power instead of a power and an inversion.
  const inverse = modPow(c1, p - 1n - toInteger(x.expose()), p);
  return emeDecode(toOctets((c2 * inverse) % p, size));
}
