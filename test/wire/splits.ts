/** Feeds one input in several cuts: what comes out of a reader must not depend on how the octets arrived. */
import fc from 'fast-check';

export interface Reader<E> {
  push(chunk: Uint8Array): void;
  next(): E | undefined;
}

export const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

export function eventsOf<E>(reader: Reader<E>, chunks: Iterable<Uint8Array>): E[] {
  const events: E[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let event = reader.next(); event !== undefined; event = reader.next()) events.push(event);
  }
  return events;
}

/** Cuts at the given places, taken modulo the length; empty chunks are left in. */
export function cut(input: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = places.map((place) => (input.length === 0 ? 0 : place % input.length)).sort((a, b) => a - b);
  return [...at, input.length].map((end, index) => input.subarray(index === 0 ? 0 : at[index - 1], end));
}

export const singly = (input: Uint8Array): Uint8Array[] => Array.from(input, (octet) => Uint8Array.of(octet));

export const places = fc.array(fc.nat(100_000), { maxLength: 12 });

/** Octets in which Telnet, line ends and reply codes are frequent. */
export const nastyOctets = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r\n', '\n', '\r', '\0', '\xff', '\xf4', '\xf2', '\xff\xfa', '\xff\xf0', '\xff\xfd\x01'),
      fc.constantFrom('ABOR', 'ABOR\r', '220', '220 ', '220-', '221 ', '\xff\xf4\xff\xf2', ' ', 'x'),
      fc.uint8Array({ maxLength: 8 }).map((some) => Buffer.from(some).toString('latin1')),
    ),
    { maxLength: 60 },
  )
  .map((parts) => octets(parts.join('')));
