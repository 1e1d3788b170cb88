/**
 * Two control connections joined into one: octets pass both ways untouched, each side is read only as fast as the other takes
 * them, and the end of one side's sending reaches the other while what comes back goes on. Part of the shell.
 */
import type { ControlChannel } from './control-channel.js';

export interface PassageOptions {
  /** What the ftpd hears first. */
  readonly opening: readonly Uint8Array[];
  /** The client has sent all that it will send. */
  readonly clientEnded: boolean;
  /** One of the two has sent all that it will send. */
  readonly halfClosed: () => void;
  readonly clientClosed: () => void;
  /** The ftpd has sent everything that it will send, and it is on its way to the client. */
  readonly ftpdEnded: () => void;
  readonly ftpdClosed: () => void;
}

/** Joins a client to an ftpd: from now on the two channels' events are heard here. */
export function passBothWays(client: ControlChannel, ftpd: ControlChannel, options: PassageOptions): void {
  ftpd.redirect({
    octets: (chunk) => pass(chunk, ftpd, client),
    ended: () => {
      client.finish();
      options.halfClosed();
      options.ftpdEnded();
    },
    drained: () => client.resume(),
    closed: () => {
      // It may have been reset, and then there was no end before.
      options.ftpdEnded();
      options.ftpdClosed();
    },
  });
  client.redirect({
    octets: (chunk) => pass(chunk, client, ftpd),
    ended: () => {
      ftpd.finish();
      options.halfClosed();
    },
    drained: () => ftpd.resume(),
    closed: options.clientClosed,
  });
  for (const octets of options.opening) if (octets.length > 0) ftpd.write(octets);
  if (options.clientEnded) {
    ftpd.finish();
    options.halfClosed();
  }
  client.resume();
  ftpd.resume();
}

function pass(chunk: Uint8Array, from: ControlChannel, to: ControlChannel): void {
  to.write(chunk);
  if (to.full) from.pause();
}
