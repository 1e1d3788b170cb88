/** Starting the ftpd that takes a session over. */
import type { HandOff } from './io.js';
import type { ConnectedSuccessor, HandOffs, Successor } from './ports.js';

/** Whether octets pass through the gateway to it; otherwise it has the client's own connection. */
export const isConnected = (successor: Successor): successor is ConnectedSuccessor => 'stream' in successor;

/** Rejects with a reason that can be logged. */
export async function beginSuccession(
  to: HandOff,
  handOffs: HandOffs | undefined,
  signal: AbortSignal,
): Promise<Successor> {
  const unasked = new Error('there is no such ftpd');
  switch (to.kind) {
    case 'kerberos':
      if (handOffs?.startKerberos === undefined) throw unasked;
      return handOffs.startKerberos(signal);
    case 'anonymous':
      if (handOffs?.unread === undefined) throw unasked;
      return handOffs.unread.giveAway(signal);
  }
}
