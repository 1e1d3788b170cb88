/**
 * What the session engine hears and what it asks for. The engine (step.ts) is a pure function between the two; the shell
 * (session.ts) owns sockets, timers and listeners, and turns one into the other.
 */
import type { BlockOpener, BlockSealer } from '../security/mechanism.js';
import type { Command } from '../wire/command.js';
import type { Endpoint } from '../wire/host-port.js';
import type { Line } from '../wire/line.js';
import type { Reply } from '../wire/reply.js';

/** The two ends a session stands between. */
export type Side = 'client' | 'ftpd';

/** Who connects: the ftpd to the client's PORT, or the client to the ftpd's PASV. */
export type DirectVia = 'active' | 'passive';

/** What is known of an ftpd and third-party transfers. */
export type ThirdPartyKnowledge = 'unknown' | 'works' | 'refused';

export type TimerName =
  /** From the greeting until somebody is logged in. */
  | 'login'
  /** Without a command, a reply or a transfer under way. */
  | 'idle'
  /** From a direct transfer's command until the ftpd says anything about it. */
  | 'silence';

export type SessionEvent =
  | { readonly type: 'ftpd-unreachable'; readonly why: string }
  | { readonly type: 'ftpd-reply'; readonly reply: Reply }
  | { readonly type: 'ftpd-malformed'; readonly why: string }
  | { readonly type: 'ftpd-closed' }
  /** `pipelined`: octets behind this line had already arrived when it was handed over. */
  | { readonly type: 'client-line'; readonly line: Line; readonly pipelined: boolean }
  | { readonly type: 'client-line-too-long' }
  | { readonly type: 'client-closed' }
  /** A listener asked for with `listen` is open; `endpoint` is where it can be reached locally. */
  | { readonly type: 'listening'; readonly side: Side; readonly endpoint: Endpoint }
  | { readonly type: 'listen-failed'; readonly side: Side; readonly why: string }
  /** The one terminal event of every `start-transfer`, whole … */
  | { readonly type: 'data-done'; readonly summary: DataSummary }
  /** … or not. Both data connections are gone by now. */
  | { readonly type: 'data-failed'; readonly cause: DataFailure; readonly summary: DataSummary }
  /** The client's next line, not read yet, is a login with which `unreadVerdict` would leave it to another ftpd. */
  | { readonly type: 'login-unread'; readonly text: string }
  /** The ftpd asked for with `hand-off` has been started … */
  | { readonly type: 'handed-off'; readonly pid: number }
  /** … or could not be. */
  | { readonly type: 'hand-off-failed'; readonly why: string }
  /** One side of a session that passes through has sent all that it will send. */
  | { readonly type: 'half-closed' }
  /** The ftpd that took the session over is gone, and everything it sent has been passed on. */
  | { readonly type: 'hand-off-ended' }
  | { readonly type: 'timeout'; readonly timer: TimerName }
  /** The gateway is being stopped. */
  | { readonly type: 'shutdown' };

/** To whom a session is handed over. */
export type HandOff =
  /** The Kerberos ftpd, on a connection of the gateway's; `command` is the AUTH that it is to answer. */
  | { readonly kind: 'kerberos'; readonly command: Command }
  /** The anonymous ftpd, on the client's own connection with the USER still unread in it. */
  | { readonly kind: 'anonymous' };

export type DataFailure =
  /** The engine asked for it. */
  | 'aborted'
  /** The client's data connection could not be made, or never came. */
  | 'client-unreachable'
  /** The client's data connection broke. */
  | 'client-broken'
  /** A protected upload ended without its last block. */
  | 'truncated'
  /** A protected block failed its check. */
  | 'check-failed'
  | 'ftpd-unreachable'
  | 'ftpd-broken'
  /** No octet moved for the stall timeout. */
  | 'stalled';

export interface DataSummary {
  /** Octets of file data (not of encoded blocks) that crossed the gateway. */
  readonly octets: number;
  /** The sealer's or opener's next sequence number, where the transfer was protected. */
  readonly sequence?: number;
}

/** How the data connection on one side comes about. */
export type Leg =
  /** We listen; the other end connects. The listener exists already. */
  | { readonly mode: 'listen' }
  /** We connect to where the other end listens. */
  | { readonly mode: 'connect'; readonly endpoint: Endpoint };

export interface TransferPlan {
  readonly client: Leg;
  readonly ftpd: Leg;
  readonly flow: Flow;
}

export type Flow =
  | { readonly direction: 'download'; readonly sealer: BlockSealer | undefined }
  | { readonly direction: 'upload'; readonly opener: BlockOpener | undefined };

/** What a log line is about: the manual's categories, less those that only shape the line (log/events.ts has the mask). */
export type SessionLogCategory = 'errors' | 'warnings' | 'connections' | 'compatibility' | 'users';

export type Effect =
  | { readonly do: 'send-client'; readonly octets: Uint8Array }
  | { readonly do: 'send-ftpd'; readonly octets: Uint8Array }
  /** Opens a listener for the data connection of one side; answered by `listening` or `listen-failed`. */
  | { readonly do: 'listen'; readonly side: Side }
  /** Makes the ftpd's data connection and takes the pump under way; answered by `data-done` or `data-failed`. */
  | { readonly do: 'start-transfer'; readonly plan: TransferPlan }
  /** The ftpd has said 1xx: the client's data connection may be made now. */
  | { readonly do: 'join-client' }
  /** The ftpd has said that its download is whole: the end of the file may reach the client. */
  | { readonly do: 'release-end' }
  /** What was learned of the ftpd and third-party transfers, for every session. */
  | { readonly do: 'note-third-party'; readonly via: DirectVia; readonly knowledge: 'works' | 'refused' }
  /** Connects to where the ftpd waits for somebody else, and resets the connection: so it waits no longer. */
  | { readonly do: 'knock'; readonly endpoint: Endpoint; readonly direction: 'download' | 'upload' }
  /** Resets both data connections and closes the listeners, so that neither end takes a part for the whole. */
  | { readonly do: 'abort-data' }
  /** Starts another ftpd for this session; answered by `handed-off` or `hand-off-failed`. */
  | { readonly do: 'hand-off'; readonly to: HandOff }
  /** Joins the client to the ftpd just started, which hears `opening` first; ends in `client-closed` or `hand-off-ended`. */
  | { readonly do: 'pass-through'; readonly opening: Uint8Array }
  /** The client's connection is the ftpd's now: gives up the gateway's hold on it without closing it. */
  | { readonly do: 'let-go' }
  | { readonly do: 'start-timer'; readonly timer: TimerName }
  | { readonly do: 'stop-timer'; readonly timer: TimerName }
  | {
      readonly do: 'log';
      readonly category: SessionLogCategory;
      readonly message: string;
      readonly fields?: Readonly<Record<string, string | number>>;
    }
  | { readonly do: 'debug'; readonly level: 1 | 2 | 3; readonly message: string }
  /** ADATs and their like, only shown when the administrator asks for them. */
  | { readonly do: 'log-security-data'; readonly message: string }
  /** Sends out what is still to be sent, then closes both control connections. Always the last effect. */
  | { readonly do: 'close'; readonly reason: CloseReason };

/** Why a session ended, as the log says it. */
export type CloseReason =
  | 'client quit'
  | 'client closed the connection'
  | 'ftpd unreachable'
  | 'ftpd closed the connection'
  | 'ftpd ended the service'
  | 'ftpd sent what is not FTP'
  | 'failed security check'
  | 'too many failed security exchanges'
  | 'octets behind a security exchange'
  | 'sequence numbers used up'
  | 'too many failed logins'
  | 'login timed out'
  | 'idle'
  | 'hand-off failed'
  | 'the ftpd it was handed to ended'
  | 'gateway stopped';
