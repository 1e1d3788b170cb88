import type { LogEntry, LogSink } from './log.js';

/** A sink that keeps its lines, for tests. */
export interface MemorySink extends LogSink {
  readonly entries: readonly LogEntry[];
  /** The lines alone. */
  lines(): readonly string[];
  readonly closed: boolean;
}

/** Creates a sink that keeps the last `limit` lines. */
export function createMemorySink(limit = 10_000): MemorySink {
  const entries: LogEntry[] = [];
  let closed = false;
  return {
    entries,
    lines: () => entries.map((entry) => entry.line),
    get closed() {
      return closed;
    },
    write: (entry) => {
      if (closed) return;
      entries.push(entry);
      if (entries.length > limit) entries.shift();
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
}
