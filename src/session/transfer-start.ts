/** The beginning of a transfer, once the way its data goes is settled. */
import type { Flow } from './io.js';
import type { Path, Transfer } from './state.js';
import { watchDirect } from './third-party.js';
import type { Turn } from './turn.js';

/** Puts the transfer command to the ftpd, on a path that stands. */
export function beginTransfer(turn: Turn, asked: Transfer, path: Path): void {
  const { incoming, direction } = asked;
  turn.effect({ do: 'stop-timer', timer: 'idle' });
  if (path.kind === 'relayed') {
    turn.setData({ stage: 'running', transfer: { ...asked, path } });
    turn.effect({ do: 'start-transfer', plan: { client: path.client, ftpd: path.ftpd, flow: flow(turn, direction) } });
  } else {
    // The data is none of the gateway's business: only the replies count.
    turn.setData({ stage: 'running', transfer: { ...asked, path, outcome: { kind: 'done' } } });
    watchDirect(turn, path.via);
  }
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
