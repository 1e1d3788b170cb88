/**
 * What a session needs of the world around it. The interfaces belong to the session, their consumer; data/, log/ and
 * daemon/ satisfy them.
 */
import type { Duplex } from 'node:stream';
import type { Endpoint } from '../wire/host-port.js';
import type { UnreadVerdict } from './hand-off.js';
import type { SessionEvent, SessionLogCategory, Side, TransferPlan } from './io.js';

/** The data connections of one session. What happens to them arrives as session events, never as exceptions. */
export interface DataPlane {
  /** Opens a listener for one side; answered by `listening` or `listen-failed`. */
  listen(side: Side): void;
  /** Starts a transfer; answered by exactly one `data-done` or `data-failed`. */
  start(plan: TransferPlan): void;
  /** The client's data connection may be made. */
  join(): void;
  /** The end of a download may reach the client. */
  release(): void;
  /** Connects and resets, so that the ftpd that waits there waits no longer, and takes nothing for whole. */
  knock(endpoint: Endpoint, direction: 'download' | 'upload'): void;
  /** Resets the running transfer, closes listeners and connections that nobody took up. */
  abort(): void;
}

export type OpenDataPlane = (emit: (event: SessionEvent) => void) => DataPlane;

export interface SessionLog {
  event(category: SessionLogCategory, message: string, fields?: Readonly<Record<string, string | number>>): void;
  debug(level: 1 | 2 | 3, message: string): void;
  /** Shown only where the administrator asked for ADATs. */
  securityData(message: string): void;
}

/** The connection to the ftpd, once it stands. */
export interface FtpdConnection {
  readonly stream: Duplex;
  /** Canonical address of the ftpd as connected. */
  readonly address: string;
}

/** Dials the ftpd. Rejects with a reason that can be logged; `signal` gives up. */
export type DialFtpd = (signal: AbortSignal) => Promise<FtpdConnection>;

/** The process of an ftpd that takes a session over. */
export interface Successor {
  readonly pid: number;
  /** Resolves when it is gone. Never rejects. */
  readonly gone: Promise<void>;
  /** Sees to it that it goes, by force after a while. */
  stop(): void;
}

/** One with a connection of its own to the gateway. */
export interface ConnectedSuccessor extends Successor {
  /** Its greeting has been taken off. Paused. */
  readonly stream: Duplex;
}

/** A client's connection that can be looked at without reading it, and so be given away with what is unread in it. */
export interface UnreadClient {
  /** Nothing is read before `verdict` has said of each line what becomes of it. */
  look(verdict: (text: string) => UnreadVerdict): void;
  /** It will not be given away: from now on it is read like any other. */
  readOn(): void;
  /** Starts the anonymous ftpd on it, once what was written to it is out. Rejects with a reason that can be logged. */
  giveAway(signal: AbortSignal): Promise<Successor>;
}

/** How a session can be handed over to another ftpd. */
export interface HandOffs {
  /** Starts the Kerberos ftpd; resolves when it has greeted. Rejects with a reason that can be logged. */
  readonly startKerberos: ((signal: AbortSignal) => Promise<ConnectedSuccessor>) | undefined;
  /** The client's connection, where it may be given away. */
  readonly unread: UnreadClient | undefined;
}
