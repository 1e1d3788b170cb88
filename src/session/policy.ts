/**
 * What a session may do: the policy it was accepted under, and the verdicts on each request. The handlers ask here and
 * carry the verdict out; they decide nothing themselves. The configuration's snapshot satisfies these interfaces by shape.
 */
import type { Mechanism, ProtectionLevel } from '../security/mechanism.js';
import { plainAddress, type Endpoint } from '../wire/host-port.js';
import { reply, type Reply } from '../wire/reply.js';
import type { Command } from '../wire/command.js';
import type { Channel, Login } from './state.js';
import type { DirectVia, ThirdPartyKnowledge } from './io.js';

export interface SessionPolicy {
  /** None where nothing is to be protected on the client's side: the local door. */
  readonly mechanisms: readonly Mechanism[];
  /** Whether a session may log in unprotected (the manual's -9, and its kin for anonymous clients). */
  readonly cleartext: 'allow' | 'anonymous-only' | 'deny';
  /** The least a transfer may use. */
  readonly protection: 'clear' | 'safe' | 'private';
  /** Whether client and ftpd may exchange unprotected data directly (the manual's -3 says no). */
  readonly relay: 'auto' | 'always';
  /** Where a client may have its data connection made to. */
  readonly activeTarget: 'client' | 'any';
  /** Whether a client could reach the ftpd's own passive ports: neither NAT nor a port range stands before. */
  readonly directPassive: boolean;
  /** Replaces the ftpd's greeting, where set. */
  readonly banner: string | null;
  /** The largest PBSZ that is agreed to, in octets of encoded block. */
  readonly maxBlock: number;
  /** Refused logins after which the session ends. */
  readonly loginFailures: number;
}

/** The facts of one session that never change, settled when it is accepted. */
export interface SessionSetting {
  readonly policy: SessionPolicy;
  /** The client's address, without an IPv4 mapping. */
  readonly clientAddress: string;
  /** The address on which the client reached the gateway, or what it sees in its place (the manual's -i). */
  readonly serverAddress: string;
  /** The ftpd's address, as connected: decides between PASV and EPSV, PORT and EPRT. */
  readonly ftpdAddress: string;
  /** What is known of this ftpd and third-party transfers. */
  readonly thirdParty: (via: DirectVia) => ThirdPartyKnowledge;
}

/** Failed security data exchanges in one session before it is closed. [C] of the wire definition, §1. */
export const MAX_FAILED_EXCHANGES = 3;

/** Commands that may wait behind a running transfer; then reading pauses. */
export const MAX_WAITING_COMMANDS = 32;

/** Ports below this are other services'; a gateway that connects to them on request is a weapon (RFC 2577 §3). */
const FIRST_UNPRIVILEGED_PORT = 1024;

export const isAnonymous = (user: string): boolean => /^(anonymous|ftp)$/i.test(user);

/** What an unprotected session may say before USER where only anonymous ones are served. */
const BEFORE_LOGIN: ReadonlySet<string> = new Set(
  'USER QUIT NOOP HELP SYST STAT FEAT OPTS CLNT LANG HOST REIN'.split(' '),
);

/** Verdict on a verb in an unprotected session before it goes to the ftpd. Undefined: let it through. */
export function clearVerdict(policy: SessionPolicy, login: Login, { verb, argument }: Command): Reply | undefined {
  switch (policy.cleartext) {
    case 'allow':
      return undefined;
    case 'deny':
      return reply(530, `This server accepts protected sessions only: ${useInstead(policy)}.`);
    case 'anonymous-only':
      // Some ftpds know other ways to log in than USER: before an anonymous one, only what is known to be none passes.
      if (login.stage === 'none' && !BEFORE_LOGIN.has(verb)) return reply(530, 'Log in with USER first.');
      if ((verb === 'PASS' || verb === 'ACCT') && login.latest === 'refused') return reply(503, 'USER first.');
      if (verb !== 'USER' || isAnonymous(argument ?? '')) return undefined;
      return reply(530, `Unprotected sessions are for anonymous users only: ${useInstead(policy)}.`);
  }
}

const useInstead = (policy: SessionPolicy): string =>
  `use AUTH ${policy.mechanisms.map((mechanism) => mechanism.name).join(' or ')}`;

/** Verdict on a transfer at the channel's data protection level (RFC 2228 §6). Undefined: let it through. */
export function transferVerdict(policy: SessionPolicy, channel: Channel): Reply | undefined {
  const level = channel.kind === 'secured' ? channel.level : 'C';
  if (levelSuffices(policy, level)) return undefined;
  return reply(534, `This server requires ${levelsWanted(policy)} for transfers; this session has PROT ${level}.`);
}

/** Verdict on `PROT <level>` itself (RFC 2228 §3). Undefined: let it through. */
export function levelVerdict(policy: SessionPolicy, level: ProtectionLevel): Reply | undefined {
  if (levelSuffices(policy, level)) return undefined;
  return reply(534, `This server requires ${levelsWanted(policy)} for transfers.`);
}

function levelSuffices(policy: SessionPolicy, level: ProtectionLevel): boolean {
  switch (policy.protection) {
    case 'clear':
      return true;
    case 'safe':
      return level === 'S' || level === 'P';
    case 'private':
      return level === 'P';
  }
}

const levelsWanted = (policy: SessionPolicy): string => (policy.protection === 'safe' ? 'PROT S or PROT P' : 'PROT P');

/** Verdict on where the client wants its data connection (RFC 2577 §3, the bounce attack). Undefined: let it through. */
export function activeVerdict(setting: SessionSetting, endpoint: Endpoint): Reply | undefined {
  if (setting.policy.activeTarget === 'any') return undefined;
  if (plainAddress(endpoint.address) !== plainAddress(setting.clientAddress)) {
    return reply(504, 'The data connection must be to the address this control connection comes from.');
  }
  if (endpoint.port < FIRST_UNPRIVILEGED_PORT) return reply(504, 'The data connection must be to port 1024 or above.');
  return undefined;
}
