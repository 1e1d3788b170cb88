/**
 * Third-party optimisation (the manual's -3 forbids it): with no protection on the data, the client and the ftpd exchange it
 * directly and no octet of it crosses the gateway. Many ftpds refuse that; each tells so in its own way, and what was learned
 * of an ftpd is remembered for all sessions:
 *
 * - PORT answered 5xx (vsftpd, ProFTPD, Pure-FTPd, inetutils): the gateway relays, and the client never notices.
 * - a transfer over the client's PORT answered 425: it is asked for again through the relay.
 * - a transfer over the ftpd's PASV answered 425 (vsftpd), or by silence (Pure-FTPd, pyftpdlib): the client is told 425, since
 *   its data connection has gone where the gateway is not; its next one is relayed.
 */
import { isLoopback } from '../wire/address.js';
import { addressFamily, formatEprt, formatPort, type Endpoint } from '../wire/host-port.js';
import type { Reply } from '../wire/reply.js';
import type { DirectVia } from './io.js';
import type { SessionSetting } from './policy.js';
import type { Channel, Serving, SetupRequest, Transfer } from './state.js';
import type { Turn } from './turn.js';

/** 425, Can't open data connection (RFC 959 §5.4). */
const NO_DATA_CONNECTION = 425;

/** Whether a data connection may be direct: allowed, safe, able to work, and not refused before by this ftpd. */
export function mayBeDirect(setting: SessionSetting, channel: Channel, via: DirectVia): boolean {
  const { policy, clientAddress, ftpdAddress } = setting;
  if (policy.relay === 'always' || policy.protection !== 'clear' || !isClear(channel)) return false;
  if (setting.thirdParty(via) === 'refused') return false;
  // An ftpd on loopback is no help to a remote client, nor a client on loopback to a remote ftpd.
  if (isLoopback(clientAddress) !== isLoopback(ftpdAddress)) return false;
  if (addressFamily(clientAddress) !== addressFamily(ftpdAddress)) return false;
  if (via === 'active') return true;
  // Most clients take the address in a 227 for a trap and connect to the gateway instead. One whose control connection is
  // protected knows that the address is the gateway's word.
  return channel.kind === 'secured' && policy.directPassive;
}

const isClear = (channel: Channel): boolean => channel.kind !== 'secured' || channel.level === 'C';

/** Whether a path that was set up for direct data may carry the coming transfer: PROT may have changed since. */
export const stillClear = (state: Serving): boolean => isClear(state.channel);

/** Passes the client's PORT or EPRT on to the ftpd, in the form that ftpds know best. */
export function askDirect(turn: Turn, request: SetupRequest, endpoint: Endpoint): void {
  const ipv4 = addressFamily(endpoint.address) === 1;
  turn.setData({ stage: 'setting-up', request, step: { on: 'ftpd-direct', mode: ipv4 ? 'PORT' : 'EPRT' } });
  turn.ask(request.incoming, 'setup', {
    verb: ipv4 ? 'PORT' : 'EPRT',
    argument: ipv4 ? formatPort(endpoint) : formatEprt(endpoint),
  });
}

/** Remembers what became of a direct data connection. */
export function learn(turn: Turn, via: DirectVia, knowledge: 'works' | 'refused'): void {
  if (turn.setting.thirdParty(via) === knowledge) return;
  turn.effect({ do: 'note-third-party', via, knowledge });
}

/** A direct transfer begins: the ftpd's silence has to be told from its patience, until it has once been seen to work. */
export function watchDirect(turn: Turn, via: DirectVia): void {
  if (via === 'passive' && turn.setting.thirdParty(via) !== 'works')
    turn.effect({ do: 'start-timer', timer: 'silence' });
}

/** Whether the ftpd's final reply means that it does not do third-party transfers. */
export const refusesDirect = (transfer: Transfer, message: Reply): boolean =>
  transfer.path.kind === 'direct' && message.code === NO_DATA_CONNECTION;

/**
 * Whether a refused direct transfer can be asked for again through the relay. Not where the client has connected to the ftpd
 * already, not behind REST (whether the ftpd still holds its marker cannot be known), and not for STOU (a second name).
 */
export const canRetry = (transfer: Transfer): boolean =>
  transfer.path.kind === 'direct' &&
  transfer.path.via === 'active' &&
  transfer.restarted === 'no' &&
  transfer.incoming.command.verb !== 'STOU';
