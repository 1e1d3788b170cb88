/** Standard output and log files, by way of winston. The only importer of winston. */
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { createLogger, format, transports } from 'winston';
import { err, ok, type Result } from '../lib/result.js';
import type { LogEntry, LogSink } from './log.js';

/** Octets that may wait for a slow disk or pipe. Lines beyond are dropped and counted, not queued without bound. */
export const MAX_PENDING_OCTETS = 4 * 1024 * 1024;

/** close() gives up on a disk or pipe that takes nothing for this long, in milliseconds. */
const CLOSE_TIMEOUT = 5000;

const LEVELS: Readonly<Record<LogEntry['category'], string>> = {
  errors: 'error',
  warnings: 'warn',
  connections: 'info',
  compatibility: 'info',
  users: 'info',
  debug: 'debug',
};

/** A sink on standard output. close() flushes it and leaves it open: it belongs to the process. */
export function createStdoutSink(stdout: Writable = process.stdout): LogSink {
  return streamSink(stdout, (done) => stdout.write('', () => done()));
}

/**
 * A sink that appends to a file, created with mode 0640. Opens the file first, so that a path that cannot be written is
 * the administrator's answer at start, not a line lost later.
 */
export async function openFileSink(file: string): Promise<Result<LogSink, string>> {
  try {
    const handle = await open(file, 'a', 0o640);
    const stream = createWriteStream(file, { fd: handle });
    return ok(streamSink(stream, (done) => stream.end(() => done())));
  } catch (error) {
    return err(`log file ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function streamSink(stream: Writable, finish: (done: () => void) => void): LogSink {
  let broken = false;
  let closed = false;
  let dropped = 0;
  const onError = (): void => {
    broken = true;
  };
  // Without a listener, EPIPE on standard output or a full disk would be an uncaught exception that ends the daemon.
  stream.on('error', onError);
  const logger = createLogger({
    level: 'debug',
    format: format.printf((info) => String(info.message)),
    // winston's types declare this class as an interface with a constructor beside it, which the rule does not see through.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    transports: new transports.Stream({ stream, eol: '\n' }),
    exitOnError: false,
  });
  logger.on('error', onError);

  const pending = (): number => stream.writableLength;
  return {
    write: ({ category, line }) => {
      if (closed || broken) return;
      if (pending() + line.length > MAX_PENDING_OCTETS) {
        dropped++;
        return;
      }
      if (dropped > 0) {
        logger.log('warn', `log: ${dropped} lines dropped: the destination is too slow`);
        dropped = 0;
      }
      logger.log(LEVELS[category], line);
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, CLOSE_TIMEOUT);
        const done = (): void => {
          clearTimeout(timer);
          resolve();
        };
        if (broken || stream.destroyed) {
          done();
          return;
        }
        stream.once('error', done);
        // The transport hands lines to the stream as they come; once the logger has ended, the stream has them all.
        logger.once('finish', () => finish(done));
        logger.end();
      });
    },
  };
}
