/**
 * A reply of the ftpd: whose it is, and what becomes of it. 1xx keeps a command open, 2xx to 5xx settle it, 421 ends the
 * session from any state (RFC 959 §5.4).
 */
import { rewriteFeatures, featuresReply } from '../wire/feat.js';
import { isPreliminary, reply, type Reply } from '../wire/reply.js';
import { setupReply } from './data-setup.js';
import type { SessionPolicy } from './policy.js';
import type { Awaiting, Incoming } from './state.js';
import { runningTransfer, transferReply } from './transfer.js';
import type { Turn } from './turn.js';

/** 530, Not logged in (RFC 959 §5.4). */
const LOGIN_REFUSED = 530;

/** 350, Requested file action pending further information. */
const RESTART_PENDING = 350;

export function ftpdReply(turn: Turn, said: Reply): void {
  const message = asMeant(said);
  if (message.code === 421) {
    turn.announce(message);
    return turn.close('ftpd ended the service');
  }
  const index = ownerOf(turn.state.awaiting, message);
  const awaiting = turn.state.awaiting[index];
  if (awaiting === undefined) {
    // Passed on, it would put every later reply of the session out of step.
    return turn.log('warnings', 'dropped a reply of the ftpd that no command asked for', { reply: message.code });
  }
  if (!isPreliminary(message)) {
    turn.update({ awaiting: turn.state.awaiting.filter((_, position) => position !== index) });
  }
  deliver(turn, awaiting, message);
}

/**
 * Pure-FTPd ends a download whose data connection broke with its figures alone, under the code of the reply before them: `150
 * 0.004 seconds (measured here), …`. Nothing follows, so this is the final reply, and it is a failure.
 */
function asMeant(said: Reply): Reply {
  if (said.code !== 150 || !(said.lines.at(-1) ?? '').includes(' seconds (measured here), ')) return said;
  return reply(426, 'The data connection broke: the transfer was aborted.');
}

/**
 * The command a reply belongs to: the oldest, except that a STAT behind a running transfer may be answered before it: by its
 * own codes (211–213), or as a command the ftpd does not have (500–504).
 */
function ownerOf(awaiting: readonly Awaiting[], message: Reply): number {
  if (awaiting.length < 2 || isPreliminary(message)) return 0;
  const early = (message.code >= 211 && message.code <= 213) || (message.code >= 500 && message.code <= 504);
  const status = awaiting.findIndex(({ incoming }) => incoming.command.verb === 'STAT');
  return early && status > 0 ? status : 0;
}

function deliver(turn: Turn, awaiting: Awaiting, message: Reply): void {
  switch (awaiting.kind) {
    case 'features':
      if (isPreliminary(message)) return;
      return turn.answer(awaiting.incoming, features(turn.policy, message));
    case 'setup':
      if (isPreliminary(message)) return;
      return setupReply(turn, message);
    case 'transfer': {
      const transfer = runningTransfer(turn.state);
      if (transfer === undefined) throw new Error('a transfer reply without a transfer');
      return transferReply(turn, transfer, message);
    }
    case 'pass':
      turn.answer(awaiting.incoming, message);
      if (!isPreliminary(message)) settled(turn, awaiting.incoming, message);
  }
}

/** What a settled command means for the session. */
function settled(turn: Turn, incoming: Incoming, message: Reply): void {
  const { login } = turn.state;
  switch (incoming.command.verb) {
    case 'USER':
    case 'PASS':
    case 'ACCT':
      if (message.code === 230 || message.code === 232 || message.code === 202) {
        turn.effect({ do: 'stop-timer', timer: 'login' });
        return turn.setLogin({ ...login, stage: 'done' });
      }
      if (message.code === LOGIN_REFUSED) return loginFailed(turn);
      return;
    case 'REST':
      if (message.code === RESTART_PENDING) turn.update({ restart: 'yes' });
      return;
    case 'QUIT':
      return turn.close('client quit');
  }
}

function loginFailed(turn: Turn): void {
  const failures = turn.state.login.failures + 1;
  turn.setLogin({ ...turn.state.login, failures });
  turn.log('warnings', 'login refused');
  if (failures >= turn.policy.loginFailures) turn.closeWith(421, 'Too many failed logins.', 'too many failed logins');
}

/** What the gateway adds to the ftpd's features (RFC 2389 §3.2; RFC 2228 names no form, this is RFC 4217's). */
export function gatewayFeatures({ mechanisms }: SessionPolicy): readonly string[] {
  const security = mechanisms.length === 0 ? [] : [...mechanisms.map(({ name }) => `AUTH ${name}`), 'PBSZ', 'PROT'];
  return [...security, 'EPRT', 'EPSV'];
}

/** Features of the ftpd that end at the gateway: its own security extensions, and set-ups that would go round the gateway. */
const ENDS_HERE: ReadonlySet<string> = new Set([
  'AUTH',
  'ADAT',
  'PBSZ',
  'PROT',
  'CCC',
  'SSCN',
  'CPSV',
  'SPSV',
  'LPRT',
  'LPSV',
]);

function features(policy: SessionPolicy, message: Reply): Reply {
  const add = gatewayFeatures(policy);
  // An ftpd of RFC 959 has no FEAT; the gateway has features of its own all the same.
  if (message.code >= 500 && message.code <= 504) return featuresReply(add);
  if (message.code !== 211) return message;
  return rewriteFeatures(message, { drop: (name) => ENDS_HERE.has(name), add });
}
