/** Where a data connection goes: PORT and PASV (RFC 959 §4.1.2, RFC 1123 §4.1.2.6), EPRT and EPSV (RFC 2428). */
import { err, ok, type Result } from '../lib/result.js';
import { addressFamily, canonicalAddress, parseIpv4, parseIpv6, plainAddress } from './address.js';
import { MAX_PORT } from './limits.js';
import { reply, type Reply } from './reply.js';

export { addressFamily, plainAddress };

export interface Endpoint {
  /** Canonical IPv4 or IPv6 text; IPv4-mapped IPv6 is written as IPv4. */
  readonly address: string;
  /** 1..65535. */
  readonly port: number;
}

const SIX = '([0-9]{1,3}),([0-9]{1,3}),([0-9]{1,3}),([0-9]{1,3}),([0-9]{1,3}),([0-9]{1,3})';
const PORT_ARGUMENT = new RegExp(`^${SIX}$`);
/** Not part of a longer list or number: the code, a date or a version before it must not shift the six. */
const PASV_TEXT = new RegExp(`(?<![0-9,])${SIX.replaceAll(',(', ' ?, ?(')}(?![0-9,])`);
/** RFC 2428 §3: any delimiter of 33..126; digits would be ambiguous and letters nobody sends. */
const EPSV_PARENTHESISED = /\(([!-/:-@[-`{-~])\1\1([0-9]{1,5})\1\)/;
const EPSV_BARE = /([!-/:-@[-`{-~])\1\1([0-9]{1,5})\1/;

/** Parses `h1,h2,h3,h4,p1,p2`: decimal 0..255 each, nothing around them. Port 0 is refused, nobody can be dialled there. */
export function parsePort(argument: string): Result<Endpoint, 'syntax'> {
  return sixNumbers(PORT_ARGUMENT.exec(argument));
}

/** @throws RangeError if the address is not IPv4: a PORT or 227 cannot carry it, the caller had to use EPRT or 229. */
export function formatPort(endpoint: Endpoint): string {
  const octets = parseIpv4(plainAddress(endpoint.address));
  if (octets === undefined) throw new RangeError(`not an IPv4 address: ${endpoint.address}`);
  return [...octets, endpoint.port >> 8, endpoint.port & 255].join(',');
}

/** Parses `|1|a.b.c.d|port|` or `|2|ipv6|port|`, any delimiter. `protocol`: a family that is neither, to be answered 522. */
export function parseEprt(argument: string): Result<Endpoint, 'syntax' | 'protocol'> {
  const delimiter = argument.charAt(0);
  if (!/^[!-~]$/.test(delimiter) || /[0-9]/.test(delimiter)) return err('syntax');
  const fields = argument.split(delimiter, 6);
  const [, protocol = '', address = '', port = '', rest = 'missing'] = fields;
  if (fields.length !== 5 || rest !== '' || !/^[0-9]{1,5}$/.test(protocol)) return err('syntax');
  if (Number(protocol) !== 1 && Number(protocol) !== 2) return err('protocol');
  const known = Number(protocol) === 1 ? parseIpv4(address) : parseIpv6(address);
  const canonical = known === undefined ? undefined : canonicalAddress(address);
  const number = parsePortNumber(port);
  return canonical === undefined || number === undefined ? err('syntax') : ok({ address: canonical, port: number });
}

/** The argument of an EPRT with the recommended delimiter `|`. */
export function formatEprt(endpoint: Endpoint): string {
  const address = plainAddress(endpoint.address);
  return `|${addressFamily(address)}|${address}|${endpoint.port}|`;
}

/** Finds the six numbers of a 227 reply, with or without parentheses: RFC 1123 §4.1.2.6 forbids relying on them. */
export function parsePasvReply(reply: Reply): Result<Endpoint, 'syntax'> {
  if (reply.code !== 227) return err('syntax');
  return firstOf(reply, (text) => sixNumbers(PASV_TEXT.exec(text)));
}

/** Finds the port of a 229 reply (RFC 2428 §3). */
export function parseEpsvReply(reply: Reply): Result<number, 'syntax'> {
  if (reply.code !== 229) return err('syntax');
  return firstOf(reply, (text) => {
    const port = parsePortNumber((EPSV_PARENTHESISED.exec(text) ?? EPSV_BARE.exec(text))?.[2] ?? '');
    return port === undefined ? err('syntax') : ok(port);
  });
}

/** @throws RangeError if the address is not IPv4. */
export function formatPasvReply(endpoint: Endpoint): Reply {
  return reply(227, `Entering Passive Mode (${formatPort(endpoint)}).`);
}

export function formatEpsvReply(port: number): Reply {
  return reply(229, `Entering Extended Passive Mode (|||${port}|)`);
}

/** RFC 2428 §3: no argument is `any`; `ALL`; a family. `protocol`: a family that is neither 1 nor 2, to be answered 522. */
export function parseEpsvArgument(argument: string | undefined): Result<'any' | 'all' | 1 | 2, 'syntax' | 'protocol'> {
  if (argument === undefined || argument === '') return ok('any');
  if (argument.toUpperCase() === 'ALL') return ok('all');
  if (!/^[0-9]{1,5}$/.test(argument)) return err('syntax');
  const family = Number(argument);
  return family === 1 || family === 2 ? ok(family) : err('protocol');
}

/** Whether a connection can be made to it: 0 is no port. */
export const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= MAX_PORT;

function parsePortNumber(text: string): number | undefined {
  if (!/^[0-9]{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return isPort(port) ? port : undefined;
}

function sixNumbers(match: RegExpExecArray | null): Result<Endpoint, 'syntax'> {
  const numbers = match?.slice(1).map(Number) ?? [];
  const [, , , , high = 0, low = 0] = numbers;
  const port = high * 256 + low;
  if (numbers.length !== 6 || numbers.some((number) => number > 255) || port === 0) return err('syntax');
  return ok({ address: numbers.slice(0, 4).join('.'), port });
}

/** The first line of a reply, without code, that parses. */
function firstOf<T>(reply: Reply, parse: (text: string) => Result<T, 'syntax'>): Result<T, 'syntax'> {
  for (const line of reply.lines) {
    const found = parse(line.replace(/^22[79][ -]/, ''));
    if (found.ok) return found;
  }
  return err('syntax');
}
