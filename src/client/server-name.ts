/** A server as people write it on the command line: a name or an address, and a port. */
import { err, ok, type Result } from '../lib/result.js';
import { isPort } from '../wire/host-port.js';
import { MAX_PORT } from '../wire/limits.js';
import { DEFAULT_PORT } from './terms.js';
import type { ServerName } from './trust/known-servers.js';

/** Longer than a domain name (RFC 1035 §3.1) or an IPv6 address with a zone can be. */
const MAX_HOST = 300;

/** Whether it can be a host. One that is remembered becomes the first word of a line. */
export const isHost = (name: string): boolean =>
  name.length <= MAX_HOST && /^[^\s\p{C}#/@[\]][^\s\p{C}/@[\]]*$/u.test(name);

/**
 * The error is a sentence without a full stop.
 *
 * @param host - an IPv6 address may stand in brackets
 * @param port - 21 if left out
 */
export function serverName(host: string, port?: string): Result<ServerName, string> {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  if (!isHost(name)) return err(`${JSON.stringify(host)} is no host`);
  const number = port === undefined ? DEFAULT_PORT : /^[0-9]{1,5}$/.test(port) ? Number(port) : 0;
  if (!isPort(number)) return err(`${JSON.stringify(port)} is no port: 1 to ${MAX_PORT}`);
  return ok({ host: name, port: number });
}

/** As serverName(), with the user who is to log in before the host, and an `@` between them. */
export function serverOfUser(
  place: string,
  port?: string,
): Result<ServerName & { readonly user: string | undefined }, string> {
  // The last one: a user may be a mail address.
  const at = place.lastIndexOf('@');
  const server = serverName(place.slice(at + 1), port);
  return server.ok ? ok({ ...server.value, user: at > 0 ? place.slice(0, at) : undefined }) : server;
}
