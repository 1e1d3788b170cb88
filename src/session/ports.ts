/**
 * What a session needs of the world around it. The interfaces belong to the session, their consumer; data/, log/ and
 * daemon/ satisfy them.
 */
import type { Duplex } from 'node:stream';
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
