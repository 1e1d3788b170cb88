/**
 * The ways to a syslog daemon. Node has no Unix datagram sockets: the optional package unix-dgram brings them, and where it
 * is not there (no compiler at installation) logger(1) of util-linux does the same from a pipe.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect, isIPv6, type Socket } from 'node:net';
import type { UnixDatagramPackage } from 'unix-dgram';
import { err, ok, type Result } from '../lib/result.js';

/** What becomes of messages: `sent` as far as can be known, or why not; `never` when trying again is pointless. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  /** `slow`: the daemon is there and takes nothing for the moment. */
  | { readonly kind: 'later'; readonly why: string; readonly slow: boolean }
  | { readonly kind: 'never' };

/** One way to a syslog daemon. */
export interface SyslogChannel {
  /** The most messages it takes at a time. */
  readonly most: number;
  /** Hands messages over; calls back exactly once, for all of them, perhaps before it returns. Never throws. */
  send(messages: readonly Buffer[], done: (outcome: SendOutcome) => void): void;
  /** Lets go of everything. Resolves when what was taken is out, or cannot be. */
  close(): Promise<void>;
}

/** Told of messages that were taken as sent and turned out lost. */
export type OnLost = (count: number) => void;

const NOTHING = Buffer.alloc(0);
const LINE_END = Buffer.from('\n');
const SENT: SendOutcome = { kind: 'sent' };
const later = (why: string, slow = false): SendOutcome => ({ kind: 'later', why, slow });

/** How long a child that does not end keeps close() waiting, ms. */
const CLOSE_TIMEOUT = 2000;

/** Loads unix-dgram; undefined where it is not installed or its native part cannot be loaded. */
export async function loadUnixDatagram(): Promise<UnixDatagramPackage | undefined> {
  try {
    return (await import('unix-dgram')).default;
  } catch {
    return undefined;
  }
}

/** Linux errno values in unix-dgram's errors, which have no names. */
const ERRNO: Readonly<Record<number, string>> = {
  2: 'no such socket',
  11: 'the daemon is too slow',
  13: 'permission denied',
  91: 'not a datagram socket',
  105: 'the daemon is too slow',
  111: 'no daemon listens',
};
const EMSGSIZE = 90;
const SLOW: readonly number[] = [11, 105];

/**
 * Datagrams to a Unix socket, each sent by itself: a connected socket would never find a daemon that was restarted.
 * The call never waits: the package opens the socket non-blocking.
 */
export function openDatagramChannel(native: UnixDatagramPackage, path: string): SyslogChannel {
  const socket = native.createSocket('unix_dgram');
  socket.on('error', () => undefined);
  return {
    most: 1,
    send: ([message = NOTHING], done) => {
      let outcome: SendOutcome = SENT;
      try {
        socket.send(message, 0, message.length, path, (error) => {
          const code = Math.abs(Number(Reflect.get(error ?? {}, 'errno') ?? 0));
          if (error === undefined) return;
          outcome = code === EMSGSIZE ? { kind: 'never' } : later(ERRNO[code] ?? error.message, SLOW.includes(code));
        });
      } catch (error) {
        outcome = later(String(error));
      }
      done(outcome);
    },
    close: () => {
      socket.close();
      return Promise.resolve();
    },
  };
}

/** Most messages that one logger(1) gets. */
const LOGGER_BATCH = 500;

/**
 * The same by way of logger(1): one process for what waits, so that its exit status tells whether the daemon was there, and
 * its standard error how many messages were not taken.
 */
export function openLoggerChannel(path: string, tag: string, pid: number, onLost: OnLost): SyslogChannel {
  const args = ['-u', path, '-t', tag, `--id=${pid}`, '--prio-prefix', '--socket-errors=on'];
  const env = { PATH: process.env['PATH'] ?? '' };
  let running: (() => void) | undefined;
  return {
    most: LOGGER_BATCH,
    send: (messages, done) => {
      const child = spawn('logger', args, { stdio: ['pipe', 'ignore', 'pipe'], env });
      let complaints = '';
      const finish = (outcome: SendOutcome): void => {
        if (running === undefined) return;
        running = undefined;
        done(outcome);
      };
      running = () => child.kill('SIGKILL');
      child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
      child.stdin.on('error', () => undefined); // it ended without reading: its exit status says so
      child.once('error', (error) => finish(later(error.message)));
      child.once('close', (code) => {
        const lines = complaints.split('\n').filter((line) => line !== '');
        if (code !== 0) return finish(later(lines[0] ?? `logger ended with ${code ?? 'a signal'}`));
        onLost(lines.length);
        finish(SENT);
      });
      child.stdin.end(Buffer.concat(messages.flatMap((message) => [message, LINE_END])));
    },
    close: () => {
      running?.();
      return Promise.resolve();
    },
  };
}

/** Whether there is a logger(1) that knows the options used here. Busybox's does not. */
export function probeLogger(): Promise<Result<undefined, string>> {
  return new Promise((resolve) => {
    const child = spawn('logger', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.once('error', () => resolve(err('there is no logger(1)')));
    child.once('close', () => {
      resolve(text.includes('util-linux') ? ok(undefined) : err('logger(1) is not the one of util-linux'));
    });
  });
}

/**
 * Datagrams over UDP. That nobody listens shows, on a connected socket, as an error of a later call or as an event; either
 * stands for at least one lost message.
 */
export function openUdpChannel(host: string, port: number, onLost: OnLost): SyslogChannel {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  // Logging must not keep the process running.
  socket.unref();
  let connected: 'no' | 'asked' | 'yes' = 'no';
  let waiting: (() => void) | undefined;
  let trouble = '';
  const proceed = (): void => {
    const next = waiting;
    waiting = undefined;
    next?.();
  };
  socket.on('error', (error) => {
    trouble = error.message;
    if (connected === 'yes') onLost(1);
    else connected = 'no';
    proceed();
  });
  socket.on('connect', () => {
    connected = 'yes';
    proceed();
  });
  const send: SyslogChannel['send'] = (messages, done) => {
    const [message = NOTHING] = messages;
    if (connected === 'yes') {
      socket.send(message, (error) => {
        if (error === null) return done(SENT);
        if (error.message.includes('EMSGSIZE')) return done({ kind: 'never' });
        onLost(1); // the refusal answers an earlier datagram
        done(later(error.message));
      });
      return;
    }
    waiting = () => (connected === 'yes' ? send(messages, done) : done(later(trouble)));
    if (connected === 'asked') return;
    connected = 'asked';
    try {
      socket.connect(port, host);
    } catch (error) {
      connected = 'no';
      waiting = undefined;
      done(later(String(error)));
    }
  };
  return {
    most: 1,
    send,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** Most messages in one write over TCP. */
const TCP_BATCH = 100;

/** One message a line over TCP (RFC 6587 §3.4.2). Connects again when the daemon has gone. */
export function openTcpChannel(host: string, port: number): SyslogChannel {
  let socket: Socket | undefined;
  const drop = (gone: Socket): void => {
    if (socket === gone) socket = undefined;
    gone.destroy();
  };
  const open = (): Socket => {
    const opened = connect({ host, port, keepAlive: true, timeout: CLOSE_TIMEOUT });
    opened.unref();
    opened.once('connect', () => opened.setTimeout(0));
    opened.on('timeout', () => opened.destroy(new Error('no connection in time')));
    // Reading is how the daemon's end is noticed before the next line is written into the void.
    opened.resume();
    opened.on('end', () => drop(opened));
    opened.on('close', () => drop(opened));
    opened.on('error', () => undefined);
    return opened;
  };
  return {
    most: TCP_BATCH,
    send: (messages, done) => {
      socket ??= open();
      const current = socket;
      current.write(Buffer.concat(messages.flatMap((message) => [message, LINE_END])), (error) => {
        if (error) drop(current);
        done(error ? later(error.message) : SENT);
      });
    },
    close: () =>
      new Promise((resolve) => {
        const last = socket;
        if (last === undefined) return resolve();
        const timer = setTimeout(() => last.destroy(), CLOSE_TIMEOUT);
        last.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        last.ref();
        last.end();
      }),
  };
}
