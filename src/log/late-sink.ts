import type { LogEntry, LogSink } from './log.js';

/** Lines that may wait for the destination to open; of more the oldest are kept and the others counted. */
const MAX_WAITING = 1000;

/**
 * A destination that is opened only after a pause, or when it is closed: what takes long to load must not stand between an
 * inetd session and its greeting. Lines wait meanwhile.
 *
 * @param open - opens the destination; it answers for failures itself, and gives undefined when there is none at all
 * @param pause - in ms, from the first line
 */
export function createLateSink(open: () => Promise<LogSink | undefined>, pause: number): LogSink {
  const waiting: LogEntry[] = [];
  let dropped = 0;
  let opening: Promise<LogSink | undefined> | undefined;
  let destination: LogSink | undefined;
  let timer: NodeJS.Timeout | undefined;

  const openNow = (): Promise<LogSink | undefined> => {
    clearTimeout(timer);
    opening ??= open().then((opened) => {
      destination = opened;
      for (const entry of waiting.splice(0)) opened?.write(entry);
      if (dropped > 0) {
        const line = `log: ${dropped} lines dropped before the destination was open`;
        opened?.write({ category: 'warnings', line });
      }
      return opened;
    });
    return opening;
  };

  return {
    write: (entry) => {
      if (destination !== undefined) destination.write(entry);
      else if (waiting.length < MAX_WAITING) waiting.push(entry);
      else dropped++;
      timer ??= setTimeout(() => void openNow(), pause);
    },
    close: async () => {
      if (waiting.length === 0 && opening === undefined) return;
      await (await openNow())?.close();
    },
  };
}
