/**
 * EME-PKCS1-v1_5 (RFC 8017 §7.2, RFC 9580 §12.1): `00 02`, at least eight random octets that are not zero, `00`, the
 * message.
 */
import { concat, copyOf } from './octets.js';

/** Octets of the encoding that are neither message nor padding: 00, 02 and the 00 between. */
const FRAME_OCTETS = 3;
const MINIMUM_PADDING = 8;

/** How many padding octets a message of `message` octets needs in an encoding of `size`; `undefined` when it is too long. */
export function emePaddingLength(message: number, size: number): number | undefined {
  const padding = size - FRAME_OCTETS - message;
  return padding >= MINIMUM_PADDING ? padding : undefined;
}

/** The encoding. `padding` holds no zero. */
export function emeEncode(message: Uint8Array, padding: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0, 2), padding, Uint8Array.of(0), message);
}

/**
 * The message in an encoding, or `undefined`. Not in constant time: X-SafeTP1 decrypts only what a signature vouches
 * for, so nobody else can ask this function questions.
 */
export function emeDecode(encoding: Uint8Array): Uint8Array | undefined {
  if (encoding[0] !== 0 || encoding[1] !== 2) return undefined;
  const end = encoding.indexOf(0, 2);
  return end >= 2 + MINIMUM_PADDING ? copyOf(encoding, end + 1) : undefined;
}
