/**
 * PASV, EPSV, PORT and EPRT (RFC 959 §4.1.2, RFC 2428), on either side independently: what the client asks of the gateway
 * becomes what the gateway asks of the ftpd, where it stands in the order of commands (REST must stay next to its transfer
 * command, RFC 3659 §5.3). The gateway prefers to connect to the ftpd, and falls back to being connected to.
 */
import {
  addressFamily,
  formatEprt,
  formatEpsvReply,
  formatPasvReply,
  formatPort,
  parseEprt,
  parseEpsvArgument,
  parseEpsvReply,
  parsePasvReply,
  parsePort,
  type Endpoint,
} from '../wire/host-port.js';
import { isCompletion, reply, type Reply } from '../wire/reply.js';
import type { Leg, Side } from './io.js';
import { activeVerdict } from './policy.js';
import type { FtpdMode, Incoming, Path, SetupRequest, Transfer } from './state.js';
import { askDirect, learn, mayBeDirect } from './third-party.js';
import { beginTransfer } from './transfer-start.js';
import type { Turn } from './turn.js';

/** A data connection set-up command of the client. */
export function requestSetup(turn: Turn, incoming: Incoming): void {
  const { verb, argument } = incoming.command;
  if (turn.state.setups === 'epsv-only' && verb !== 'EPSV') {
    return turn.answer(incoming, reply(503, `${verb} is not allowed after EPSV ALL.`));
  }
  switch (verb) {
    case 'PASV':
      if (addressFamily(turn.setting.serverAddress) === 2) {
        return turn.answer(incoming, reply(425, 'PASV cannot name an IPv6 address: use EPSV.'));
      }
      return setUp(turn, { incoming, client: { mode: 'listen' } });
    case 'EPSV':
      return requestExtendedPassive(turn, incoming);
    case 'PORT':
    case 'EPRT': {
      const parsed = verb === 'PORT' ? parsePort(argument ?? '') : parseEprt(argument ?? '');
      if (!parsed.ok) return turn.answer(incoming, activeSyntaxError(turn, verb, parsed.error));
      const refusal = activeVerdict(turn.setting, parsed.value);
      if (refusal !== undefined) {
        turn.log('warnings', 'refused a data connection to elsewhere', { verb, argument: argument ?? '' });
        return turn.answer(incoming, refusal);
      }
      return setUp(turn, { incoming, client: { mode: 'connect', endpoint: parsed.value } });
    }
    default:
      throw new Error(`${verb} does not set up a data connection`);
  }
}

function requestExtendedPassive(turn: Turn, incoming: Incoming): void {
  const family = addressFamily(turn.setting.clientAddress);
  const wanted = parseEpsvArgument(incoming.command.argument);
  if (!wanted.ok) {
    const text = wanted.error === 'syntax' ? reply(501, 'EPSV takes nothing, 1, 2 or ALL.') : wrongProtocol(family);
    return turn.answer(incoming, text);
  }
  if (wanted.value === 'all') {
    turn.update({ setups: 'epsv-only' });
    return turn.answer(incoming, reply(200, 'EPSV ALL: no other data connection set-up is accepted now.'));
  }
  if (wanted.value !== 'any' && wanted.value !== family) return turn.answer(incoming, wrongProtocol(family));
  setUp(turn, { incoming, client: { mode: 'listen' } });
}

/** RFC 2428 §2: 522 lists the protocols that are served. */
const wrongProtocol = (family: 1 | 2): Reply => reply(522, `Network protocol not supported, use (${family})`);

function activeSyntaxError(turn: Turn, verb: string, error: 'syntax' | 'protocol'): Reply {
  if (error === 'protocol') return wrongProtocol(addressFamily(turn.setting.clientAddress));
  return reply(501, verb === 'PORT' ? 'PORT takes h1,h2,h3,h4,p1,p2.' : 'EPRT takes |protocol|address|port|.');
}

/** A new set-up replaces an earlier one that was not used. */
function setUp(turn: Turn, request: SetupRequest): void {
  turn.effect({ do: 'abort-data' });
  if (request.client.mode === 'connect' && mayBeDirect(turn.setting, turn.state.channel, 'active')) {
    return askDirect(turn, request, request.client.endpoint);
  }
  tryNextMode(turn, request, undefined);
}

/** Sets up a relay for a transfer whose direct data connection came to nothing. */
export function setUpRetry(turn: Turn, transfer: Transfer, client: Leg): void {
  tryNextMode(turn, { incoming: transfer.incoming, transfer, client }, undefined);
}

/** Asks the ftpd in the best way it has not refused yet; `refusal` is its latest one. */
function tryNextMode(turn: Turn, request: SetupRequest, refusal: Reply | undefined): void {
  const [mode] = turn.state.ftpdModes;
  if (mode === undefined) {
    const why = refusal ?? reply(425, 'The FTP server accepts no data connection from this gateway.');
    return giveUp(turn, request, why);
  }
  if (mode === 'PASV' || mode === 'EPSV') {
    turn.setData({ stage: 'setting-up', request, step: { on: 'ftpd-passive', mode } });
    return turn.ask(request.incoming, 'setup', { verb: mode, argument: undefined });
  }
  turn.setData({ stage: 'setting-up', request, step: { on: 'ftpd-listener', mode } });
  turn.effect({ do: 'listen', side: 'ftpd' });
}

/** The ftpd's final reply to a set-up command of ours. */
export function setupReply(turn: Turn, message: Reply): void {
  const { data } = turn.state;
  if (data.stage !== 'setting-up') throw new Error('a set-up reply without a set-up');
  const { request, step } = data;
  if (step.on === 'ftpd-direct') return directReply(turn, request, message);
  if (step.on !== 'ftpd-passive' && step.on !== 'ftpd-active') throw new Error('a set-up reply out of turn');
  if (!isCompletion(message)) {
    if (refusesMode(message)) {
      turn.debug(1, `the ftpd refuses ${step.mode}: ${message.code}`);
      turn.update({ ftpdModes: turn.state.ftpdModes.filter((mode) => mode !== step.mode) });
      return tryNextMode(turn, request, message);
    }
    return giveUp(turn, request, message);
  }
  const leg = step.on === 'ftpd-active' ? ({ mode: 'listen' } as const) : passiveLeg(turn, step.mode, message);
  if (leg === undefined) {
    turn.log('warnings', 'cannot read where the ftpd listens', { reply: message.code });
    return giveUp(turn, request, reply(425, 'The FTP server did not say where it listens.'));
  }
  if (request.client.mode === 'connect')
    return ready(turn, request, { kind: 'relayed', client: request.client, ftpd: leg });
  const direct = step.on === 'ftpd-passive' ? directPassive(turn, request, message) : undefined;
  if (direct !== undefined) return ready(turn, request, { kind: 'direct', via: 'passive', ftpd: direct }, direct);
  turn.setData({ stage: 'setting-up', request, step: { on: 'client-listener', ftpd: leg } });
  turn.effect({ do: 'listen', side: 'client' });
}

/**
 * 500–504 and 522: this way does not exist there; 550 is vsftpd's word where its administrator has ruled it out. Anything else
 * (425, 530 …) is about the moment, and the client's to see.
 */
const refusesMode = ({ code }: Reply): boolean => (code >= 500 && code <= 504) || code === 522 || code === 550;

/** Where the ftpd listens: always at the address of its control connection, whatever a 227 says (NAT, and CVE-2020-8284's like). */
function passiveLeg(turn: Turn, mode: FtpdMode, message: Reply): Leg | undefined {
  const address = turn.setting.ftpdAddress;
  if (mode === 'EPSV') {
    const port = parseEpsvReply(message);
    return port.ok ? { mode: 'connect', endpoint: { address, port: port.value } } : undefined;
  }
  const endpoint = parsePasvReply(message);
  return endpoint.ok ? { mode: 'connect', endpoint: { address, port: endpoint.value.port } } : undefined;
}

/** Where the client may connect to the ftpd itself, as the ftpd's 227 says; undefined: the gateway listens for it. */
function directPassive(turn: Turn, request: SetupRequest, message: Reply): Endpoint | undefined {
  if (request.incoming.command.verb !== 'PASV' || !mayBeDirect(turn.setting, turn.state.channel, 'passive'))
    return undefined;
  const endpoint = parsePasvReply(message);
  return endpoint.ok && endpoint.value.address === turn.setting.ftpdAddress ? endpoint.value : undefined;
}

/** The ftpd's word on the client's own PORT or EPRT. */
function directReply(turn: Turn, request: SetupRequest, message: Reply): void {
  if (isCompletion(message)) return ready(turn, request, { kind: 'direct', via: 'active', client: request.client });
  if (!refusesMode(message)) return giveUp(turn, request, message);
  learn(turn, 'active', 'refused');
  tryNextMode(turn, request, undefined);
}

/** The path stands. The client is told; or the transfer that has waited for it goes on. */
function ready(turn: Turn, request: SetupRequest, path: Path, endpoint?: Endpoint): void {
  turn.setData({ stage: 'ready', path });
  const { verb } = request.incoming.command;
  if (request.transfer !== undefined) return beginTransfer(turn, request.transfer, path);
  if (endpoint === undefined) return turn.answer(request.incoming, reply(200, `${verb} command successful.`));
  const address = path.kind === 'relayed' ? turn.setting.serverAddress : endpoint.address;
  const shown = { address, port: endpoint.port };
  turn.answer(request.incoming, verb === 'PASV' ? formatPasvReply(shown) : formatEpsvReply(endpoint.port));
}

/** No data connection can be had: the client is told why, at its set-up or at its transfer command. */
function giveUp(turn: Turn, request: SetupRequest, why: Reply): void {
  turn.setData({ stage: 'none' });
  turn.effect({ do: 'abort-data' });
  turn.answer(request.incoming, why);
}

/** A listener of ours is open. */
export function listening(turn: Turn, side: Side, endpoint: Endpoint): void {
  const { data } = turn.state;
  if (data.stage !== 'setting-up') return;
  const { request, step } = data;
  if (side === 'client' && step.on === 'client-listener') {
    return ready(turn, request, { kind: 'relayed', client: { mode: 'listen' }, ftpd: step.ftpd }, endpoint);
  }
  if (side === 'ftpd' && step.on === 'ftpd-listener') {
    const argument = step.mode === 'PORT' ? formatPort(endpoint) : formatEprt(endpoint);
    turn.setData({ stage: 'setting-up', request, step: { on: 'ftpd-active', mode: step.mode } });
    turn.ask(request.incoming, 'setup', { verb: step.mode, argument });
  }
}

export function listenFailed(turn: Turn, side: Side, why: string): void {
  const { data } = turn.state;
  if (data.stage !== 'setting-up' || data.step.on !== `${side}-listener`) return;
  turn.log('warnings', 'cannot listen for a data connection', { side, why });
  giveUp(turn, data.request, reply(425, 'No port is free for the data connection: try again later.'));
}
