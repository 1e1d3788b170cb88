/** Base64 as RFC 2228 §9 and RFC 4648 §4 have it, strictly: one text for one value, so that nothing hides in a token. */
import { err, ok, type Result } from '../lib/result.js';

/**
 * Decodes base64: alphabet and padding as the RFC says, no white space, a length that is a multiple of 4, unused bits zero.
 * Node's own decoder skips what it does not know, takes the URL alphabet and stops at the first `=`.
 */
export function decodeBase64(text: string): Result<Uint8Array, 'base64'> {
  if (text.length % 4 !== 0) return err('base64');
  const body = text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text;
  if (/[^A-Za-z0-9+/]/.test(body)) return err('base64');
  const octets = Uint8Array.from(Buffer.from(text, 'base64'));
  // Unused bits that are set decode to the same octets, but those octets encode to another text.
  return encodeBase64(octets) === text ? ok(octets) : err('base64');
}

/** Encodes octets in base64, padded, on one line. */
export function encodeBase64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');
}
