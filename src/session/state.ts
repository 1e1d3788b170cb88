/**
 * The state of one session, as one discriminated union: what cannot happen cannot be written. A security context exists
 * only in a secured channel, a transfer only on a data path that is running.
 */
import type { CommandProtection, Exchange, ProtectionLevel, SecurityContext } from '../security/mechanism.js';
import type { Transcript } from '../security/transcript.js';
import type { Command } from '../wire/command.js';
import type { Endpoint } from '../wire/host-port.js';
import type { Reply } from '../wire/reply.js';
import type { CloseReason, DataFailure, HandOff, Leg } from './io.js';

export type SessionState =
  /** The ftpd has not greeted yet. */
  | { readonly phase: 'dialing' }
  | Serving
  | HandingOff
  /** After a hand-off to the Kerberos ftpd: octets pass both ways and nothing is understood. */
  | { readonly phase: 'transparent' }
  /** After a hand-off to the anonymous ftpd: the client's connection is no longer the gateway's. */
  | { readonly phase: 'handed-on' }
  | { readonly phase: 'closing'; readonly reason: CloseReason };

/** Another ftpd is being started. */
export interface HandingOff {
  readonly phase: 'handing-off';
  readonly to: HandOff;
  /** What the session returns to should that fail. */
  readonly serving: Serving;
}

export interface Serving {
  readonly phase: 'serving';
  readonly channel: Channel;
  readonly negotiation: Negotiation;
  readonly login: Login;
  /** Commands the ftpd has not settled yet, oldest first: one, and behind a running transfer those that overtake it. */
  readonly awaiting: readonly Awaiting[];
  /** Commands that wait for a running transfer to end. */
  readonly waiting: readonly Incoming[];
  readonly data: DataPath;
  /** After EPSV ALL no other data connection set-up is accepted (RFC 2428 §4). */
  readonly setups: 'any' | 'epsv-only';
  /** Whether the ftpd holds a restart marker for the next transfer (RFC 3659 §5). */
  readonly restart: 'no' | 'yes';
  /** Whether the session ends as soon as nothing is under way: the gateway is being stopped. */
  readonly ending: 'no' | 'yes';
  /** The ways to the ftpd's data connection still worth trying, best first. A refused one is not tried again. */
  readonly ftpdModes: readonly FtpdMode[];
}

/** The control connection with the client. */
export type Channel =
  | { readonly kind: 'clear' }
  | { readonly kind: 'negotiating'; readonly exchange: Exchange }
  | {
      readonly kind: 'secured';
      readonly context: SecurityContext;
      /** How the latest command came: an unprompted reply leaves the same way. */
      readonly latest: CommandProtection;
      /** The agreed PBSZ, in octets of encoded block. */
      readonly bufferSize: number | undefined;
      readonly level: ProtectionLevel;
    };

export interface Negotiation {
  /** Every octet since the first AUTH (draft-bonachea-sftp §2); undefined before it. */
  readonly transcript: Transcript | undefined;
  readonly failures: number;
}

export interface Login {
  readonly stage: 'none' | 'begun' | 'done';
  readonly user: string | undefined;
  /** Whether the latest USER was let through: the PASS behind one that was not belongs to nobody. */
  readonly latest: 'admitted' | 'refused';
  readonly failures: number;
}

/** A client's command, out of its protection. */
export interface Incoming {
  readonly command: Command;
  /** How it came; undefined: unprotected. Its reply leaves the same way. */
  readonly protection: CommandProtection | undefined;
  /** Set where the line is no command to carry out: what it is answered, in its turn. */
  readonly refusal?: Reply;
}

/** What the next final reply of the ftpd settles. */
export interface Awaiting {
  readonly incoming: Incoming;
  /** `pass`: the reply goes to the client. `features`: edited first. `setup`, `transfer`: see DataPath. */
  readonly kind: 'pass' | 'features' | 'setup' | 'transfer';
}

/** How the gateway asks the ftpd for a data connection. */
export type FtpdMode = 'PASV' | 'EPSV' | 'PORT' | 'EPRT';

export type DataPath =
  | { readonly stage: 'none' }
  /** The client has asked for a data connection; the ftpd or a listener has not answered yet. */
  | { readonly stage: 'setting-up'; readonly request: SetupRequest; readonly step: SetupStep }
  | { readonly stage: 'ready'; readonly path: Path }
  | { readonly stage: 'running'; readonly transfer: Transfer };

/** Which way the data of a transfer goes. */
export type Path =
  /** Through the gateway. */
  | { readonly kind: 'relayed'; readonly client: Leg; readonly ftpd: Leg }
  /** The ftpd connects to the client (third-party.ts). */
  | { readonly kind: 'direct'; readonly via: 'active'; readonly client: Leg }
  /** The client connects to the ftpd. */
  | { readonly kind: 'direct'; readonly via: 'passive'; readonly ftpd: Endpoint };

export interface SetupRequest {
  readonly incoming: Incoming;
  /** The transfer command that waits for this set-up: its direct data connection came to nothing. */
  readonly transfer?: Transfer;
  /** Where the client listens, for PORT and EPRT; for PASV and EPSV the gateway listens. */
  readonly client: Leg;
}

export type SetupStep =
  /** PASV or EPSV is with the ftpd. */
  | { readonly on: 'ftpd-passive'; readonly mode: FtpdMode }
  /** The client's own PORT or EPRT is with the ftpd. */
  | { readonly on: 'ftpd-direct'; readonly mode: FtpdMode }
  /** Our listener for the ftpd is being opened, to name it in PORT or EPRT. */
  | { readonly on: 'ftpd-listener'; readonly mode: FtpdMode }
  /** PORT or EPRT is with the ftpd. */
  | { readonly on: 'ftpd-active'; readonly mode: FtpdMode }
  /** Our listener for the client is being opened. */
  | { readonly on: 'client-listener'; readonly ftpd: Leg };

/** A transfer is done when the data connections have ended *and* the final reply has come, in either order. */
export interface Transfer {
  readonly incoming: Incoming;
  readonly direction: 'download' | 'upload';
  readonly path: Path;
  /** Whether a REST came before it. */
  readonly restarted: 'no' | 'yes';
  /** Whether the ftpd's 1xx has come, and with it the client's data connection; `announced`: at an earlier, direct attempt. */
  readonly joined: 'no' | 'yes' | 'announced';
  readonly final: Reply | undefined;
  readonly outcome: { readonly kind: 'done' } | { readonly kind: 'failed'; readonly cause: DataFailure } | undefined;
}

export const initialState: SessionState = { phase: 'dialing' };

/** The state once the ftpd has greeted. */
export function servingState(ftpdModes: readonly FtpdMode[]): Serving {
  return {
    phase: 'serving',
    channel: { kind: 'clear' },
    negotiation: { transcript: undefined, failures: 0 },
    login: { stage: 'none', user: undefined, latest: 'admitted', failures: 0 },
    awaiting: [],
    waiting: [],
    data: { stage: 'none' },
    setups: 'any',
    restart: 'no',
    ending: 'no',
    ftpdModes,
  };
}

/** Whether a command has to wait: something is with the ftpd, or a data connection is being set up or used. */
export function isBusy(state: Serving): boolean {
  return state.awaiting.length > 0 || state.data.stage === 'setting-up' || state.data.stage === 'running';
}

/** Whether something a client has asked for is still to come. */
export function isOccupied(state: SessionState): boolean {
  return state.phase === 'serving' && (isBusy(state) || state.waiting.length > 0);
}

export const isTransferring = (state: Serving): boolean => state.data.stage === 'running';
