/**
 * Transfers: RETR, STOR and their kin (RFC 959 §4.1.3, RFC 3659 §7), their protection (RFC 2228 §6), and ABOR. A transfer is
 * settled, and its reply goes to the client, when the data connections have ended and the ftpd's final reply has come.
 */
import { unreachable } from '../lib/result.js';
import { isCompletion, isFailure, isPreliminary, reply, type Reply } from '../wire/reply.js';
import type { DataFailure, DataSummary, Flow } from './io.js';
import { transferVerdict } from './policy.js';
import type { Incoming, Serving, Transfer } from './state.js';
import type { Turn } from './turn.js';

export function requestTransfer(turn: Turn, incoming: Incoming, direction: 'download' | 'upload'): void {
  const refusal = transferVerdict(turn.policy, turn.state.channel);
  if (refusal !== undefined) return turn.answer(incoming, refusal);
  const { data } = turn.state;
  if (data.stage !== 'ready')
    return turn.answer(incoming, reply(425, 'Set up a data connection first: PASV, EPSV, PORT or EPRT.'));
  turn.setData({
    stage: 'running',
    transfer: { incoming, direction, joined: 'no', final: undefined, outcome: undefined },
  });
  turn.effect({ do: 'stop-timer', timer: 'idle' });
  turn.effect({ do: 'start-transfer', plan: { client: data.client, ftpd: data.ftpd, flow: flow(turn, direction) } });
  turn.ask(incoming, 'transfer');
}

function flow(turn: Turn, direction: 'download' | 'upload'): Flow {
  const { channel } = turn.state;
  const coded =
    channel.kind === 'secured' && channel.bufferSize !== undefined && (channel.level === 'S' || channel.level === 'P');
  if (direction === 'download') {
    return {
      direction,
      sealer: coded ? channel.context.sealer(channel.level, channel.bufferSize) : undefined,
    };
  }
  return {
    direction,
    opener: coded ? channel.context.opener(channel.level, channel.bufferSize) : undefined,
  };
}

/** The running transfer, or undefined. */
export function runningTransfer(state: Serving): Transfer | undefined {
  return state.data.stage === 'running' ? state.data.transfer : undefined;
}

/** The ftpd's reply to the transfer command: first the 1xx, then the final one. */
export function transferReply(turn: Turn, transfer: Transfer, message: Reply): void {
  if (isPreliminary(message)) {
    // Some ftpds send more than one (150, then 125); the client is joined once.
    if (transfer.joined === 'no') turn.effect({ do: 'join-client' });
    turn.setData({ stage: 'running', transfer: { ...transfer, joined: 'yes' } });
    return turn.answer(transfer.incoming, message);
  }
  if (isCompletion(message)) {
    // Some ftpds skip the 1xx when the data connection stands already.
    if (transfer.joined === 'no') turn.effect({ do: 'join-client' });
    turn.effect({ do: 'release-end' });
  } else {
    turn.effect({ do: 'abort-data' });
  }
  settle(turn, { ...transfer, joined: 'yes', final: message });
}

/** The data connections have ended, one way or the other. */
export function dataEnded(turn: Turn, outcome: NonNullable<Transfer['outcome']>, summary: DataSummary): void {
  const { channel } = turn.state;
  const transfer = runningTransfer(turn.state);
  if (transfer === undefined) return;
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
