/**
 * Which settings hold for a socket that somebody else opened.
 *
 * Once a service manager passes any listening socket, it decides where clients arrive: listeners of the configuration that were
 * not passed are not opened. Opening them too would have sftpd listen where the administrator, who wrote a socket unit, did
 * not look (the default configuration listens on port 21 of all addresses).
 */
import { addressKey } from '../config/networks.js';
import type { ListenerSettings } from '../config/snapshot.js';

/** Where a connection or a listener is, on this machine. */
export interface LocalAddress {
  readonly address: string;
  readonly port: number;
}

/** The listener of the configuration with an address and port. */
export function listenerAt(
  listeners: readonly ListenerSettings[],
  { address, port }: LocalAddress,
): ListenerSettings | undefined {
  const same = listeners.filter((each) => each.port === port);
  const wanted = addressKey(address);
  return same.find((each) => addressKey(each.address) === wanted);
}

/**
 * The settings for a passed socket: of the listener that has its address and port, else of the first one.
 */
export function settingsForSocket(listeners: readonly ListenerSettings[], at: LocalAddress): ListenerSettings {
  return listenerAt(listeners, at) ?? firstOf(listeners);
}

/**
 * The settings for a connection that somebody else accepted (inetd): of the listener that would have taken it, on its very
 * address or on all of them, else of the first one.
 */
export function settingsForConnection(listeners: readonly ListenerSettings[], at: LocalAddress): ListenerSettings {
  const any = at.address.includes(':') ? ['::'] : ['0.0.0.0', '::'];
  return (
    listenerAt(listeners, at) ??
    any.map((address) => listenerAt(listeners, { ...at, address })).find((found) => found !== undefined) ??
    firstOf(listeners)
  );
}

function firstOf(listeners: readonly ListenerSettings[]): ListenerSettings {
  const [first] = listeners;
  if (first === undefined) throw new Error('a configuration without listeners passed validation');
  return first;
}
