/**
 * Handing a session over to another ftpd, as far as it is decided: when, with which words, and what is left to hear
 * afterwards. RFC 2228 §3 (AUTH, 431), RFC 959 §4.2 (a multi-line reply ends at its own code and a space).
 *
 * The Kerberos ftpd gets a connection of its own and the client's AUTH again; octets then pass both ways. The anonymous ftpd
 * gets the client's connection with the USER still unread in it: the gateway begins a multi-line 331 to the client, the greeting
 * of that ftpd becomes the rest of its first line, and the 331 with which it answers USER ends it. The greeting must not become a
 * line of its own: curl and lftp take any line with a code and a space for the end of a reply, whatever code that began with.
 */
import { commandOctets, formatCommand, parseCommand } from '../wire/command.js';
import { reply } from '../wire/reply.js';
import type { CloseReason, Effect, SessionEvent } from './io.js';
import { isAnonymous, type SessionPolicy, type SessionSetting } from './policy.js';
import { isBusy, type HandingOff, type Incoming, type SessionState } from './state.js';
import { Turn } from './turn.js';

interface Step {
  readonly state: SessionState;
  readonly effects: readonly Effect[];
}

/** AUTH names a mechanism that the Kerberos ftpd speaks. */
export function handOffToKerberos(turn: Turn, incoming: Incoming): void {
  if (turn.state.waiting.length > 0) {
    // They would be lost, or be taken for what the Kerberos ftpd has been told in protection.
    return turn.closeWith(421, 'Octets arrived behind a security exchange.', 'octets behind a security exchange');
  }
  turn.handOff({ kind: 'kerberos', command: incoming.command });
}

/** What becomes of a line that has arrived but is not read yet. */
export type UnreadVerdict =
  /** Not now: something is under way that has to be settled first. */
  | 'wait'
  | 'read'
  /** Read it with everything behind it, so that what is pipelined behind a security exchange is seen. */
  | 'read-all'
  /** Leave it: say `login-unread`. */
  | 'leave';

/** Verdict on a line in a connection that could be given away. */
export function unreadVerdict(state: SessionState, policy: SessionPolicy, text: string): UnreadVerdict {
  if (state.phase !== 'serving') return 'wait';
  if (isBusy(state) || state.waiting.length > 0) return 'wait';
  const command = parseCommand(text);
  if (!command.ok) return 'read';
  const { verb, argument } = command.value;
  if (verb === 'AUTH' || verb === 'ADAT') return 'read-all';
  const leaves = verb === 'USER' && isAnonymous(argument ?? '') && mayHandOn(state) && clearSuffices(policy);
  return leaves ? 'leave' : 'read';
}

/** Whether a session may still be given away: until then its connection is looked at before it is read. */
export function mayHandOn(state: SessionState): boolean {
  switch (state.phase) {
    case 'serving':
      return state.channel.kind === 'clear' && state.login.stage === 'none';
    case 'dialing':
    case 'handing-off':
    case 'handed-on':
      return true;
    case 'transparent':
    case 'closing':
      return false;
  }
}

/** The gateway can ask nothing more of a session that it gives away, so it gives none of which it would have to. */
const clearSuffices = (policy: SessionPolicy): boolean => policy.cleartext !== 'deny' && policy.protection === 'clear';

/** Without an end of line: what follows is the other ftpd's greeting. */
const OPENING = Buffer.from('331-The FTP server for anonymous users answers from here on: ', 'latin1');

/** Ends that line, for a reply of ours. */
const END_OF_OPENING: Effect = { do: 'send-client', octets: Buffer.from('\r\n', 'latin1') };

/** The session goes to the anonymous ftpd. */
export function handOn(turn: Turn, text: string): void {
  if (unreadVerdict(turn.state, turn.policy, text) !== 'leave') return;
  const command = parseCommand(text);
  turn.log('users', 'login', { user: command.ok ? (command.value.argument ?? '') : '' });
  turn.effect({ do: 'send-client', octets: OPENING });
  turn.handOff({ kind: 'anonymous' });
}

/** `serve` is the engine itself: what has nothing to do with the hand-off is heard as if there were none. */
export function handingOff(
  state: HandingOff,
  event: SessionEvent,
  setting: SessionSetting,
  serve: (state: SessionState, event: SessionEvent, setting: SessionSetting) => Step,
): Step {
  if (event.type === 'handed-off') return handedOver(state, event.pid);
  if (event.type === 'hand-off-failed') return failed(state, event.why, setting);
  // The gateway has closed that connection itself.
  if (state.to.kind === 'anonymous' && isOfFtpd(event)) return { state, effects: [] };
  const next = serve(state.serving, event, setting);
  if (next.state.phase === 'serving') return { ...next, state: { ...state, serving: next.state } };
  return state.to.kind === 'anonymous' ? { ...next, effects: [END_OF_OPENING, ...next.effects] } : next;
}

const isOfFtpd = ({ type }: SessionEvent): boolean =>
  type === 'ftpd-closed' || type === 'ftpd-reply' || type === 'ftpd-malformed' || type === 'ftpd-unreachable';

function handedOver({ to }: HandingOff, pid: number): Step {
  // From here on patience is that ftpd's affair: the gateway no longer knows what is going on.
  const timers: readonly Effect[] = [
    { do: 'stop-timer', timer: 'login' },
    { do: 'stop-timer', timer: 'idle' },
  ];
  switch (to.kind) {
    case 'kerberos': {
      const fields = { mechanism: to.command.argument ?? '', pid };
      const opening = commandOctets(formatCommand(to.command));
      return {
        state: { phase: 'transparent' },
        effects: [...timers, logged('handed over to the Kerberos ftpd', fields), { do: 'pass-through', opening }],
      };
    }
    case 'anonymous':
      return {
        state: { phase: 'handed-on' },
        effects: [...timers, logged('handed on to the anonymous ftpd', { pid }), { do: 'let-go' }],
      };
  }
}

const logged = (message: string, fields: Readonly<Record<string, string | number>>): Effect => ({
  do: 'log',
  category: 'compatibility',
  message,
  fields,
});

function failed({ to, serving }: HandingOff, why: string, setting: SessionSetting): Step {
  const turn = new Turn(serving, setting);
  turn.log('errors', `cannot hand over to the ${to.kind === 'kerberos' ? 'Kerberos' : 'anonymous'} ftpd`, { why });
  switch (to.kind) {
    case 'kerberos':
      turn.send(reply(431, 'The Kerberos FTP server cannot be started at the moment.'), undefined);
      break;
    case 'anonymous':
      // The reply that was opened has to end before another can be said, and the other ftpd is gone already.
      turn.effect(END_OF_OPENING);
      turn.send(reply(331, 'It cannot be started at the moment.'), undefined);
      turn.closeWith(421, 'Service not available, closing control connection.', 'hand-off failed');
  }
  return turn.result();
}

/** Nothing may be said in a conversation that is not ours: not even that the gateway stops. */
export function transparent(state: SessionState, event: SessionEvent): Step {
  switch (event.type) {
    case 'client-closed':
      return end('client closed the connection');
    case 'half-closed':
      // A client that is gone looks like one that only stopped sending. An ftpd that does not care must not keep it for ever.
      return { state, effects: [{ do: 'start-timer', timer: 'idle' }] };
    case 'timeout':
      return event.timer === 'idle' ? end('idle') : { state, effects: [] };
    case 'hand-off-ended':
      return end('the ftpd it was handed to ended');
    case 'shutdown':
      return end('gateway stopped');
    default:
      return { state, effects: [] };
  }
}

/** The client's connection is closed here because it is held elsewhere: that means nothing. */
export function handedOn(state: SessionState, event: SessionEvent): Step {
  const heard = event.type === 'hand-off-ended' || event.type === 'shutdown';
  return heard ? transparent(state, event) : { state, effects: [] };
}

const end = (reason: CloseReason): Step => ({
  state: { phase: 'closing', reason },
  effects: [{ do: 'close', reason }],
});
