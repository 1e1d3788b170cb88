/**
 * server-IP of M3 [P][M]: 16 octets, an IPv6 address, with IPv4 as `00×10 FF FF a b c d` (RFC 4291 §2.5.5.2).
 */
import { concat } from '../../crypto/octets.js';
import { SERVER_ADDRESS_OCTETS } from './profile.js';

const MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);
const DECIMAL = /^(?:0|[1-9][0-9]{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

/**
 * The 16 octets of an address in text: IPv4, or IPv6 with or without an IPv4 end and with or without a zone, which is a
 * matter of one host and is left out. `undefined` when the text is no address.
 */
export function encodeServerAddress(text: string): Uint8Array | undefined {
  const [address = ''] = text.split('%');
  if (address.includes(':')) return parseV6(address);
  const octets = parseV4(address);
  return octets && concat(MAPPED_PREFIX, octets);
}

/** The address in text, IPv6 as RFC 5952 writes it; an IPv4-mapped one as IPv4. */
export function decodeServerAddress(octets: Uint8Array): string {
  if (MAPPED_PREFIX.every((octet, index) => octets[index] === octet)) return octets.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0)).toString(16),
  );
  const text = groups.join(':');
  // The longest run of zero groups, the first of several, becomes '::'; a single zero stays.
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)];
  const longest = runs.reduce<RegExpExecArray | undefined>(
    (best, run) => (best === undefined || run[0].length > best[0].length ? run : best),
    undefined,
  );
  if (longest === undefined) return text;
  const before = text.slice(0, longest.index).replace(/:$/, '');
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => DECIMAL.test(part) && Number(part) <= 255)) return undefined;
  return Uint8Array.from(parts, Number);
}

function parseV6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const left = parseGroups(head, tail === undefined);
  const right = tail === undefined ? new Uint8Array() : parseGroups(tail, true);
  if (left === undefined || right === undefined) return undefined;
  const missing = SERVER_ADDRESS_OCTETS - left.length - right.length;
  // '::' stands for one group of zeros at least.
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return concat(left, new Uint8Array(missing), right);
}

/** The octets of `a:b:c`, whose last part may be an IPv4 address when it is also the address's last. */
function parseGroups(text: string, atEnd: boolean): Uint8Array | undefined {
  if (text === '') return new Uint8Array();
  const octets: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = atEnd && index === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined) octets.push(...v4);
    else if (GROUP.test(part))
      octets.push(parseInt(part.padStart(4, '0').slice(0, 2), 16), parseInt(part.slice(-2), 16));
    else return undefined;
  }
  return octets.length <= SERVER_ADDRESS_OCTETS ? Uint8Array.from(octets) : undefined;
}
