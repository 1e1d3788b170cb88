import { escapeText, quoteValue } from '../lib/escape.js';
import { MASK_BITS, type LogCategory } from './events.js';

/** Values beside the text of a line, rendered as key=value. Never a secret: Secret<T> does not fit this type. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** How detailed debugging output is: 1 (least) to 3 (most). */
export type DebugLevel = 1 | 2 | 3;

/** The log as the rest of the program sees it. No call throws, and none waits. */
export interface Log {
  event(category: LogCategory, message: string, fields?: LogFields): void;
  debug(level: DebugLevel, message: string, fields?: LogFields): void;
  /** A log whose lines carry these fields. `session` and `address` stand in front: `session 17 (192.0.2.7): …`. */
  child(fields: LogFields): Log;
}

/** One line on its way out, complete but for the line end. */
export interface LogEntry {
  readonly category: LogCategory | 'debug';
  readonly line: string;
  /** The line without its stamp, for a destination that has date and time of its own. Absent: as `line`. */
  readonly text?: string;
  /** The process id, where the mask asks for one. */
  readonly pid?: number;
}

/** Where lines go. */
export interface LogSink {
  /** Takes a line. May drop it under load; must not wait. */
  write(entry: LogEntry): void;
  /** Resolves when everything taken is written, or cannot be. */
  close(): Promise<void>;
}

/** What decides about lines. It belongs to the process, not to a session. */
export interface LogSettings {
  /** Sum of the categories' bits; see events.ts. */
  readonly mask: number;
  /** 0 (none) to 3. */
  readonly debugLevel: number;
  /** Form of the lines: for people (the default), or a JSON object each. */
  readonly format?: 'text' | 'json';
  readonly sink: LogSink;
}

/** The log of the process, with its owner's handle on it. */
export interface RootLog extends Log {
  /** Changes the settings for this log and all its children at once; gives the sink used so far, for the caller to close. */
  configure(settings: LogSettings): LogSink;
}

/** The clock and the process id on each line. */
export interface LogStamp {
  readonly now: () => Date;
  readonly pid: number;
}

/** Longest text of one message, in characters before escaping. Security data, in debugging output, is what comes near it. */
const MAX_MESSAGE = 4096;

/** Creates the log of a process. */
export function createLog(settings: LogSettings, stamp: LogStamp = systemStamp()): RootLog {
  const shared = { settings };
  return {
    ...logger(shared, stamp, {}),
    configure: (next) => {
      const { sink } = shared.settings;
      shared.settings = next;
      return sink;
    },
  };
}

/** A log that says nothing, for tests and tools. */
export const silentLog: Log = { event: () => undefined, debug: () => undefined, child: () => silentLog };

function systemStamp(): LogStamp {
  return { now: () => new Date(), pid: process.pid };
}

function logger(shared: { settings: LogSettings }, stamp: LogStamp, own: LogFields): Log {
  const write = (category: LogEntry['category'], message: string, fields: LogFields): void => {
    const { mask, sink, format } = shared.settings;
    if ((mask & MASK_BITS[category]) === 0) return;
    try {
      const stamped = (mask & MASK_BITS.timestamp) !== 0;
      const all = { ...own, ...fields };
      if (format === 'json') {
        const when = stamped ? { time: stamp.now().toISOString(), pid: stamp.pid } : {};
        const line = renderJson({ ...when, category, message }, all);
        sink.write({ category, line, ...(stamped ? { pid: stamp.pid } : {}) });
        return;
      }
      const text = render(message, all);
      const line = stamped ? `${stamp.now().toISOString()} sftpd[${stamp.pid}]: ${text}` : text;
      sink.write({ category, line, text, ...(stamped ? { pid: stamp.pid } : {}) });
    } catch {
      // A line that cannot be written is lost. A session must not be.
    }
  };
  return {
    event: (category, message, fields = {}) => write(category, message, fields),
    debug: (level, message, fields = {}) => {
      if (level <= shared.settings.debugLevel) write('debug', message, fields);
    },
    child: (fields) => logger(shared, stamp, { ...own, ...fields }),
  };
}

/** `session 17 (192.0.2.7): text key=value`. */
function render(message: string, fields: LogFields): string {
  const { session, address, ...rest } = fields;
  const place = [
    ...(session === undefined ? [] : [`session ${quoteValue(session)}`]),
    ...(address === undefined ? [] : [session === undefined ? quoteValue(address) : `(${quoteValue(address)})`]),
  ].join(' ');
  const pairs = Object.entries(rest).map(([key, value]) => ` ${escapeText(key)}=${quoteValue(value, MAX_MESSAGE)}`);
  return `${place === '' ? '' : `${place}: `}${escapeText(message, MAX_MESSAGE)}${pairs.join('')}`;
}

/**
 * One object a line. What a peer sent stays text: JSON escapes control characters, and everything that is not ASCII is escaped here,
 * so that no terminal or log reader is told anything by it. Names of the log's own win over a field's.
 */
function renderJson(head: Readonly<Record<string, string | number>>, fields: LogFields): string {
  const bounded = Object.fromEntries(
    Object.entries({ ...fields, ...head }).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.slice(0, MAX_MESSAGE) : value,
    ]),
  );
  const ordered = { ...head, ...bounded };
  return JSON.stringify(ordered).replace(/[\u007f-\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
