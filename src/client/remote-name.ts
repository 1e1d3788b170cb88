/**
 * Names on the server. RFC 2640 §2.2 says UTF-8; a server may hold others all the same, and they have to come back to it as
 * they came. An octet that is no part of UTF-8 becomes the lone surrogate U+DC00 + octet, which no text of a user holds, as
 * Python's surrogateescape has it (PEP 383). So nameToWire(nameFromWire(octets)) is `octets` whatever they are, and different
 * octets are different names.
 */
const ESCAPE = 0xdc00;

/** A character of more than one octet (RFC 3629 §4), or an octet that belongs to none. */
const BEYOND_ASCII =
  /([\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|[\x80-\xff]/g;

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
  return wire.replace(BEYOND_ASCII, (octets, character: string | undefined) =>
    character === undefined
      ? String.fromCharCode(ESCAPE + octets.charCodeAt(0))
      : Buffer.from(character, 'latin1').toString('utf8'),
  );
}

/** Whether a name can be used on this side as it is. */
export const isText = (name: string): boolean =>
  !/[\udc80-\udcff]/.test(name.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''));
