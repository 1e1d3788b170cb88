/**
 * An ElGamal public key as DER `SubjectPublicKeyInfo`: OID 1.3.14.7.2.1.1 (oiw elGamal), parameters
 * `SEQUENCE { p, g }`, key `INTEGER y`. The form that BouncyCastle and others read.
 */
import { err, ok, type Result } from '../lib/result.js';
import { decodeDer, der, encodeDer, integerOf, itemsOf, sequenceLength } from './der.js';
import { elGamalKeyFault, type ElGamalPublicKey } from './elgamal.js';

/** oiw(14) secsig(7) algorithms(2) encryption(1) elGamal(1). */
const ELGAMAL_OID = '1.3.14.7.2.1.1';

/** Three integers of 4096 bits take 1,551 octets with all that is around them. */
const MAXIMUM_OCTETS = 2048;

/** The octets of a key. */
export function encodeElGamalKey({ p, g, y }: ElGamalPublicKey): Uint8Array {
  const parameters = der.sequence(der.integer(p), der.integer(g));
  const algorithm = der.sequence(der.oid(ELGAMAL_OID), parameters);
  return encodeDer(der.sequence(algorithm, der.bitString(encodeDer(der.integer(y)))));
}

/** The key at the beginning of `octets`, checked, and the octets behind it; or, for a log, what is wrong. */
export function splitElGamalKey(
  octets: Uint8Array,
): Result<{ readonly key: ElGamalPublicKey; readonly rest: Uint8Array }, string> {
  const length = sequenceLength(octets, MAXIMUM_OCTETS);
  if (length === undefined) return err('no DER sequence of a fitting length');
  const key = decodeElGamalKey(octets.subarray(0, length));
  if (key === undefined) return err('no ElGamal SubjectPublicKeyInfo in DER');
  const fault = elGamalKeyFault(key);
  return fault === undefined ? ok({ key, rest: octets.subarray(length) }) : err(fault);
}

function decodeElGamalKey(octets: Uint8Array): ElGamalPublicKey | undefined {
  const info = itemsOf(decodeDer(octets, MAXIMUM_OCTETS), 2);
  const algorithm = itemsOf(info?.[0], 2);
  const identifier = algorithm?.[0];
  const parameters = itemsOf(algorithm?.[1], 2);
  const bits = info?.[1];
  if (identifier?.kind !== 'oid' || identifier.oid !== ELGAMAL_OID || bits?.kind !== 'bit-string') return undefined;
  const p = integerOf(parameters?.[0]);
  const g = integerOf(parameters?.[1]);
  const y = integerOf(decodeDer(bits.octets, MAXIMUM_OCTETS));
  return p === undefined || g === undefined || y === undefined ? undefined : { p, g, y };
}
