/** IP addresses as text: dotted decimal, RFC 4291 §2.2 read, RFC 5952 written. Strict, and without node:net. */

const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0xffff];
const GROUPS = 8;

/** Dotted decimal without leading zeros (which some resolvers read as octal) as four octets, or undefined. */
export function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.', 5);
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** The eight 16-bit groups of an IPv6 address without zone, or undefined. */
export function parseIpv6(text: string): readonly number[] | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (before === undefined) return undefined;
  if (halves.length === 1) return before.length === GROUPS ? before : undefined;
  // '::' stands for at least one group (RFC 5952 §4.2.2 asks writers not to use it for one, readers take it).
  if (after === undefined || before.length + after.length >= GROUPS) return undefined;
  const zeros = Array.from({ length: GROUPS - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after];
}

/** Groups between colons; the last may be dotted decimal where the address ends there. */
function parseGroups(text: string, atEnd: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const octets = atEnd && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (octets !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = octets;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups shortened, the first if equal. */
function formatIpv6(groups: readonly number[]): string {
  let best = { at: 0, length: 1 };
  for (let at = 0; at < GROUPS; at += 1) {
    let length = 0;
    while (groups[at + length] === 0) length += 1;
    if (length > best.length) best = { at, length };
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.at))}::${text(groups.slice(best.at + best.length))}`;
}

/**
 * Canonical text of an address, or undefined if it is none. IPv4-mapped IPv6 (`::ffff:a.b.c.d`, what Node reports for an
 * IPv4 peer of a dual-stack socket) becomes IPv4. A zone (`%eth0`) is kept.
 */
export function canonicalAddress(text: string): string | undefined {
  if (parseIpv4(text) !== undefined) return text;
  const percent = text.indexOf('%');
  const zone = percent < 0 ? '' : text.slice(percent);
  if (zone === '%') return undefined;
  const groups = parseIpv6(percent < 0 ? text : text.slice(0, percent));
  if (groups === undefined) return undefined;
  if (zone !== '' || !MAPPED_PREFIX.every((group, index) => groups[index] === group)) return formatIpv6(groups) + zone;
  const [high = 0, low = 0] = groups.slice(MAPPED_PREFIX.length);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Canonical text of an address (see canonicalAddress); what is no address comes back as it was. */
export function plainAddress(address: string): string {
  return canonicalAddress(address) ?? address;
}

/** Whether an address is the loopback of this machine: RFC 1122 §3.2.1.3 (g), RFC 4291 §2.5.3. */
export function isLoopback(address: string): boolean {
  const canonical = canonicalAddress(address);
  return canonical === '::1' || canonical?.startsWith('127.') === true;
}

/** RFC 2428 §2: 1 for IPv4 (IPv4-mapped IPv6 counts), 2 for IPv6. What is no address counts by whether it has a colon. */
export function addressFamily(address: string): 1 | 2 {
  return plainAddress(address).includes(':') ? 2 : 1;
}
