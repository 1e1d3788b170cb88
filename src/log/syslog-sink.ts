/**
 * Syslog as a destination. Behind the LogSink port directly, without winston-syslog: that package keeps a queue without
 * bound which, over a Unix socket, is never sent; it does not tell which lines were lost; without its native part each log
 * call throws; and with winston it costs an inetd session more than a bare start of Node. What is used of it is the same
 * native package, unix-dgram, and that only where it could be built.
 */
import { err, ok, type Result } from '../lib/result.js';
import type { LogEntry, LogSink } from './log.js';
import {
  loadUnixDatagram,
  openDatagramChannel,
  openLoggerChannel,
  openTcpChannel,
  openUdpChannel,
  probeLogger,
  type OnLost,
  type SendOutcome,
  type SyslogChannel,
} from './syslog-channel.js';
import { formatMessage, priority, TAG, textOf, type Facility } from './syslog-message.js';

/** Where the syslog daemon is. */
export type SyslogPlace =
  | { readonly transport: 'unix'; readonly path: string }
  | { readonly transport: 'udp' | 'tcp'; readonly host: string; readonly port: number };

/** The settings of the destination. */
export type SyslogSettings = SyslogPlace & { readonly facility: Facility };

/** What opening may be told. */
export interface SyslogOptions {
  /** Told once an outage, and at the end if lines could not be delivered. Absent under inetd, where there is nobody to tell. */
  readonly onTrouble?: (text: string) => void;
  /** How the native package is loaded; tests have it absent. */
  readonly load?: typeof loadUnixDatagram;
}

/** Octets that wait while the daemon is away or slow. Lines beyond are dropped and counted. */
export const MAX_WAITING_OCTETS = 1024 * 1024;

/** Pauses before another try, ms: doubled from the first to the last. */
const RETRY = { first: 10, worthTelling: 80, last: 1000 };

/** Pause between two lines that tell of losses, ms: over UDP such a line may get lost itself. */
const LOSS_PAUSE = 10_000;

/** What close() allows a slow daemon, ms. One that is away is tried once more and not waited for. */
const CLOSE_TIMEOUT = 2000;

/** Opens syslog. Fails only where this machine has no way to it; a daemon that is away is waited for. */
export async function openSyslogSink(
  settings: SyslogSettings,
  options: SyslogOptions = {},
): Promise<Result<LogSink, string>> {
  const sink = new SyslogSink(nameOf(settings), options.onTrouble ?? (() => undefined));
  const channel = await openChannel(settings, options, (count) => sink.lost(count));
  if (!channel.ok) return channel;
  sink.start(channel.value);
  return ok(sink);
}

/** A channel, and how its messages look. */
interface Way {
  readonly channel: SyslogChannel;
  readonly format: (entry: LogEntry) => Buffer;
}

async function openChannel(
  settings: SyslogSettings,
  options: SyslogOptions,
  onLost: OnLost,
): Promise<Result<Way, string>> {
  const { facility } = settings;
  const format = (entry: LogEntry): Buffer => formatMessage(entry, facility, new Date());
  switch (settings.transport) {
    case 'udp':
      return ok({ channel: openUdpChannel(settings.host, settings.port, onLost), format });
    case 'tcp':
      return ok({ channel: openTcpChannel(settings.host, settings.port), format });
    case 'unix': {
      const native = await (options.load ?? loadUnixDatagram)();
      if (native !== undefined) return ok({ channel: openDatagramChannel(native, settings.path), format });
      const probe = await probeLogger();
      if (!probe.ok) {
        return err(
          `syslog at ${settings.path} cannot be reached: the package unix-dgram is not there, and ${probe.error}. ` +
            'Install one of them, or set logging.syslog.transport to udp or tcp',
        );
      }
      return ok({
        channel: openLoggerChannel(settings.path, TAG, process.pid, onLost),
        format: (entry) => Buffer.from(`<${priority(facility, entry.category)}>${textOf(entry)}`),
      });
    }
  }
}

function nameOf(place: SyslogPlace): string {
  return place.transport === 'unix' ? place.path : `${place.host} port ${place.port} (${place.transport})`;
}

class SyslogSink implements LogSink {
  readonly #name: string;
  readonly #onTrouble: (text: string) => void;
  #way: Way | undefined;
  readonly #waiting: Buffer[] = [];
  #octets = 0;
  #lost = 0;
  #lossTold = -Infinity;
  #sending = false;
  #timer: NodeJS.Timeout | undefined;
  #pause = RETRY.first;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #finish: (() => void) | undefined;

  constructor(name: string, onTrouble: (text: string) => void) {
    this.#name = name;
    this.#onTrouble = onTrouble;
  }

  start(way: Way): void {
    this.#way = way;
  }

  /** Notes messages that got lost on their way. */
  lost(count: number): void {
    this.#lost += count;
  }

  write(entry: LogEntry): void {
    if (this.#state !== 'open' || this.#way === undefined) return;
    this.#tellLosses(this.#way);
    this.#put(this.#way.format(entry));
    this.#send();
  }

  #put(message: Buffer): void {
    // The oldest lines tell how it began: what comes when the room is used up is what is dropped.
    if (this.#octets + message.length > MAX_WAITING_OCTETS) {
      this.#lost++;
      return;
    }
    this.#waiting.push(message);
    this.#octets += message.length;
  }

  /** Puts a line that says how many were lost before it. */
  #tellLosses(way: Way): void {
    const now = performance.now();
    if (this.#lost === 0 || this.#timer !== undefined || now - this.#lossTold < LOSS_PAUSE) return;
    this.#lossTold = now;
    const text = `log: ${this.#lost} lines lost on the way to syslog`;
    this.#lost = 0;
    this.#put(way.format({ category: 'warnings', line: text, text, pid: process.pid }));
  }

  /** Sends what waits, one after the other, until all is sent or the daemon takes no more for now. */
  #send(): void {
    if (this.#sending || this.#timer !== undefined || this.#way === undefined) return;
    this.#sending = true;
    const { channel } = this.#way;
    // A loop, not a recursion: a channel may call back before send() returns.
    let synchronous = true;
    let again = true;
    while (again) {
      again = false;
      const messages = this.#waiting.slice(0, channel.most);
      if (messages.length === 0) break;
      let called = false as boolean;
      synchronous = true;
      channel.send(messages, (outcome) => {
        called = true;
        const goOn = this.#settle(messages, outcome);
        if (synchronous) again = goOn;
        else {
          this.#sending = false;
          if (goOn) this.#send();
          this.#finishIfIdle();
        }
      });
      synchronous = false;
      if (!called) return;
    }
    this.#sending = false;
    this.#finishIfIdle();
  }

  /** Whether the next messages may be tried at once. */
  #settle(messages: readonly Buffer[], outcome: SendOutcome): boolean {
    if (outcome.kind === 'later') {
      if (this.#state === 'open' || outcome.slow) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.#send();
        }, this.#pause);
        // Waiting lines must not keep the process running: close() gives them their last chance.
        if (this.#state === 'open') this.#timer.unref();
        // Said once an outage, and not for every moment in which a busy daemon takes nothing.
        if (this.#pause === RETRY.worthTelling) this.#onTrouble(`log: ${this.#name}: ${outcome.why}; lines wait`);
        this.#pause = Math.min(this.#pause * 2, RETRY.last);
      } else this.#finish?.();
      return false;
    }
    if (outcome.kind === 'never') this.#lost += messages.length;
    this.#pause = RETRY.first;
    this.#waiting.splice(0, messages.length);
    for (const message of messages) this.#octets -= message.length;
    if (this.#waiting.length === 0 && this.#way !== undefined) this.#tellLosses(this.#way);
    return true;
  }

  #finishIfIdle(): void {
    if (this.#waiting.length === 0) this.#finish?.();
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_TIMEOUT);
      this.#finish = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#send();
    });
    clearTimeout(this.#timer);
    await this.#way?.channel.close();
    this.#state = 'closed';
    const left = this.#lost + this.#waiting.length;
    if (left > 0) this.#onTrouble(`log: ${left} lines could not be delivered to ${this.#name}`);
  }
}
