/**
 * The session engine: a pure function from a state and an event to the next state and what is to be done. No sockets, no
 * clock, no configuration; randomness comes with the mechanisms of the policy. Read state.ts and io.ts first.
 */
import { unreachable } from '../lib/result.js';
import { isPreliminary, isFailure, reply, replyOctets, type Reply } from '../wire/reply.js';
import { clientLine, lineTooLong, nextCommand } from './client-command.js';
import { listenFailed, listening } from './data-setup.js';
import { ftpdReply } from './ftpd-reply.js';
import { handedOn, handingOff, handOn, transparent } from './hand-off.js';
import type { Effect, SessionEvent, TimerName } from './io.js';
import { addressFamily } from '../wire/host-port.js';
import { MAX_WAITING_COMMANDS, type SessionSetting } from './policy.js';
import { isBusy, isTransferring, servingState, type FtpdMode, type SessionState } from './state.js';
import { dataEnded, silentFtpd } from './transfer.js';
import { Turn } from './turn.js';

export interface Step {
  readonly state: SessionState;
  readonly effects: readonly Effect[];
}

export function step(state: SessionState, event: SessionEvent, setting: SessionSetting): Step {
  switch (state.phase) {
    case 'dialing':
      return whileDialing(state, event, setting);
    case 'serving': {
      const turn = new Turn(state, setting);
      serve(turn, event);
      // What is under way when the gateway is stopped may end; nothing new begins.
      if (turn.state.ending === 'yes' && !isBusy(turn.state)) {
        turn.closeWith(421, 'Service is shutting down.', 'gateway stopped');
      }
      if (!turn.over) nextCommand(turn);
      return turn.result();
    }
    case 'handing-off':
      return handingOff(state, event, setting, step);
    case 'transparent':
      return transparent(state, event);
    case 'handed-on':
      return handedOn(state, event);
    case 'closing':
      return { state, effects: [] };
  }
}

/** Whether the shell may hand over another line of the client; while not, it leaves octets unread. */
export function wantsClientLine(state: SessionState): boolean {
  if (state.phase !== 'serving' || (state.ending === 'yes' && !isTransferring(state))) return false;
  // What overtakes a transfer waits as well, with the ftpd: an ftpd may leave it unread until the transfer is over.
  if (isTransferring(state)) return state.waiting.length + state.awaiting.length < MAX_WAITING_COMMANDS;
  return !isBusy(state) && state.waiting.length === 0;
}

function serve(turn: Turn, event: SessionEvent): void {
  switch (event.type) {
    case 'client-line':
      return clientLine(turn, event.line, event.pipelined);
    case 'client-line-too-long':
      return lineTooLong(turn);
    case 'ftpd-reply':
      return ftpdReply(turn, event.reply);
    case 'listening':
      return listening(turn, event.side, event.endpoint);
    case 'listen-failed':
      return listenFailed(turn, event.side, event.why);
    case 'data-done':
      return dataEnded(turn, { kind: 'done' }, event.summary);
    case 'data-failed':
      return dataEnded(turn, { kind: 'failed', cause: event.cause }, event.summary);
    case 'login-unread':
      return handOn(turn, event.text);
    case 'handed-off':
    case 'hand-off-failed':
    case 'half-closed':
    case 'hand-off-ended':
      return;
    case 'client-closed':
      return turn.close('client closed the connection');
    case 'ftpd-closed':
    case 'ftpd-unreachable':
      return turn.closeWith(421, 'The FTP server closed the connection.', 'ftpd closed the connection');
    case 'ftpd-malformed':
      turn.log('errors', 'the ftpd sent what is not an FTP reply', { why: event.why });
      return turn.closeWith(421, 'The FTP server sent what is not FTP.', 'ftpd sent what is not FTP');
    case 'timeout':
      return timedOut(turn, event.timer);
    case 'shutdown':
      return turn.update({ ending: 'yes' });
    default:
      return unreachable(event);
  }
}

function timedOut(turn: Turn, timer: TimerName): void {
  switch (timer) {
    case 'login':
      if (turn.state.login.stage === 'done') return;
      return turn.closeWith(421, 'Login took too long.', 'login timed out');
    case 'idle':
      return turn.closeWith(421, 'No command for too long.', 'idle');
    case 'silence':
      return silentFtpd(turn);
  }
}

/** Until the ftpd has greeted, nothing is taken from the client, and everything else ends the session. */
function whileDialing(state: SessionState, event: SessionEvent, setting: SessionSetting): Step {
  switch (event.type) {
    case 'ftpd-reply':
      return greeting(state, event.reply, setting);
    case 'ftpd-unreachable':
      return end(
        reply(421, 'The FTP server behind this gateway cannot be reached.'),
        [{ do: 'log', category: 'errors', message: 'cannot reach the ftpd', fields: { why: event.why } }],
        'ftpd unreachable',
      );
    case 'ftpd-closed':
      return end(reply(421, 'The FTP server closed the connection.'), [], 'ftpd closed the connection');
    case 'ftpd-malformed':
      return end(reply(421, 'The FTP server sent what is not FTP.'), [], 'ftpd sent what is not FTP');
    case 'client-closed':
      return end(undefined, [], 'client closed the connection');
    case 'shutdown':
      return end(reply(421, 'Service is shutting down.'), [], 'gateway stopped');
    case 'timeout':
      return end(reply(421, 'The FTP server behind this gateway does not answer.'), [], 'login timed out');
    case 'client-line':
    case 'client-line-too-long':
    case 'listening':
    case 'listen-failed':
    case 'data-done':
    case 'data-failed':
    case 'login-unread':
    case 'handed-off':
    case 'hand-off-failed':
    case 'half-closed':
    case 'hand-off-ended':
      return { state, effects: [] };
    default:
      return unreachable(event);
  }
}

function greeting(state: SessionState, message: Reply, setting: SessionSetting): Step {
  // 120: the ftpd asks for patience; its 220 is still to come (RFC 959 §5.4).
  if (isPreliminary(message)) return { state, effects: [{ do: 'send-client', octets: replyOctets(message) }] };
  if (isFailure(message)) return end(message, [], 'ftpd ended the service');
  const { banner } = setting.policy;
  const shown = banner === null ? message : reply(220, banner.split('\n'));
  const modes: readonly FtpdMode[] =
    addressFamily(setting.ftpdAddress) === 1 ? ['PASV', 'EPSV', 'PORT'] : ['EPSV', 'EPRT'];
  return {
    state: servingState(modes),
    effects: [
      { do: 'send-client', octets: replyOctets(shown) },
      { do: 'start-timer', timer: 'login' },
      { do: 'start-timer', timer: 'idle' },
    ],
  };
}

function end(
  message: Reply | undefined,
  effects: readonly Effect[],
  reason: Extract<SessionState, { phase: 'closing' }>['reason'],
): Step {
  const said: Effect[] = message === undefined ? [] : [{ do: 'send-client', octets: replyOctets(message) }];
  return { state: { phase: 'closing', reason }, effects: [...effects, ...said, { do: 'close', reason }] };
}
