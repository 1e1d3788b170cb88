/**
 * The four messages of the X-SafeTP1 exchange, x-safetp1 §1:
 *
 *     M1  server: DSA public key
 *     M2  client: ElGamal public key | client-challenge
 *     M3  server: T | DSASign(T), T = ElGamalEncrypt(master-key) | client-challenge | server-challenge | server-IP
 *     M4  client: CBC3DESEncrypt(server-challenge)
 */
import { dsaSignatureLength, type DsaPublicKey } from '../../crypto/dsa.js';
import type { ElGamalPublicKey } from '../../crypto/elgamal.js';
import { encodeElGamalKey, splitElGamalKey } from '../../crypto/elgamal-spki.js';
import { concat, copyOf, octetLength } from '../../crypto/octets.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { DirectionKeys } from './key-schedule.js';
import { CHALLENGE_OCTETS, encryptAlways, SERVER_ADDRESS_OCTETS } from './profile.js';

export interface M2 {
  readonly key: ElGamalPublicKey;
  /** 16 octets. */
  readonly clientChallenge: Uint8Array;
}

export function encodeM2({ key, clientChallenge }: M2): Uint8Array {
  return concat(encodeElGamalKey(key), clientChallenge);
}

/** Splits M2 by the DER length of the key, and checks the key. The error is for a log. */
export function decodeM2(octets: Uint8Array): Result<M2, string> {
  const split = splitElGamalKey(octets);
  if (!split.ok) return err(`M2: ${split.error}`);
  const { key, rest } = split.value;
  if (rest.length !== CHALLENGE_OCTETS) return err(`M2: ${rest.length} octets follow the key, not ${CHALLENGE_OCTETS}`);
  return ok({ key, clientChallenge: copyOf(rest) });
}

/** T of M3. */
export interface M3Content {
  /** c1 | c2, twice as long as p. */
  readonly ciphertext: Uint8Array;
  readonly clientChallenge: Uint8Array;
  readonly serverChallenge: Uint8Array;
  /** 16 octets. */
  readonly serverAddress: Uint8Array;
}

/** What M3's signature is over. */
export function encodeSignedPart(content: M3Content): Uint8Array {
  return concat(content.ciphertext, content.clientChallenge, content.serverChallenge, content.serverAddress);
}

export interface M3 extends M3Content {
  readonly signedPart: Uint8Array;
  readonly signature: Uint8Array;
}

/** Splits M3, whose length follows from the two keys. `undefined` when it has another. */
export function splitM3(octets: Uint8Array, elGamal: ElGamalPublicKey, dsa: DsaPublicKey): M3 | undefined {
  const ciphertextEnd = 2 * octetLength(elGamal.p);
  const clientEnd = ciphertextEnd + CHALLENGE_OCTETS;
  const serverEnd = clientEnd + CHALLENGE_OCTETS;
  const signedEnd = serverEnd + SERVER_ADDRESS_OCTETS;
  if (octets.length !== signedEnd + dsaSignatureLength(dsa)) return undefined;
  return {
    ciphertext: copyOf(octets, 0, ciphertextEnd),
    clientChallenge: copyOf(octets, ciphertextEnd, clientEnd),
    serverChallenge: copyOf(octets, clientEnd, serverEnd),
    serverAddress: copyOf(octets, serverEnd, signedEnd),
    signedPart: copyOf(octets, 0, signedEnd),
    signature: copyOf(octets, signedEnd),
  };
}

/** M4, the beginning of the client's CBC stream: 24 octets. */
export function encodeM4(clientKeys: DirectionKeys, serverChallenge: Uint8Array): Uint8Array {
  return encryptAlways(clientKeys.controlKey.expose(), clientKeys.controlIv, serverChallenge);
}
