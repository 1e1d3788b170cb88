/**
 * Octet strings and the unsigned integers written in them, most significant octet first.
 */
import { timingSafeEqual } from 'node:crypto';

/** One octet string after the other, in a fresh buffer. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** A part of an octet string in a buffer of its own. Not `slice`: a Buffer's slice is a view of the same memory. */
export function copyOf(octets: Uint8Array, start = 0, end = octets.length): Uint8Array {
  return new Uint8Array(octets.subarray(start, end));
}

/** Whether two octet strings are the same, in a time that depends on their lengths only. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The integer that these octets write. No octets write 0. */
export function toInteger(octets: Uint8Array): bigint {
  return octets.length === 0 ? 0n : BigInt(`0x${view(octets).toString('hex')}`);
}

/**
 * `value` in exactly `length` octets, padded with zeros on the left.
 * @throws RangeError when it does not fit or is negative: a mistake of the caller, never of a peer.
 */
export function toOctets(value: bigint, length: number): Uint8Array {
  const hex = value === 0n ? '' : value.toString(16);
  if (value < 0n || hex.length > length * 2) throw new RangeError(`an integer does not fit into ${length} octets`);
  return new Uint8Array(Buffer.from(hex.padStart(length * 2, '0'), 'hex'));
}

/** The number of bits up to the most significant one that is set; 0 for 0. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** The number of octets that hold `value`; 0 for 0. */
export function octetLength(value: bigint): number {
  return Math.ceil(bitLength(value) / 8);
}

/** ASCII text as octets. */
export function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** The same memory as a plain Uint8Array, so that a Buffer's other manners do not get out of here. */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** The same memory as a Buffer, for the interfaces that want one. */
export function view(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
