/**
 * The composition root: a snapshot and a key become listeners, each accepted connection becomes a session with its ports
 * plugged in. What a session may do it takes from the snapshot that was current when it was accepted.
 */
import type { Socket } from 'node:net';
import { permits } from '../config/networks.js';
import type { ListenerSettings, Snapshot } from '../config/snapshot.js';
import { systemRandom } from '../crypto/random.js';
import { openDataPlane } from '../data/plane.js';
import { PortPool } from '../data/port-pool.js';
import { err, ok, type Result } from '../lib/result.js';
import type { Log } from '../log/log.js';
import type { Mechanism } from '../security/mechanism.js';
import { createSafeTp1 } from '../security/safetp1/exchange.js';
import type { ServerKey } from '../security/safetp1/server-key.js';
import type { SessionPolicy } from '../session/policy.js';
import type { SessionLog } from '../session/ports.js';
import { Session, type SessionSummary } from '../session/session.js';
import { plainAddress } from '../wire/host-port.js';
import { ftpdDialer } from './dial.js';
import { limited, TokenBucket } from './handshake-rate.js';
import { openListener, type OpenListener } from './listener-set.js';
import { SessionRegistry } from './session-registry.js';

export interface DaemonOptions {
  readonly snapshot: Snapshot;
  readonly key: ServerKey;
  readonly log: Log;
}

export interface Daemon {
  /** Where clients are served, ports as bound. */
  readonly listeners: readonly OpenListener[];
  /** Sessions under way. */
  readonly sessions: number;
  /** Stops listening, tells the clients, and resolves when every session is gone (at the latest after twice limits.drain). */
  close(): Promise<void>;
}

/** Opens every listener, or none: fails with one line a listener that cannot be opened. */
export async function startDaemon(options: DaemonOptions): Promise<Result<Daemon, readonly string[]>> {
  const { snapshot, key, log } = options;
  const bucket = new TokenBucket(snapshot.limits.handshakesPerSecond);
  const mechanisms = [limited(createSafeTp1({ key, random: systemRandom }), bucket)];
  const registry = new SessionRegistry();
  const pools = new Map<string, PortPool>();
  const open: OpenListener[] = [];
  const failures: string[] = [];
  for (const settings of snapshot.listeners) {
    const pool = poolOf(settings, pools);
    const context = { settings, snapshot, mechanisms, registry, log, pool };
    const opened = await openListener(settings, (socket) => accept(socket, context));
    if (opened.ok) open.push(opened.value);
    else failures.push(opened.error);
  }
  if (failures.length > 0) {
    for (const listener of open) listener.close();
    return err(failures);
  }
  return ok({
    listeners: open,
    get sessions() {
      return registry.size;
    },
    close: async () => {
      for (const listener of open) listener.close();
      await registry.shutDown(snapshot.limits.drain);
    },
  });
}

/** Listeners with the same range share its ports. */
function poolOf({ data }: ListenerSettings, pools: Map<string, PortPool>): PortPool | undefined {
  if (data.passivePorts === null) return undefined;
  const name = `${data.passivePorts.low}-${data.passivePorts.high}`;
  const pool = pools.get(name) ?? new PortPool(data.passivePorts);
  pools.set(name, pool);
  return pool;
}

interface AcceptContext {
  readonly settings: ListenerSettings;
  readonly snapshot: Snapshot;
  readonly mechanisms: readonly Mechanism[];
  readonly registry: SessionRegistry;
  readonly log: Log;
  readonly pool: PortPool | undefined;
}

function accept(socket: Socket, context: AcceptContext): void {
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
    refuse(socket);
    return;
  }
  serve(socket, address, log, context);
}

function refuse(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.on('end', () => socket.destroy());
  socket.resume();
  socket.end('421 Service not available, closing control connection.\r\n', () => socket.destroySoon());
}

function serve(socket: Socket, clientAddress: string, log: Log, context: AcceptContext): void {
  const { settings, snapshot, registry, pool, mechanisms } = context;
  const local = plainAddress(socket.localAddress ?? '');
  const started = performance.now();
  log.event('connections', 'connected', { port: socket.remotePort ?? 0 });
  let ftpd = { local: '', peer: '' };
  const session = new Session({
    client: socket,
    setting: {
      policy: policyOf(settings, snapshot, mechanisms),
      clientAddress,
      serverAddress: settings.externalAddress ?? local,
    },
    timers: { login: settings.control.authTimeout, idle: settings.control.idleTimeout },
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
  });
  registry.add(session, clientAddress);
  void session.done.then((summary) => log.event('connections', 'disconnected', farewell(summary, started)));
  session.start();
}

function policyOf(settings: ListenerSettings, { limits }: Snapshot, mechanisms: readonly Mechanism[]): SessionPolicy {
  return {
    mechanisms,
    cleartext: settings.control.cleartext,
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
