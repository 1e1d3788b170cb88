/** Performing what the engine asks for: each effect to whoever can do it. */
import { unreachable } from '../lib/result.js';
import type { CloseReason, DirectVia, Effect, HandOff } from './io.js';
import type { DataPlane, SessionLog } from './ports.js';
import type { SessionTimers } from './session-timers.js';

/** What the shell of a session can do. */
export interface Hands {
  readonly toClient: (octets: Uint8Array) => void;
  readonly toFtpd: (octets: Uint8Array) => void;
  readonly data: DataPlane;
  /** A transfer begins; its octets count in this direction. */
  readonly begins: (direction: 'download' | 'upload') => void;
  readonly timers: SessionTimers;
  readonly log: SessionLog;
  readonly noteThirdParty: (via: DirectVia, knowledge: 'works' | 'refused') => void;
  readonly handOff: (to: HandOff) => void;
  readonly passThrough: (opening: Uint8Array) => void;
  /** Drops our hold on the client's connection, which somebody else has now. */
  readonly letGo: () => void;
  readonly close: (reason: CloseReason) => void;
}

export function perform(effect: Effect, hands: Hands): void {
  const { data, timers, log } = hands;
  switch (effect.do) {
    case 'send-client':
      return hands.toClient(effect.octets);
    case 'send-ftpd':
      return hands.toFtpd(effect.octets);
    case 'listen':
      return data.listen(effect.side);
    case 'start-transfer':
      hands.begins(effect.plan.flow.direction);
      return data.start(effect.plan);
    case 'join-client':
      return data.join();
    case 'release-end':
      return data.release();
    case 'abort-data':
      return data.abort();
    case 'note-third-party':
      return hands.noteThirdParty(effect.via, effect.knowledge);
    case 'knock':
      return data.knock(effect.endpoint, effect.direction);
    case 'hand-off':
      return hands.handOff(effect.to);
    case 'pass-through':
      return hands.passThrough(effect.opening);
    case 'let-go':
      return hands.letGo();
    case 'start-timer':
      return timers.start(effect.timer);
    case 'stop-timer':
      return timers.stop(effect.timer);
    case 'log':
      return log.event(effect.category, effect.message, effect.fields);
    case 'debug':
      return log.debug(effect.level, effect.message);
    case 'log-security-data':
      return log.securityData(effect.message);
    case 'close':
      return hands.close(effect.reason);
    default:
      return unreachable(effect);
  }
}
