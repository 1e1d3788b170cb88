/**
 * Distinguished Encoding Rules (X.690), as far as key files and keys on the wire need them. node-forge parses and
 * writes; what it parsed is written again and compared, so that only the one canonical encoding of a value is accepted,
 * whatever a parser lets pass. A hostile input gives `undefined`, never an exception.
 */
import forge from 'node-forge';
import { ascii, equalOctets, toInteger, view } from './octets.js';

const { asn1 } = forge;

/** One ASN.1 value. Only what is used here exists. */
export type DerValue =
  | { readonly kind: 'sequence'; readonly items: readonly DerValue[] }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'oid'; readonly oid: string }
  | { readonly kind: 'bit-string'; readonly octets: Uint8Array }
  | { readonly kind: 'octet-string'; readonly octets: Uint8Array };

/** SEQUENCE, INTEGER, OID, BIT STRING without unused bits, OCTET STRING: for writing. */
export const der = {
  sequence: (...items: readonly DerValue[]): DerValue => ({ kind: 'sequence', items }),
  integer: (value: bigint): DerValue => ({ kind: 'integer', value }),
  oid: (oid: string): DerValue => ({ kind: 'oid', oid }),
  bitString: (octets: Uint8Array): DerValue => ({ kind: 'bit-string', octets }),
  octetString: (octets: Uint8Array): DerValue => ({ kind: 'octet-string', octets }),
};

/** Deeper nesting than any key has. */
const MAXIMUM_DEPTH = 6;

/**
 * How many octets the SEQUENCE takes with which `octets` begin, header included; `undefined` when they do not begin
 * with one, when its length is not in the shortest definite form, or when it exceeds `limit` or what is there.
 */
export function sequenceLength(octets: Uint8Array, limit: number): number | undefined {
  const [tag, first] = octets;
  if (tag !== 0x30 || first === undefined) return undefined;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  // Two octets of length reach 65 535, beyond every limit here; none at all is the indefinite form.
  if (first === 0x80 || extra > 2 || octets.length < 2 + extra) return undefined;
  const content = extra === 0 ? first : Number(toInteger(octets.subarray(2, 2 + extra)));
  if ((extra === 1 && content < 0x80) || (extra === 2 && content < 0x100)) return undefined;
  const total = 2 + extra + content;
  return total > limit || total > octets.length ? undefined : total;
}

/** The value that these octets, all of them and at most `limit`, encode; `undefined` when they are not its DER. */
export function decodeDer(octets: Uint8Array, limit: number): DerValue | undefined {
  if (octets.length === 0 || octets.length > limit) return undefined;
  try {
    const value = fromForge(parse(view(octets).toString('latin1')));
    return value !== undefined && equalOctets(encodeDer(value), octets) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The DER of a value. */
export function encodeDer(value: DerValue): Uint8Array {
  return ascii(asn1.toDer(toForge(value)).getBytes());
}

/** The contents of a SEQUENCE of exactly so many items. */
export function itemsOf(value: DerValue | undefined, count: number): readonly DerValue[] | undefined {
  return value?.kind === 'sequence' && value.items.length === count ? value.items : undefined;
}

/** The INTEGER that a value is. */
export function integerOf(value: DerValue | undefined): bigint | undefined {
  return value?.kind === 'integer' ? value.value : undefined;
}

/** The types of node-forge know only the boolean; its documentation has these options. */
const fromDer = asn1.fromDer as unknown as (
  bytes: string,
  options: Readonly<Record<string, unknown>>,
) => forge.asn1.Asn1;

function parse(bytes: string): forge.asn1.Asn1 {
  // decodeBitStrings would guess at what a BIT STRING holds.
  return fromDer(bytes, { strict: true, parseAllBytes: true, decodeBitStrings: false, maxDepth: MAXIMUM_DEPTH });
}

function fromForge(node: forge.asn1.Asn1): DerValue | undefined {
  if (node.tagClass !== asn1.Class.UNIVERSAL) return undefined;
  if (typeof node.value !== 'string') {
    if (node.type !== asn1.Type.SEQUENCE) return undefined;
    const items: DerValue[] = [];
    for (const child of node.value) {
      const item = fromForge(child);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return { kind: 'sequence', items };
  }
  const content = ascii(node.value);
  // Only these types; every other one has no place in a key.
  if (node.type === asn1.Type.INTEGER) return { kind: 'integer', value: signedInteger(content) };
  if (node.type === asn1.Type.OID) return { kind: 'oid', oid: asn1.derToOid(node.value) };
  if (node.type === asn1.Type.OCTETSTRING) return { kind: 'octet-string', octets: content };
  if (node.type === asn1.Type.BITSTRING && content[0] === 0) return { kind: 'bit-string', octets: content.subarray(1) };
  return undefined;
}

function toForge(value: DerValue): forge.asn1.Asn1 {
  const primitive = (type: forge.asn1.Type, content: string): forge.asn1.Asn1 =>
    asn1.create(asn1.Class.UNIVERSAL, type, false, content);
  switch (value.kind) {
    case 'sequence':
      return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, value.items.map(toForge));
    case 'integer':
      return primitive(asn1.Type.INTEGER, unsignedContent(value.value));
    case 'oid':
      return primitive(asn1.Type.OID, asn1.oidToDer(value.oid).getBytes());
    case 'bit-string':
      return primitive(asn1.Type.BITSTRING, `\0${view(value.octets).toString('latin1')}`);
    case 'octet-string':
      return primitive(asn1.Type.OCTETSTRING, view(value.octets).toString('latin1'));
  }
}

/** Two's complement. A negative integer has no place in a key; it comes back negative and fails its range check. */
function signedInteger(content: Uint8Array): bigint {
  return BigInt.asIntN(content.length * 8, toInteger(content));
}

function unsignedContent(value: bigint): string {
  if (value < 0n) throw new RangeError('a negative integer in a key');
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  // A leading octet of 80 or more would read as negative.
  const content = Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
  return content.toString('latin1');
}
