/** The Kerberos ftpd of one session: started on a connection of its own, and past its greeting. */
import type { Log } from '../../log/log.js';
import type { ConnectedSuccessor } from '../../session/ports.js';
import { startChild } from './child.js';
import { connectedPair } from './connected-pair.js';
import { greeting } from './dialogue.js';

export interface KerberosOptions {
  readonly program: string;
  /** Where the client reached the gateway: the ftpd's own address, as far as it can tell. */
  readonly address: string;
  readonly log: Log;
}

/** Rejects with a reason that can be logged; nothing is left behind then. */
export async function startKerberosFtpd(options: KerberosOptions, signal: AbortSignal): Promise<ConnectedSuccessor> {
  const { program, address, log } = options;
  const { ours, theirs } = await connectedPair(address);
  try {
    const child = await startChild(theirs, { program, name: 'Kerberos ftpd', log, endsWithConnection: true });
    try {
      // Only the ftpd may hold that end, or its closing would go unnoticed. This does not shut the connection down.
      theirs.destroy();
      await greeting(ours, signal);
      return { ...child, stream: ours };
    } catch (error) {
      child.stop();
      throw error;
    }
  } catch (error) {
    theirs.destroy();
    ours.destroy();
    throw error;
  }
}
