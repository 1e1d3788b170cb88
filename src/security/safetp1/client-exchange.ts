/**
 * The client's side of the X-SafeTP1 exchange, in steps:
 *
 *     readServerKey(M1) → the caller compares the key with the one it has pinned
 *     beginClientExchange → M2
 *     step(M3) → M4 and the security context
 */
import { dsaVerify, importDsaPublicKey, type DsaPublicKey } from '../../crypto/dsa.js';
import { elGamalDecrypt, generateElGamalKey, type ElGamalKeyPair } from '../../crypto/elgamal.js';
import { equalOctets } from '../../crypto/octets.js';
import { err, ok, type Result } from '../../lib/result.js';
import { Secret, wipe } from '../../lib/secret.js';
import type { RandomSource, SecurityContext } from '../mechanism.js';
import { establish } from './context.js';
import { deriveKeys } from './key-schedule.js';
import { encodeM2, encodeM4, splitM3, type M3 } from './messages.js';
import { CHALLENGE_OCTETS, MASTER_KEY_OCTETS } from './profile.js';
import { decodeServerAddress, encodeServerAddress } from './server-address.js';

/** Why the exchange failed. Stable; `text` is one sentence for the user. */
export interface ClientExchangeFailure {
  readonly code:
    | 'malformed-key'
    | 'malformed-message'
    | 'bad-signature'
    | 'wrong-challenge'
    | 'wrong-server-address'
    | 'bad-master-key';
  readonly text: string;
}

/** Reads M1. Whether the key is to be trusted is the caller's to decide, before anything else is sent. */
export function readServerKey(m1: Uint8Array): Result<DsaPublicKey, ClientExchangeFailure> {
  const key = importDsaPublicKey(m1);
  if (key.ok) return key;
  const why = {
    unreadable: 'is not a public key in DER',
    'not-dsa': 'is not a DSA key',
    size: 'is of a size that is not accepted',
  }[key.error];
  return failure('malformed-key', `The key that the server sent ${why}.`);
}

export interface ClientExchangeOptions {
  /** The key of M1, which the caller trusts. */
  readonly serverKey: DsaPublicKey;
  /** The address that was dialled, or that the user said to expect. IPv4 or IPv6 text. */
  readonly serverAddress: string;
  readonly random: RandomSource;
}

/** An exchange that waits for M3. */
export interface ClientExchange {
  /** Takes M3, once. Gives M4, and the context that holds when the server answers it with 235. */
  step(m3: Uint8Array): Result<ClientEstablishment, ClientExchangeFailure>;
}

export interface ClientEstablishment {
  /** M4. */
  readonly token: Uint8Array;
  readonly context: SecurityContext;
}

/**
 * Makes M2, with an ElGamal key for this connection alone.
 * @throws RangeError when `serverAddress` is no address: the caller has dialled it.
 */
export function beginClientExchange(options: ClientExchangeOptions): {
  readonly token: Uint8Array;
  readonly exchange: ClientExchange;
} {
  const expected = encodeServerAddress(options.serverAddress);
  if (expected === undefined) throw new RangeError('the server address is no IP address');
  // The order of the draws is part of what the known answers replay.
  const keyPair = generateElGamalKey(options.random);
  const clientChallenge = options.random(CHALLENGE_OCTETS);
  const waiting: Waiting = { ...options, keyPair, clientChallenge, expected };
  return {
    token: encodeM2({ key: keyPair.publicKey, clientChallenge }),
    exchange: { step: (m3) => takeM3(waiting, m3) },
  };
}

interface Waiting extends ClientExchangeOptions {
  readonly keyPair: ElGamalKeyPair;
  readonly clientChallenge: Uint8Array;
  /** 16 octets. */
  readonly expected: Uint8Array;
}

function takeM3(waiting: Waiting, octets: Uint8Array): Result<ClientEstablishment, ClientExchangeFailure> {
  const { keyPair, serverKey, random } = waiting;
  const m3 = splitM3(octets, keyPair.publicKey, serverKey);
  if (m3 === undefined) {
    return failure(
      'malformed-message',
      `The server's second message has ${octets.length} octets, which cannot be right.`,
    );
  }
  // Nothing is decrypted before the signature has been verified: otherwise the padding could be asked questions.
  const fault = verifyM3(waiting, m3);
  if (fault !== undefined) return err(fault);
  const plain = elGamalDecrypt(keyPair, m3.ciphertext);
  wipe(keyPair.x.expose());
  if (plain?.length !== MASTER_KEY_OCTETS) {
    return failure('bad-master-key', 'The server signed a message whose master key does not decrypt.');
  }
  const masterKey = new Secret(plain);
  const keys = deriveKeys(masterKey);
  wipe(masterKey.expose());
  const token = encodeM4(keys.client, m3.serverChallenge);
  return ok({ token, context: establish({ role: 'client', keys, random, m4: token }) });
}

function verifyM3(waiting: Waiting, m3: M3): ClientExchangeFailure | undefined {
  if (!dsaVerify(waiting.serverKey, m3.signedPart, m3.signature)) {
    return {
      code: 'bad-signature',
      text: 'The server could not prove that the key it showed is its own: the signature is wrong.',
    };
  }
  if (!equalOctets(m3.clientChallenge, waiting.clientChallenge)) {
    return { code: 'wrong-challenge', text: 'The server signed an answer to another challenge: it may be a replay.' };
  }
  if (!equalOctets(m3.serverAddress, waiting.expected)) {
    const signed = decodeServerAddress(m3.serverAddress);
    const dialled = decodeServerAddress(waiting.expected);
    return {
      code: 'wrong-server-address',
      text: `The server says that its address is ${signed}, but the address expected is ${dialled}.`,
    };
  }
  return undefined;
}

function failure(code: ClientExchangeFailure['code'], text: string): Result<never, ClientExchangeFailure> {
  return err({ code, text });
}
