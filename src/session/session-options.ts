/** What a session is made of, and what it comes to. */
import type { Duplex } from 'node:stream';
import type { CloseReason, DirectVia, TimerName } from './io.js';
import type { SessionSetting } from './policy.js';
import type { DialFtpd, HandOffs, OpenDataPlane, SessionLog } from './ports.js';

export interface SessionOptions {
  readonly client: Duplex;
  /** As accepted; `ftpdAddress` is settled once the ftpd is connected. */
  readonly setting: Omit<SessionSetting, 'ftpdAddress'>;
  /** Milliseconds. */
  readonly timers: Readonly<Record<TimerName, number>>;
  readonly dial: DialFtpd;
  readonly openData: OpenDataPlane;
  readonly log: SessionLog;
  /** Absent: this session is not handed over to anybody. */
  readonly handOffs?: HandOffs | undefined;
  /** Remembers what was learned of the ftpd, for every session. */
  readonly noteThirdParty: (via: DirectVia, knowledge: 'works' | 'refused') => void;
}

/** What the gateway can say of the protection of a session that it handed over: who knows. */
export const KERBEROS_HAND_OFF = 'kerberos hand-off';

/** What a session came to, for the log. */
export interface SessionSummary {
  readonly reason: CloseReason | 'internal error';
  /** How the control connection was protected: a mechanism's name, KERBEROS_HAND_OFF, or undefined. */
  readonly mechanism: string | undefined;
  /** Octets from and to the client, control and data connections together. */
  readonly received: number;
  readonly sent: number;
}
