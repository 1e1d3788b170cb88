/**
 * The gateway's side of the X-SafeTP1 exchange: M1, then M2 → M3, then M4 → established.
 */
import { dsaSign } from '../../crypto/dsa.js';
import { elGamalEncrypt, elGamalNonce } from '../../crypto/elgamal.js';
import { equalOctets } from '../../crypto/octets.js';
import { Secret, wipe } from '../../lib/secret.js';
import type { AuthOutcome, Exchange, ExchangeOutcome, ExchangeSetting, Mechanism, RandomSource } from '../mechanism.js';
import { establish } from './context.js';
import { deriveKeys, type SessionKeys } from './key-schedule.js';
import { decodeM2, encodeM4, encodeSignedPart } from './messages.js';
import { CHALLENGE_OCTETS, joinSigned, MASTER_KEY_OCTETS, MECHANISM_NAME } from './profile.js';
import { encodeServerAddress } from './server-address.js';
import type { ServerKey } from './server-key.js';

export interface SafeTp1Options {
  readonly key: ServerKey;
  readonly random: RandomSource;
}

/** X-SafeTP1, ready to serve. */
export function createSafeTp1(options: SafeTp1Options): Mechanism {
  return { name: MECHANISM_NAME, begin: (setting) => begin(options, setting) };
}

function begin(options: SafeTp1Options, setting: ExchangeSetting): AuthOutcome {
  const serverAddress = encodeServerAddress(setting.serverAddress);
  // A listener on no IP address cannot say where it is, and a client would refuse what it said.
  if (serverAddress === undefined) return { kind: 'refused', code: 431, text: 'No server address to vouch for' };
  const exchange: Exchange = { step: (m2) => takeM2(options, serverAddress, m2) };
  return { kind: 'exchange', exchange, token: options.key.publicDer };
}

function takeM2({ key, random }: SafeTp1Options, serverAddress: Uint8Array, octets: Uint8Array): ExchangeOutcome {
  const m2 = decodeM2(octets);
  if (!m2.ok) return { kind: 'failed', why: m2.error };
  // The order of the draws is part of what the known answers replay.
  const masterKey = new Secret(random(MASTER_KEY_OCTETS));
  const serverChallenge = random(CHALLENGE_OCTETS);
  const nonce = elGamalNonce(random, m2.value.key, MASTER_KEY_OCTETS);
  const ciphertext = elGamalEncrypt(m2.value.key, masterKey.expose(), nonce);
  const { clientChallenge } = m2.value;
  const signedPart = encodeSignedPart({ ciphertext, clientChallenge, serverChallenge, serverAddress });
  const token = joinSigned(signedPart, dsaSign(key.privateKey, signedPart));
  const keys = deriveKeys(masterKey);
  wipe(masterKey.expose(), nonce.padding);
  const exchange: Exchange = { step: (m4) => takeM4(random, keys, serverChallenge, m4) };
  return { kind: 'continue', exchange, token };
}

function takeM4(random: RandomSource, keys: SessionKeys, challenge: Uint8Array, m4: Uint8Array): ExchangeOutcome {
  if (keys.client.wiped) return { kind: 'failed', why: 'M4: the exchange is over' };
  // That M4 is the one encryption of the challenge says the same as that it decrypts to it, and leaves no padding to judge.
  if (!equalOctets(encodeM4(keys.client, challenge), m4)) {
    keys.client.wipe();
    keys.server.wipe();
    return { kind: 'failed', why: 'M4: not the server challenge under the agreed key' };
  }
  return { kind: 'established', context: establish({ role: 'server', keys, random, m4 }) };
}
