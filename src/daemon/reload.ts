/**
 * Reload in two phases: everything that can fail is prepared beside what runs; then it is committed at once, without waiting and
 * without failing. A configuration that cannot be had changes nothing. Live sessions go on under the generation that accepted them.
 *
 * Every trigger asks one reloader. One reload runs at a time; triggers during a run become one more run; once the gateway is being
 * stopped they are logged and ignored.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Snapshot } from '../config/snapshot.js';
import { ok, type Result } from '../lib/result.js';
import type { LogSink, RootLog } from '../log/log.js';
import { openSink } from '../log/open-sink.js';
import type { Daemon, Outlook } from './daemon.js';
import { diagnosticLines, logSettings, prepare, type LaunchSource } from './preparation.js';

export interface ReloaderOptions {
  readonly source: LaunchSource;
  readonly daemon: Daemon;
  readonly log: RootLog;
  /** The configuration of the start. */
  readonly snapshot: Snapshot;
  /** Where the log goes now. */
  readonly sink: LogSink;
  /** What a log destination that fails later is told to. */
  readonly onTrouble: (text: string) => void;
  /** Told of each configuration that comes into force. */
  readonly onCommitted: (snapshot: Snapshot) => void;
}

/** What is ready to take effect. */
interface Ready {
  readonly snapshot: Snapshot;
  readonly sink: LogSink;
  readonly outlook: Outlook;
}

/** Where the log would go, and how to take that back. */
interface NextSink {
  readonly sink: LogSink;
  readonly undo: () => Promise<void>;
}

const stdoutOf = ({ logging }: Snapshot, sink: LogSink): LogSink | undefined =>
  logging.destination.kind === 'stdout' ? sink : undefined;

export class Reloader {
  readonly #options: ReloaderOptions;
  #snapshot: Snapshot;
  #generation: number;
  #sink: LogSink;
  /** Kept once there is one, whether in use or not: standard output is never closed, and each sink on it adds to it. */
  #stdout: LogSink | undefined;
  #state: 'idle' | 'running' | 'again' | 'stopped' = 'idle';
  #run: Promise<void> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#snapshot = options.snapshot;
    this.#generation = options.snapshot.generation;
    this.#sink = options.sink;
    this.#stdout = stdoutOf(options.snapshot, options.sink);
  }

  /** The configuration in force. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Asks for a reload; `trigger` is for the log. Resolves when no reload is under way any more. */
  request(trigger: string): Promise<void> {
    switch (this.#state) {
      case 'idle':
        this.#state = 'running';
        this.#run = this.#untilSettled(trigger);
        break;
      case 'running':
        this.#state = 'again';
        break;
      case 'again':
        break;
      case 'stopped':
        this.#options.log.event('connections', 'reload ignored: the gateway is being stopped', { trigger });
        break;
    }
    return this.#run;
  }

  /** From here on every trigger is ignored. Resolves when the reload under way, if any, is over. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    await this.#run;
  }

  async #untilSettled(trigger: string): Promise<void> {
    for (;;) {
      try {
        await this.#reload(trigger);
      } catch (error) {
        // A bug of ours; what runs goes on.
        this.#fail([`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]);
      }
      if (this.#state !== 'again') break;
      this.#state = 'running';
    }
    if (this.#state === 'running') this.#state = 'idle';
  }

  async #reload(trigger: string): Promise<void> {
    const started = performance.now();
    const ready = await this.#prepare();
    if (ready === undefined) return;
    const took = this.#commit(ready);
    const { outlook, snapshot } = ready;
    this.#options.onCommitted(snapshot);
    this.#options.log.event('connections', `reload ok: generation ${snapshot.generation}`, {
      trigger,
      kept: outlook.plan.keep.length,
      opened: outlook.plan.open.length,
      closed: outlook.plan.close.length,
      earlierSessions: this.#options.daemon.sessions,
      ms: Math.round(performance.now() - started),
      commitMs: Math.round(took * 10) / 10,
    });
  }

  /** Everything that can fail. Undefined: something did, it was said, and nothing has changed. */
  async #prepare(): Promise<Ready | undefined> {
    const { source, daemon, log, onTrouble } = this.#options;
    const next = await prepare({ ...source, generation: this.#generation + 1 });
    const lines = [...diagnosticLines(next.diagnostics), ...next.faults];
    if (next.prepared === undefined) {
      this.#fail(lines);
      return undefined;
    }
    for (const line of lines) log.event('warnings', line);
    const { key } = next.prepared;
    const snapshot = this.#withoutRestartOnly(next.prepared.snapshot);
    const opened = await this.#openSink(snapshot, onTrouble);
    if (!opened.ok) {
      this.#fail([opened.error]);
      return undefined;
    }
    const outlook = await daemon.prepare({ snapshot, key });
    if (outlook.ok) return { snapshot, sink: opened.value.sink, outlook: outlook.value };
    await opened.value.undo();
    this.#fail(outlook.error);
    return undefined;
  }

  /** Takes effect at once; gives how long that took, in ms: the longest pause a reload puts on a transfer. */
  #commit({ snapshot, sink, outlook }: Ready): number {
    const { daemon, log } = this.#options;
    const started = performance.now();
    const replaced = this.#sink;
    log.configure({ ...logSettings(snapshot.logging), sink });
    daemon.commit(outlook);
    this.#sink = sink;
    this.#snapshot = snapshot;
    this.#generation = snapshot.generation;
    this.#stdout ??= stdoutOf(snapshot, sink);
    // Not waited for: it writes out what it has taken.
    if (replaced !== sink && replaced !== this.#stdout) void replaced.close();
    return performance.now() - started;
  }

  /** Files are opened anew, so that logrotate works; standard output stays what it is. */
  async #openSink({ logging }: Snapshot, onTrouble: (text: string) => void): Promise<Result<NextSink, string>> {
    const { destination } = logging;
    if (destination.kind === 'stdout' && this.#stdout !== undefined) {
      return ok({ sink: this.#stdout, undo: () => Promise.resolve() });
    }
    const isNew = destination.kind === 'file' && !existsSync(destination.file);
    const sink = await openSink(logging, { onTrouble });
    if (!sink.ok) return sink;
    const undo = async (): Promise<void> => {
      await sink.value.close();
      if (isNew) await rm(destination.file, { force: true });
    };
    return ok({ sink: sink.value, undo });
  }

  /** The log's destination in force, for whoever ends the process. */
  get sink(): LogSink {
    return this.#sink;
  }

  /** What only a start can change keeps its value, and is named. */
  #withoutRestartOnly(next: Snapshot): Snapshot {
    if (next.user === this.#snapshot.user) return next;
    this.#options.log.event('warnings', 'user: takes effect at the next start only', {
      now: this.#snapshot.user ?? 'unchanged',
    });
    return { ...next, user: this.#snapshot.user };
  }

  #fail(lines: readonly string[]): void {
    const { log } = this.#options;
    for (const line of lines) log.event('errors', line);
    log.event('errors', `reload failed: everything stays as it was, generation ${this.#generation}`);
  }
}
