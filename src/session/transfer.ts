/**
 * Transfers: RETR, STOR and their kin (RFC 959 §4.1.3, RFC 3659 §7), their protection (RFC 2228 §6), and ABOR. A transfer is
 * settled, and its reply goes to the client, when the data connections have ended and the ftpd's final reply has come.
 */
import { unreachable } from '../lib/result.js';
import { isCompletion, isFailure, isPreliminary, reply, type Reply } from '../wire/reply.js';
import type { DataFailure, DataSummary } from './io.js';
import { transferVerdict } from './policy.js';
import { setUpRetry } from './data-setup.js';
import type { Incoming, Serving, Transfer } from './state.js';
import { canRetry, learn, refusesDirect, stillClear } from './third-party.js';
import { beginTransfer } from './transfer-start.js';
import type { Turn } from './turn.js';

export function requestTransfer(turn: Turn, incoming: Incoming, direction: 'download' | 'upload'): void {
  const refusal = transferVerdict(turn.policy, turn.state.channel);
  if (refusal !== undefined) return turn.answer(incoming, refusal);
  const { data } = turn.state;
  if (data.stage !== 'ready')
    return turn.answer(incoming, reply(425, 'Set up a data connection first: PASV, EPSV, PORT or EPRT.'));
  const { path } = data;
  const restarted = turn.state.restart;
  turn.update({ restart: 'no' });
  const transfer: Transfer = {
    incoming,
    direction,
    path,
    restarted,
    joined: 'no',
    final: undefined,
    outcome: undefined,
  };
  if (path.kind === 'relayed' || stillClear(turn.state)) return beginTransfer(turn, transfer, path);
  // PROT has been raised since the set-up: what was meant to go directly must not go in clear.
  if (canRetry(transfer) && path.via === 'active') return setUpRetry(turn, transfer, path.client);
  turn.setData({ stage: 'none' });
  turn.answer(incoming, reply(425, 'The protection has changed since: set up a data connection again.'));
}

/** The running transfer, or undefined. */
export function runningTransfer(state: Serving): Transfer | undefined {
  return state.data.stage === 'running' ? state.data.transfer : undefined;
}

/** The ftpd's reply to the transfer command: first the 1xx, then the final one. */
export function transferReply(turn: Turn, transfer: Transfer, message: Reply): void {
  if (isPreliminary(message)) return preliminaryReply(turn, transfer, message);
  if (transfer.path.kind === 'direct') return directTransferReply(turn, transfer, message);
  if (isCompletion(message)) {
    // Some ftpds skip the 1xx when the data connection stands already.
    if (transfer.joined !== 'yes') turn.effect({ do: 'join-client' });
    turn.effect({ do: 'release-end' });
  } else {
    turn.effect({ do: 'abort-data' });
  }
  settle(turn, { ...transfer, joined: 'yes', final: message });
}

/** 1xx: the client's data connection may be made. Some ftpds send more than one (150, then 125); it is joined once. */
function preliminaryReply(turn: Turn, transfer: Transfer, message: Reply): void {
  const { path, joined, outcome } = transfer;
  if (path.kind === 'relayed') {
    if (joined !== 'yes') turn.effect({ do: 'join-client' });
  } else {
    turn.effect({ do: 'stop-timer', timer: 'silence' });
    // Unless it took our knock for the client.
    if (path.via === 'passive' && outcome?.kind === 'done') learn(turn, 'passive', 'works');
  }
  turn.setData({ stage: 'running', transfer: { ...transfer, joined: 'yes' } });
  // Of a transfer that is asked for again the client has seen a 1xx already.
  if (joined !== 'announced') turn.answer(transfer.incoming, message);
}

/** The final reply of a direct transfer; where it says that this ftpd does none, the transfer is relayed if it still can be. */
function directTransferReply(turn: Turn, transfer: Transfer, message: Reply): void {
  const { path, outcome, joined } = transfer;
  turn.effect({ do: 'stop-timer', timer: 'silence' });
  turn.effect({ do: 'start-timer', timer: 'idle' });
  // Of a transfer that the client aborts, a 425 says nothing about third parties.
  const aborted = turn.state.awaiting.some((each) => each.incoming.command.verb === 'ABOR');
  if (!aborted && path.kind === 'direct' && outcome?.kind === 'done' && refusesDirect(transfer, message)) {
    learn(turn, path.via, 'refused');
    if (canRetry(transfer) && path.via === 'active') {
      const retried: Transfer = { ...transfer, joined: joined === 'no' ? 'no' : 'announced', outcome: undefined };
      return setUpRetry(turn, retried, path.client);
    }
  }
  settle(turn, { ...transfer, final: message });
}

/**
 * The ftpd says nothing to a direct passive transfer: it has dropped the client's connection and waits for the gateway's
 * (Pure-FTPd, pyftpdlib). It is given one, so that it waits no longer, and that is reset, so that it takes nothing for whole.
 */
export function silentFtpd(turn: Turn): void {
  const transfer = runningTransfer(turn.state);
  if (transfer?.path.kind !== 'direct' || transfer.path.via !== 'passive') return;
  learn(turn, 'passive', 'refused');
  // From here on the ftpd owes its final reply.
  turn.effect({ do: 'start-timer', timer: 'idle' });
  turn.effect({ do: 'knock', endpoint: transfer.path.ftpd, direction: transfer.direction });
  turn.setData({
    stage: 'running',
    transfer: { ...transfer, outcome: { kind: 'failed', cause: 'client-unreachable' } },
  });
}

/** The data connections have ended, one way or the other. */
export function dataEnded(turn: Turn, outcome: NonNullable<Transfer['outcome']>, summary: DataSummary): void {
  const { channel } = turn.state;
  const transfer = runningTransfer(turn.state);
  if (transfer === undefined || transfer.path.kind === 'direct') return;
  if (channel.kind === 'secured' && summary.sequence !== undefined) {
    const sequence = transfer.direction === 'download' ? { sealed: summary.sequence } : { opened: summary.sequence };
    turn.setChannel({ ...channel, context: channel.context.afterTransfer(sequence) });
  }
  if (outcome.kind === 'failed') turn.debug(1, `transfer failed: ${outcome.cause} after ${summary.octets} octets`);
  if (outcome.kind === 'failed' && outcome.cause === 'check-failed') {
    turn.log('warnings', 'a protected block failed its check', { verb: transfer.incoming.command.verb });
  }
  // From here on the ftpd owes its final reply; the idle timer bounds the wait.
  turn.effect({ do: 'start-timer', timer: 'idle' });
  settle(turn, { ...transfer, outcome });
}

function settle(turn: Turn, transfer: Transfer): void {
  const { final, outcome } = transfer;
  if (final === undefined || outcome === undefined) return turn.setData({ stage: 'running', transfer });
  turn.setData({ stage: 'none' });
  const message = outcome.kind === 'done' ? final : failureReply(outcome.cause, final);
  turn.answer(transfer.incoming, message);
  if (outcome.kind === 'failed' && outcome.cause === 'check-failed') {
    // Any failed check ends the session: somebody has been at the data connection.
    turn.close('failed security check');
  }
}

/**
 * What the client is told of a transfer that failed. The ftpd's own failure reply stands where the failure is its own; where
 * the gateway knows better than the ftpd (which only saw a reset connection), the gateway says so. A transfer that was not
 * whole is never answered 2xx, whatever the ftpd believes.
 */
function failureReply(cause: DataFailure, final: Reply): Reply {
  switch (cause) {
    case 'check-failed':
      return reply(535, 'Failed security check: the transfer was aborted.');
    case 'truncated':
      return reply(535, 'The data ended before its last block: the transfer was aborted.');
    case 'client-unreachable':
      return reply(425, 'Cannot open the data connection.');
    case 'client-broken':
      return reply(426, 'The data connection broke: the transfer was aborted.');
    case 'stalled':
      return reply(426, 'No data moved for too long: the transfer was aborted.');
    case 'aborted':
      return isFailure(final) ? final : reply(426, 'The transfer was aborted.');
    case 'ftpd-unreachable':
      return isFailure(final) ? final : reply(425, 'Cannot open the data connection to the FTP server.');
    case 'ftpd-broken':
      return isFailure(final) ? final : reply(426, "The FTP server's data connection broke: the transfer was aborted.");
    default:
      return unreachable(cause);
  }
}

/**
 * ABOR. During a transfer the command goes to the ftpd, and both data connections are reset: an ftpd that does not look at
 * its control connection during a transfer notices that. Its two replies (for the transfer, then for ABOR) pass on in order.
 */
export function abortTransfer(turn: Turn, incoming: Incoming): void {
  turn.ask(incoming, 'pass');
  if (runningTransfer(turn.state) !== undefined) turn.effect({ do: 'abort-data' });
}
