/**
 * A DSA public key as DER `SubjectPublicKeyInfo` (RFC 3279 §2.3.2): id-dsa with p, q and g, key `INTEGER y`.
 *
 * It is taken apart here before OpenSSL sees it. Node 20 ends the process (an assertion in GetDsaKeyDetail) when it is asked for the
 * sizes of a key that is called DSA and is none, and M1 is whatever a server sends.
 */
import { decodeDer, integerOf, itemsOf } from './der.js';
import { bitLength } from './octets.js';

/** id-dsa: iso(1) member-body(2) us(840) x9-57(10040) x9cm(4) 1. */
const DSA_OID = '1.2.840.10040.4.1';

/** Sizes in bits. */
export interface DsaSizes {
  readonly modulus: number;
  readonly divisor: number;
}

/** The sizes of the key; undefined where `octets` are not one in canonical DER, of at most `limit` octets. */
export function dsaSizesOf(octets: Uint8Array, limit: number): DsaSizes | undefined {
  const info = itemsOf(decodeDer(octets, limit), 2);
  const algorithm = itemsOf(info?.[0], 2);
  const identifier = algorithm?.[0];
  const parameters = itemsOf(algorithm?.[1], 3);
  const bits = info?.[1];
  if (identifier?.kind !== 'oid' || identifier.oid !== DSA_OID || bits?.kind !== 'bit-string') return undefined;
  const [p, q, g] = [0, 1, 2].map((index) => integerOf(parameters?.[index]));
  const y = integerOf(decodeDer(bits.octets, limit));
  if (p === undefined || q === undefined || g === undefined || y === undefined) return undefined;
  if (q <= 1n || q >= p || g <= 1n || g >= p || y <= 1n || y >= p) return undefined;
  return { modulus: bitLength(p), divisor: bitLength(q) };
}
