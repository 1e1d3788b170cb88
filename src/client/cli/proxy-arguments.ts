/** The command line of `sftpc proxy`. */
import { parseEndpoint } from '../../cli/endpoint.js';
import { err, ok, type Result } from '../../lib/result.js';
import { addressFamily, canonicalAddress, isLoopback } from '../../wire/address.js';
import { MAX_PORT } from '../../wire/limits.js';
import type { ListenWish } from '../proxy/listening.js';
import { serverName } from '../server-name.js';
import { optionHelp, type Option } from '../terminal/option-help.js';
import type { ServerName } from '../trust/known-servers.js';
import { scan } from './options.js';

export interface ProxySettings {
  readonly kind: 'serve';
  readonly listen: ListenWish;
  /** Whether others than this machine can reach the door. */
  readonly reach: 'loopback' | 'remote';
  readonly to: ServerName;
  /** The file of known servers; undefined: the usual one. */
  readonly knownServers: string | undefined;
  readonly newServers: 'ask' | 'accept';
  readonly expectAddress: string | undefined;
  readonly talk: 'all' | 'errors';
  readonly trace: 'off' | 'on';
}

export type ProxyInvocation = { readonly kind: 'help' } | ProxySettings;

/** Where programs find the door unless --listen says otherwise. */
const DEFAULT_LISTEN = '2021';

const GROUP = 'options';

export const PROXY_OPTIONS = [
  { long: 'to', value: 'HOST[:PORT]', group: GROUP, help: 'the server; port 21 if left out' },
  {
    long: 'listen',
    value: '[ADDRESS:]PORT',
    group: GROUP,
    help: `where programs connect; a port alone is that of 127.0.0.1 and ::1, port 0 one that the system picks; ${DEFAULT_LISTEN} if left out`,
  },
  { long: 'allow-remote', group: GROUP, help: 'let --listen name an address that others can reach' },
  { long: 'known-servers', value: 'FILE', group: GROUP, help: 'keep the keys of servers in FILE' },
  { long: 'accept-new', group: GROUP, help: 'trust the key of a server never met before without asking' },
  { long: 'expect-address', value: 'ADDRESS', group: GROUP, help: "the server's own IP address, where NAT hides it" },
  { long: 'quiet', short: 'q', group: GROUP, help: 'say only what goes wrong' },
  {
    long: 'debug',
    short: 'd',
    group: GROUP,
    help: 'show the control connections with the server, passwords as ****',
  },
  { long: 'help', short: 'h', group: GROUP, help: 'print this text' },
] as const satisfies readonly Option[];

/** What `sftpc proxy --help` prints. Ends with a line end. */
export function proxyUsage(): string {
  return [
    'usage: sftpc proxy [options] --to HOST[:PORT]',
    '',
    'A door on this machine to a server behind sftpd: any FTP program connects to it',
    'in clear; beyond it everything is protected by X-SafeTP1, and files by PROT P.',
    '',
    'options:',
    ...optionHelp(PROXY_OPTIONS, GROUP),
    '',
    'example:',
    '  sftpc proxy --listen 127.0.0.1:2021 --to ftp.example.org',
    '  lftp -u ann ftp://127.0.0.1:2021',
    '',
    'Ctrl-C ends it: running transfers have ten seconds then.',
    '',
  ].join('\n');
}

/** Parses the words behind `proxy`. The error lists every mistake. */
export function parseProxyArguments(argv: readonly string[]): Result<ProxyInvocation, readonly string[]> {
  const scanned = scan(argv, PROXY_OPTIONS);
  if (!scanned.ok) return err([scanned.error]);
  const { has, text, words } = scanned.value;
  if (has('help')) return ok({ kind: 'help' });
  const mistakes: string[] = [];
  if (words[0] !== undefined)
    mistakes.push(`unexpected argument ${JSON.stringify(words[0])}: the server goes behind --to`);
  const to = text('to');
  const server = to === undefined ? err('name the server: sftpc proxy --to HOST[:PORT]') : destination(to);
  if (!server.ok) mistakes.push(server.error);
  const listen = listenWish(text('listen') ?? DEFAULT_LISTEN);
  if (!listen.ok) mistakes.push(`--listen: ${listen.error}`);
  const reach = listen.ok && listen.value.on === 'address' && !isLoopback(listen.value.address) ? 'remote' : 'loopback';
  if (reach === 'remote' && !has('allow-remote')) {
    mistakes.push(
      'others could reach the door at that address, and passwords would cross the network in clear: listen on 127.0.0.1 or ::1, or insist with --allow-remote',
    );
  }
  const expectAddress = text('expect-address');
  if (expectAddress !== undefined && canonicalAddress(expectAddress) === undefined) {
    mistakes.push(`--expect-address takes an IP address, not ${JSON.stringify(expectAddress)}`);
  }
  if (mistakes.length > 0 || !server.ok || !listen.ok) return err(mistakes);
  return ok({
    kind: 'serve',
    listen: listen.value,
    reach,
    to: server.value,
    knownServers: text('known-servers'),
    newServers: has('accept-new') ? 'accept' : 'ask',
    expectAddress,
    talk: has('quiet') ? 'errors' : 'all',
    trace: has('debug') ? 'on' : 'off',
  });
}

/** `host`, `host:port`, `[address]:port`, or an IPv6 address alone. */
function destination(written: string): Result<ServerName, string> {
  if (canonicalAddress(written) !== undefined) return serverName(written);
  const [, host = written, port] = /^(.*):([^:\]]*)$/.exec(written) ?? [];
  return serverName(host, port);
}

function listenWish(written: string): Result<ListenWish, string> {
  const parsed = parseEndpoint(written);
  if (!parsed.ok) return parsed;
  const { address: named, port } = parsed.value;
  if (typeof port !== 'number' || port > MAX_PORT)
    return err(`${JSON.stringify(`${port}`)} is no port: 0 to ${MAX_PORT}`);
  if (named === undefined || named.toLowerCase() === 'localhost') return ok({ on: 'loopback', port });
  const address = canonicalAddress(named);
  if (address === undefined) return err(`${JSON.stringify(named)} is no IP address`);
  return ok({ on: 'address', address, port });
}

/** As programs take it: an IPv6 address in brackets. */
export const shownEndpoint = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  `${addressFamily(address) === 2 ? `[${address}]` : address}:${port}`;
