/**
 * Names on the server. RFC 2640 §2.2 says UTF-8; a server may hold others all the same, and they have to come back to it as
 * they came. An octet that is no part of UTF-8 becomes the lone surrogate U+DC00 + octet, which no text of a user holds.
 */
const ESCAPE = 0xdc00;

/** The octets of a name, one character each (latin1), as the wire carries them. */
export function nameToWire(name: string): string {
  let wire = '';
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0;
    const octet = code - ESCAPE;
    wire += octet >= 0x80 && octet <= 0xff ? String.fromCharCode(octet) : Buffer.from(char, 'utf8').toString('latin1');
  }
  return wire;
}

/** The name that these octets stand for, given one character each (latin1). */
export function nameFromWire(wire: string): string {
  const octets = Buffer.from(wire, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return Array.from(octets, (octet) => String.fromCharCode(octet < 0x80 ? octet : ESCAPE + octet)).join('');
  }
}

/** Whether a name can be used on this side as it is. */
export const isText = (name: string): boolean =>
  !/[\udc80-\udcff]/.test(name.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''));
