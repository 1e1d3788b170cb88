/**
 * One generation of the service: what a snapshot and a key make of an accepted connection. A session keeps the generation that
 * accepted it; what all generations share (who is here, which ports are leased, what is known of an ftpd) outlives them.
 */
import type { Socket } from 'node:net';
import { permits } from '../config/networks.js';
import type { ListenerSettings, Snapshot } from '../config/snapshot.js';
import { systemRandom } from '../crypto/random.js';
import { openDataPlane } from '../data/plane.js';
import { PortPool } from '../data/port-pool.js';
import type { Log } from '../log/log.js';
import type { Mechanism } from '../security/mechanism.js';
import { createSafeTp1 } from '../security/safetp1/exchange.js';
import type { ServerKey } from '../security/safetp1/server-key.js';
import type { SessionPolicy } from '../session/policy.js';
import type { SessionLog } from '../session/ports.js';
import { Session } from '../session/session.js';
import type { SessionSummary } from '../session/session-options.js';
import { plainAddress } from '../wire/host-port.js';
import { ftpdDialer } from './dial.js';
import type { Handoffs } from './handoff/prepare.js';
import { HandshakeRate, limited } from './handshake-rate.js';
import { SessionRegistry } from './session-registry.js';
import { ThirdPartyMemory } from './third-party-memory.js';

/**
 * How long an ftpd may say nothing to a direct passive transfer before that is taken for a refusal, ms. One that dawdles longer
 * over its first one is only taken for one that refuses.
 */
const DIRECT_SILENCE_MS = 5_000;

/** What outlives a generation. */
export interface Shared {
  readonly log: Log;
  readonly registry: SessionRegistry;
  readonly thirdParty: ThirdPartyMemory;
  /** By range; a pool owns its leases, so the ports of live sessions stay theirs. */
  readonly pools: Map<string, PortPool>;
}

export function createShared(log: Log): Shared {
  return { log, registry: new SessionRegistry(), thirdParty: new ThirdPartyMemory(log), pools: new Map() };
}

export interface ServiceOptions {
  readonly snapshot: Snapshot;
  readonly key: ServerKey;
  readonly shared: Shared;
  /** Absent: no session is handed over. */
  readonly handoffs?: Handoffs | undefined;
}

/** The way in for connections, however they came. */
export interface Service {
  /** Serves a connection, or refuses it. Resolves when nothing of it is left. */
  accept(socket: Socket, settings: ListenerSettings): Promise<void>;
}

/** Makes ready for connections; opens nothing. */
export function createService({ snapshot, key, shared, handoffs }: ServiceOptions): Service {
  const rate = new HandshakeRate(snapshot.limits.handshakesPerSecond);
  const own = createSafeTp1({ key, random: systemRandom });
  return {
    accept: (socket, settings) => {
      const pool = poolOf(settings, shared.pools);
      const offered = [own, ...(handoffs?.mechanisms(settings) ?? [])];
      const address = plainAddress(socket.remoteAddress ?? '');
      const mechanisms = offered.map((mechanism) => limited(mechanism, rate, address));
      return accept(socket, { settings, snapshot, mechanisms, pool, handoffs, ...shared });
    },
  };
}

/** Listeners with the same range share its ports. */
function poolOf({ data }: ListenerSettings, pools: Map<string, PortPool>): PortPool | undefined {
  if (data.passivePorts === null) return undefined;
  const name = `${data.passivePorts.low}-${data.passivePorts.high}`;
  const pool = pools.get(name) ?? new PortPool(data.passivePorts);
  pools.set(name, pool);
  return pool;
}

interface AcceptContext extends Shared {
  readonly settings: ListenerSettings;
  readonly snapshot: Snapshot;
  readonly mechanisms: readonly Mechanism[];
  readonly pool: PortPool | undefined;
  readonly handoffs: Handoffs | undefined;
}

async function accept(socket: Socket, context: AcceptContext): Promise<void> {
  const { snapshot, registry } = context;
  const address = plainAddress(socket.remoteAddress ?? '');
  if (address === '' || socket.localAddress === undefined) {
    // Gone before we looked.
    socket.destroy();
    return;
  }
  const number = registry.nextNumber();
  const log = context.log.child({ session: number, address });
  const refusal = permits(snapshot.access, address)
    ? registry.refusal(address, snapshot.limits)
    : 'this address is not served';
  if (refusal !== undefined) {
    log.event('warnings', 'connection refused', { why: refusal });
    await refuse(socket);
    return;
  }
  await serve(socket, address, log, context);
}

/** Answers 421 and ends the connection; resolves when it is gone. */
export function refuse(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('close', () => resolve());
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.resume();
    socket.end('421 Service not available, closing control connection.\r\n', () => socket.destroySoon());
  });
}

async function serve(socket: Socket, clientAddress: string, log: Log, context: AcceptContext): Promise<void> {
  const { settings, snapshot, registry, pool, mechanisms } = context;
  const local = plainAddress(socket.localAddress ?? '');
  const started = performance.now();
  log.event('connections', 'connected', { port: socket.remotePort ?? 0 });
  const ftpdName = `${settings.ftpd.host} port ${settings.ftpd.port}`;
  let ftpd = { local: '', peer: '' };
  const { client, handOffs } = context.handoffs?.plug(socket, settings, log) ?? { client: socket };
  const session = new Session({
    client,
    handOffs,
    setting: {
      policy: policyOf(settings, snapshot, mechanisms),
      clientAddress,
      serverAddress: settings.externalAddress ?? local,
      thirdParty: (via) => context.thirdParty.recall(ftpdName, via),
    },
    timers: { login: settings.control.authTimeout, idle: settings.control.idleTimeout, silence: DIRECT_SILENCE_MS },
    dial: ftpdDialer(settings.ftpd, (addresses) => (ftpd = addresses)),
    openData: (emit) =>
      openDataPlane({
        emit,
        addresses: () => ({ client: { local, peer: clientAddress }, ftpd }),
        pool,
        stallTimeout: settings.data.stallTimeout,
        onStranger: (from) => log.event('warnings', 'refused a data connection from elsewhere', { from }),
      }),
    log: sessionLog(log, snapshot.logging.securityData),
    noteThirdParty: (via, knowledge) => context.thirdParty.note(ftpdName, via, knowledge),
  });
  registry.add(session, clientAddress, snapshot.generation);
  session.start();
  log.event('connections', 'disconnected', farewell(await session.done, started));
}

function policyOf(settings: ListenerSettings, { limits }: Snapshot, mechanisms: readonly Mechanism[]): SessionPolicy {
  return {
    mechanisms,
    cleartext: settings.control.cleartext,
    relay: settings.data.relay,
    activeTarget: settings.data.activeTarget,
    directPassive: settings.data.passivePorts === null && settings.externalAddress === null,
    protection: settings.data.protection,
    banner: settings.control.banner,
    maxBlock: settings.data.maxBlock,
    loginFailures: limits.loginFailures,
  };
}

function sessionLog(log: Log, securityData: boolean): SessionLog {
  return {
    event: (category, message, fields) => log.event(category, message, fields),
    debug: (level, message) => log.debug(level, message),
    securityData: (message) => {
      if (securityData) log.event('connections', message);
    },
  };
}

function farewell(summary: SessionSummary, started: number): Readonly<Record<string, string | number>> {
  return {
    why: summary.reason,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    received: summary.received,
    sent: summary.sent,
    protected: summary.mechanism ?? 'no',
  };
}
