/** Addresses and networks of `access`, and what a client address matches. */
import { isIPv4, isIPv6 } from 'node:net';

/** An address or a CIDR network. */
export interface Network {
  /** As the administrator wrote it. */
  readonly text: string;
  /** Whether an address lies inside. IPv4 in IPv6 clothing (`::ffff:192.0.2.7`) counts as the IPv4 address it is. */
  matches(address: string): boolean;
  /** The same for an address that is parsed already: lists are long, and an address is parsed once. */
  holds(address: AddressBits): boolean;
}

/** Client addresses to serve and to refuse. */
export interface AccessRules {
  readonly allow: readonly Network[];
  readonly deny: readonly Network[];
}

/** An address as a number. */
export interface AddressBits {
  readonly width: 32 | 128;
  readonly value: bigint;
}

const MAPPED_PREFIX = 0xffffn << 32n;

/** Reads `192.0.2.7`, `192.0.2.0/24`, `2001:db8::1` or `2001:db8::/32`; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const parts = split(text);
  if (parts === undefined) return undefined;
  const { bits, shift } = parts;
  const prefix = bits.value >> shift;
  const holds = (other: AddressBits): boolean => other.width === bits.width && other.value >> shift === prefix;
  return {
    text,
    matches: (address) => {
      const other = parseAddress(address);
      return other !== undefined && holds(other);
    },
    holds,
  };
}

/** The network out of a list that contains all of another one; undefined when none does. */
export function containerOf(text: string, networks: readonly Network[]): Network | undefined {
  const parts = split(text);
  if (parts === undefined) return undefined;
  const last = { width: parts.bits.width, value: parts.bits.value | ((1n << parts.shift) - 1n) } as const;
  const first = { width: parts.bits.width, value: (parts.bits.value >> parts.shift) << parts.shift } as const;
  return networks.find((network) => network.holds(first) && network.holds(last));
}

/** Whether bits beyond the prefix are set, as in 10.1.2.3/8: more is meant, or less, than is written. */
export function hasHostBits(text: string): boolean {
  const parts = split(text);
  return parts !== undefined && (parts.bits.value >> parts.shift) << parts.shift !== parts.bits.value;
}

/**
 * Whether a client address is served. `allow` is looked at first, as hosts.allow is: what it names is served. Of the rest,
 * what `deny` names is refused, and anything else is served only when `allow` is empty: tcp wrappers would serve it, but
 * a list of who may come in that keeps nobody out is a trap. An address that cannot be read is refused.
 */
export function permits(rules: AccessRules, address: string): boolean {
  const bits = parseAddress(address);
  if (bits === undefined) return false;
  if (rules.allow.length > 0) return rules.allow.some((network) => network.holds(bits));
  return !rules.deny.some((network) => network.holds(bits));
}

/** What addresses are compared by, one for all spellings: `::ffff:1.2.3.4` is 1.2.3.4, `0:0::1` is `::1`. Of a name it is the name. */
export function addressKey(address: string): string {
  const bits = parseAddress(address);
  return bits === undefined ? address.toLowerCase() : `${bits.width}:${bits.value.toString(16)}`;
}

/** Whether an address is the loopback of this machine. */
export function isLoopback(address: string): boolean {
  const bits = parseAddress(address);
  if (bits === undefined) return false;
  return bits.width === 32 ? bits.value >> 24n === 127n : bits.value === 1n;
}

/** Whether a socket bound to one address also holds another: the same one, or `::` all, or 0.0.0.0 all of IPv4. */
export function covers(bound: string, address: string): boolean {
  const outer = parseAddress(bound);
  const inner = parseAddress(address);
  if (outer === undefined || inner === undefined) return false;
  if (outer.value === 0n) return outer.width === 128 || inner.width === 32;
  return outer.width === inner.width && outer.value === inner.value;
}

/** Whether an address stands for all addresses of this machine. */
export function isWildcard(address: string): boolean {
  return parseAddress(address)?.value === 0n;
}

function split(text: string): { readonly bits: AddressBits; readonly shift: bigint } | undefined {
  const [address = '', length, ...more] = text.split('/');
  const written = parseAddress(address);
  if (written === undefined || more.length > 0 || address.includes('%')) return undefined;
  if (length === undefined) return { bits: written, shift: 0n };
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(length)) return undefined;
  // The prefix of a mapped network counts from the IPv6 side: ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const mapped = written.width === 32 && address.includes(':');
  const bits: AddressBits =
    mapped && Number(length) < 96 ? { width: 128, value: MAPPED_PREFIX | written.value } : written;
  const prefix = Number(length) - (mapped && bits.width === 32 ? 96 : 0);
  return prefix > bits.width ? undefined : { bits, shift: BigInt(bits.width - prefix) };
}

function parseAddress(text: string): AddressBits | undefined {
  // The zone of a link-local client (fe80::1%eth0) names our interface, not the client.
  const address = text.replace(/%[^%/]*$/, '');
  if (isIPv4(address)) return { width: 32, value: ipv4(address) };
  if (!isIPv6(address)) return undefined;
  const value = ipv6(address);
  return value >> 32n === 0xffffn ? { width: 32, value: value & 0xffffffffn } : { width: 128, value };
}

function ipv4(text: string): bigint {
  return text.split('.').reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

/** Takes what isIPv6 has approved. */
function ipv6(text: string): bigint {
  const [before = [], tail] = text.split('::').map(groups);
  const after = tail ?? [];
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: gap }, () => 0n), ...after];
  return all.reduce((value, group) => (value << 16n) | group, 0n);
}

function groups(text: string): bigint[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const value = ipv4(group);
    return [value >> 16n, value & 0xffffn];
  });
}
