/**
 * SHAHMAC(message) of X-SafeTP1 [P]: body | flags | sequence-# | HMAC-SHA-1, the same for commands, replies and data.
 */
import { concat, equalOctets } from '../../crypto/octets.js';
import { hmacSha1, levelHmacWork, SHA1_OCTETS } from '../../crypto/sha1.js';
import { paddingOf } from '../../crypto/triple-des.js';
import type { Secret } from '../../lib/secret.js';
import { authenticated, TRAILER_OCTETS } from './profile.js';

/** What is protected, and what says where it belongs. */
export interface PlainMessage {
  readonly body: Uint8Array;
  readonly flags: number;
  readonly sequence: number;
}

/** Octets that SHAHMAC adds to the body, and so the length of the shortest message: 25. */
export const MESSAGE_OVERHEAD = TRAILER_OCTETS + SHA1_OCTETS;

/** Octets of the shortest message once it is padded: 32. */
export const SHORTEST_PADDED = 32;

/** SHAHMAC(body | flags | sequence-#). */
export function authenticate(macKey: Secret<Uint8Array>, { body, flags, sequence }: PlainMessage): Uint8Array {
  const trailer = new Uint8Array(TRAILER_OCTETS);
  const fields = new DataView(trailer.buffer);
  fields.setUint8(0, flags);
  fields.setUint32(1, sequence);
  const message = concat(body, trailer);
  return authenticated(message, hmacSha1(macKey.expose(), message));
}

/** Checks a message that was not enciphered. `undefined` when it is too short or its tag is wrong. */
export function verifyMessage(macKey: Secret<Uint8Array>, octets: Uint8Array): PlainMessage | undefined {
  if (octets.length < MESSAGE_OVERHEAD) return undefined;
  const signed = octets.subarray(0, octets.length - SHA1_OCTETS);
  const tag = octets.subarray(octets.length - SHA1_OCTETS);
  return equalOctets(hmacSha1(macKey.expose(), signed), tag) ? fields(signed) : undefined;
}

/**
 * Checks a message that was deciphered and still has its padding, at least 32 octets. A wrong padding, a padding that
 * leaves too little, and a wrong tag cost the same: the tag is computed in every case, over the longest message that the
 * length allows when the padding is wrong, and what a long padding saved is made up for.
 */
export function verifyPadded(macKey: Secret<Uint8Array>, padded: Uint8Array): PlainMessage | undefined {
  const padding = paddingOf(padded);
  const usable = padding > 0 && padded.length - padding >= MESSAGE_OVERHEAD;
  const longest = padded.length - 1;
  const length = usable ? padded.length - padding : longest;
  const message = verifyMessage(macKey, padded.subarray(0, length));
  if (usable && message !== undefined) return message;
  levelHmacWork(length - SHA1_OCTETS, longest - SHA1_OCTETS);
  return undefined;
}

function fields(signed: Uint8Array): PlainMessage {
  const view = new DataView(signed.buffer, signed.byteOffset, signed.byteLength);
  const end = signed.length - TRAILER_OCTETS;
  return { body: signed.subarray(0, end), flags: view.getUint8(end), sequence: view.getUint32(end + 1) };
}
