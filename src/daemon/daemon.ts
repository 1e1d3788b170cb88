/**
 * The composition root: listeners, and the generation of the service that new connections are given to. Start and reload are one
 * path: prepare everything that can fail, then commit, which neither waits nor fails.
 */
import type { ListenerSettings, Snapshot } from '../config/snapshot.js';
import { err, ok, type Result } from '../lib/result.js';
import type { Log } from '../log/log.js';
import type { ServerKey } from '../security/safetp1/server-key.js';
import { prepareHandoffs } from './handoff/prepare.js';
import { planListeners, type Held, type ListenerPlan } from './listener-plan.js';
import { adoptListener, openListener, type ListenFailure, type OpenListener } from './listener-set.js';
import type { PassedSocket } from './passed-sockets.js';
import { createService, createShared, type Service, type Shared } from './service.js';
import { listenerAt, settingsForSocket } from './socket-activation.js';

export interface DaemonOptions {
  readonly snapshot: Snapshot;
  readonly key: ServerKey;
  readonly log: Log;
  /** Listening sockets of a service manager; with any of them, the snapshot's listeners are not opened but give settings. */
  readonly passed?: readonly PassedSocket[];
  /** Called once all ports are bound, before the first client is served; a failure ends the start. */
  readonly onBound?: () => Result<undefined, string>;
}

/** What a configuration wants to become. */
export interface Wanted {
  readonly snapshot: Snapshot;
  readonly key: ServerKey;
}

/** A configuration made ready: nothing of it can fail any more. */
export interface Outlook {
  readonly plan: ListenerPlan<OpenListener>;
  readonly opened: readonly Held<OpenListener>[];
  readonly service: Service;
  readonly snapshot: Snapshot;
}

export interface Daemon {
  /** Where clients are served, ports as bound. */
  readonly listeners: readonly OpenListener[];
  /** Sessions under way. */
  readonly sessions: number;
  /** How many of them each generation has. */
  sessionsByGeneration(): ReadonlyMap<number, number>;
  /** Binds and tries all that a new configuration needs, beside what runs. A failure leaves everything as it was. */
  prepare(wanted: Wanted): Promise<Result<Outlook, readonly string[]>>;
  /** Puts it into effect, at once, for new connections. */
  commit(outlook: Outlook): void;
  /** Stops listening, tells the clients, and resolves when every session is gone; transfers may go on for limits.drain. */
  close(): Promise<void>;
}

/** Opens every listener, or none: fails with one line a listener that cannot be opened. */
export async function startDaemon(options: DaemonOptions): Promise<Result<Daemon, readonly string[]>> {
  const { snapshot, key, log, passed = [] } = options;
  const shared = createShared(log);
  const adopted: Held<OpenListener>[] = [];
  const failures: string[] = [];
  for (const socket of passed) {
    const taken = await adoptListener(socket);
    if (!taken.ok) failures.push(`cannot listen on ${taken.error}`);
    else adopted.push({ listener: taken.value, settings: settingsForSocket(snapshot.listeners, taken.value) });
  }
  if (failures.length > 0) {
    for (const { listener } of adopted) listener.close();
    return err(failures);
  }
  const daemon = new ListeningDaemon(shared, passed.length > 0 ? adopted : undefined);
  const outlook = await daemon.prepare({ snapshot, key }, options.onBound);
  if (!outlook.ok) {
    for (const { listener } of adopted) listener.close();
    return outlook;
  }
  if (passed.length > 0) tellUnopened(snapshot, adopted, log);
  daemon.commit(outlook.value);
  return ok(daemon);
}

class ListeningDaemon implements Daemon {
  readonly #shared: Shared;
  /** Whether a service manager decides where clients arrive: then listeners are neither opened nor closed. */
  readonly #activated: boolean;
  #held: readonly Held<OpenListener>[];
  #service: Service | undefined;
  #drain = 0;

  constructor(shared: Shared, adopted: readonly Held<OpenListener>[] | undefined) {
    this.#shared = shared;
    this.#activated = adopted !== undefined;
    this.#held = adopted ?? [];
  }

  get listeners(): readonly OpenListener[] {
    return this.#held.map(({ listener }) => listener);
  }

  get sessions(): number {
    return this.#shared.registry.size;
  }

  sessionsByGeneration(): ReadonlyMap<number, number> {
    return this.#shared.registry.byGeneration();
  }

  async prepare(
    { snapshot, key }: Wanted,
    onBound: () => Result<undefined, string> = () => ok(undefined),
  ): Promise<Result<Outlook, readonly string[]>> {
    const tryHandoffs = () => prepareHandoffs(snapshot.listeners, { log: this.#shared.log });
    // On a reload before any listener yields its port: a program that says nothing takes seconds.
    const tried = this.#service === undefined ? undefined : await tryHandoffs();
    if (tried?.ok === false) return tried;
    const plan = this.#plan(snapshot);
    const opening = new Opening(plan);
    const failures = [...(await opening.open())];
    if (failures.length === 0) {
      // Every port is bound and nobody is served yet: the moment to give up what only binding needed.
      const bound = onBound();
      if (!bound.ok) failures.push(bound.error);
    }
    // At the start only now: as the user that the other ftpds will be started as.
    const handoffs = failures.length > 0 ? ok(undefined) : (tried ?? (await tryHandoffs()));
    if (!handoffs.ok) failures.push(...handoffs.error);
    if (failures.length > 0 || !handoffs.ok) {
      failures.push(...(await opening.undo()));
      return err(failures);
    }
    const service = createService({ snapshot, key, shared: this.#shared, handoffs: handoffs.value });
    return ok({ plan, opened: opening.opened, service, snapshot });
  }

  commit({ plan, opened, service, snapshot }: Outlook): void {
    const isStart = this.#service === undefined;
    this.#service = service;
    this.#drain = snapshot.limits.drain;
    this.#held = [...plan.keep, ...opened];
    // Kept listeners look their settings up at each accept; only what is new has a gate to open. What was passed counts as
    // kept from the start; its gate is opened then, and once.
    for (const held of isStart ? this.#held : opened) this.#serve(held);
    // Not waited for: a server is closed only when its last connection is.
    for (const { listener } of plan.close) listener.close();
  }

  async close(): Promise<void> {
    for (const { listener } of this.#held) listener.close();
    await this.#shared.registry.shutDown(this.#drain);
  }

  #plan(snapshot: Snapshot): ListenerPlan<OpenListener> {
    if (!this.#activated) return planListeners(this.#held, snapshot.listeners);
    const keep = this.#held.map(({ listener }) => ({
      listener,
      settings: settingsForSocket(snapshot.listeners, listener),
    }));
    return { keep, open: [], close: [] };
  }

  #serve({ listener }: Held<OpenListener>): void {
    listener.serve((socket) => {
      const settings = this.#held.find((each) => each.listener === listener)?.settings;
      // Closed in the same turn of the event loop.
      if (settings === undefined || this.#service === undefined) socket.destroy();
      else void this.#service.accept(socket, settings);
    });
  }
}

/** Binds the new listeners of a plan, and takes that back. */
class Opening {
  readonly #plan: ListenerPlan<OpenListener>;
  readonly opened: Held<OpenListener>[] = [];
  /** Listeners that are to close anyway and gave up their port already: `0.0.0.0:21` yields to `127.0.0.1:21`. */
  readonly #yielded: Held<OpenListener>[] = [];

  constructor(plan: ListenerPlan<OpenListener>) {
    this.#plan = plan;
  }

  /** Opens all of them; gives a line for each that could not be. */
  async open(): Promise<readonly string[]> {
    const failures: string[] = [];
    for (const settings of this.#plan.open) {
      const opened = await this.#openOne(settings);
      if (opened.ok) this.opened.push({ listener: opened.value, settings });
      else failures.push(`cannot listen on ${opened.error.text}`);
    }
    return failures;
  }

  async #openOne(settings: ListenerSettings): Promise<Result<OpenListener, ListenFailure>> {
    const first = await openListener(settings);
    const inTheWay = this.#plan.close.filter(
      (each) => each.listener.port === settings.port && !this.#yielded.includes(each),
    );
    if (first.ok || !first.error.taken || inTheWay.length === 0) return first;
    for (const each of inTheWay) {
      each.listener.close();
      this.#yielded.push(each);
    }
    return openListener(settings);
  }

  /** Closes what was opened and brings back what yielded; gives a line for each that does not come back. */
  async undo(): Promise<readonly string[]> {
    for (const { listener } of this.opened) listener.close();
    const failures: string[] = [];
    for (const { listener } of this.#yielded) {
      const failure = await listener.reopen();
      if (failure !== undefined) failures.push(`cannot listen again on ${failure}`);
    }
    return failures;
  }
}

/** Says which listeners of the configuration the service manager has not passed. */
function tellUnopened({ listeners }: Snapshot, open: readonly Held<OpenListener>[], log: Log): void {
  const matched = open.flatMap(({ listener }) => listenerAt(listeners, listener) ?? []);
  for (const { address, port } of listeners.filter((each) => !matched.includes(each))) {
    log.event('connections', 'listener not opened: the service manager passed others', {
      on: `${address} port ${port}`,
    });
  }
}
