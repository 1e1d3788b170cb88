/**
 * The data connections of one session: at most one listener a side, and at most one transfer. Everything that happens becomes
 * a session event; every transfer that was started ends in exactly one.
 */
import { connect, isIP, type Socket } from 'node:net';
import type { Flow, Leg, SessionEvent, Side, TransferPlan } from '../session/io.js';
import type { DataPlane } from '../session/ports.js';
import type { Endpoint } from '../wire/host-port.js';
import { addressFamily } from '../wire/host-port.js';
import { coderFor, type Coder } from './coder.js';
import { DataListener } from './listener.js';
import type { PortPool } from './port-pool.js';
import { Pump } from './pump.js';

/** How long a data connection may take to come about once both sides should make it, ms. */
export const DATA_CONNECT_TIMEOUT_MS = 30_000;

export interface DataPlaneOptions {
  readonly emit: (event: SessionEvent) => void;
  /** Both ends of each control connection; data connections run between the same addresses. */
  readonly addresses: () => Readonly<Record<Side, { readonly local: string; readonly peer: string }>>;
  /** Client-facing ports; undefined: the system picks. */
  readonly pool: PortPool | undefined;
  /** What becomes of a transfer's octets; coderFor() if left out. */
  readonly coder?: ((flow: Flow) => Coder) | undefined;
  /** Milliseconds. */
  readonly stallTimeout: number;
  readonly onStranger: (address: string) => void;
}

export function openDataPlane(options: DataPlaneOptions): DataPlane {
  return new SessionDataPlane(options);
}

interface Running {
  readonly plan: TransferPlan;
  readonly pump: Pump;
  readonly timers: Set<NodeJS.Timeout>;
  /** Connections that do not stand yet: a transfer that ends before they do takes them along. */
  readonly dialing: Set<Socket>;
}

class SessionDataPlane implements DataPlane {
  readonly #options: DataPlaneOptions;
  #listeners: Partial<Record<Side, DataListener>> = {};
  #running: Running | undefined;
  /** Counts set-ups: a listener that opens after its set-up was replaced is closed again. */
  #generation = 0;

  constructor(options: DataPlaneOptions) {
    this.#options = options;
  }

  listen(side: Side): void {
    const generation = this.#generation;
    const { local, peer } = this.#options.addresses()[side];
    const pool = side === 'client' ? this.#options.pool : undefined;
    void DataListener.open({ address: local, peer, pool, onStranger: this.#options.onStranger }).then((opened) => {
      if (generation !== this.#generation) {
        if (opened.ok) opened.value.close();
        return;
      }
      if (!opened.ok) return this.#options.emit({ type: 'listen-failed', side, why: opened.error });
      this.#listeners[side] = opened.value;
      this.#options.emit({ type: 'listening', side, endpoint: { address: local, port: opened.value.port } });
    });
  }

  start(plan: TransferPlan): void {
    const pump: Pump = new Pump({
      coder: (this.#options.coder ?? coderFor)(plan.flow),
      source: plan.flow.direction === 'download' ? 'ftpd' : 'client',
      stallTimeout: this.#options.stallTimeout,
      onEnd: (outcome, summary) => {
        this.#over();
        if (outcome.kind === 'done') this.#options.emit({ type: 'data-done', summary });
        else this.#options.emit({ type: 'data-failed', cause: outcome.cause, summary });
      },
    });
    this.#running = { plan, pump, timers: new Set(), dialing: new Set() };
    // The ftpd accepts its data connection before it says 1xx; the client is connected to only after that.
    this.#obtain(this.#running, 'ftpd', plan.ftpd);
  }

  join(): void {
    if (this.#running !== undefined) this.#obtain(this.#running, 'client', this.#running.plan.client);
  }

  release(): void {
    this.#running?.pump.release();
  }

  knock({ address, port }: Endpoint, direction: 'download' | 'upload'): void {
    const socket = connect({ host: address, port });
    socket.on('error', () => undefined);
    // A download has begun with its first octet, and every ftpd says something when one that has begun breaks off.
    socket.once(direction === 'upload' ? 'connect' : 'data', () => socket.resetAndDestroy());
    socket.setTimeout(DATA_CONNECT_TIMEOUT_MS, () => socket.destroy());
  }

  abort(): void {
    this.#generation++;
    const running = this.#running;
    if (running === undefined) this.#closeListeners();
    else running.pump.fail('aborted');
  }

  #obtain(running: Running, side: Side, leg: Leg): void {
    const timer = setTimeout(
      () => running.pump.fail(side === 'client' ? 'client-unreachable' : 'ftpd-unreachable'),
      DATA_CONNECT_TIMEOUT_MS,
    );
    running.timers.add(timer);
    const arrived = (socket: Socket): void => {
      clearTimeout(timer);
      running.timers.delete(timer);
      running.pump.attach(side, socket);
    };
    if (leg.mode === 'connect') this.#connect(running, side, leg.endpoint, arrived);
    else this.#listeners[side]?.take(arrived);
  }

  #connect(running: Running, side: Side, endpoint: Endpoint, arrived: (socket: Socket) => void): void {
    const { local } = this.#options.addresses()[side];
    // The same local address as the control connection's: ftpds check it, and so do clients and their firewalls.
    const sameFamily = isIP(local) !== 0 && addressFamily(local) === addressFamily(endpoint.address);
    const socket = connect({
      host: endpoint.address,
      port: endpoint.port,
      ...(sameFamily ? { localAddress: local } : {}),
      allowHalfOpen: true,
      noDelay: true,
    });
    running.dialing.add(socket);
    const refused = (): void => running.pump.fail(side === 'client' ? 'client-unreachable' : 'ftpd-unreachable');
    socket.once('error', refused);
    socket.once('connect', () => {
      running.dialing.delete(socket);
      socket.off('error', refused);
      socket.pause();
      arrived(socket);
    });
  }

  #over(): void {
    for (const timer of this.#running?.timers ?? []) clearTimeout(timer);
    for (const socket of this.#running?.dialing ?? []) socket.destroy();
    this.#running = undefined;
    this.#generation++;
    this.#closeListeners();
  }

  #closeListeners(): void {
    this.#listeners.client?.close();
    this.#listeners.ftpd?.close();
    this.#listeners = {};
  }
}
