/**
 * Started by inetd, or by a service manager in its manner: standard input is the control connection. One session, then the
 * process ends.
 */
import type { Socket } from 'node:net';
import { err, ok, type Result } from '../lib/result.js';
import { createLateSink } from '../log/late-sink.js';
import { createLog, type Log, type LogSink } from '../log/log.js';
import { DEFAULT_MASK } from '../log/events.js';
import { openSink, type SinkSettings } from '../log/open-sink.js';
import { createService, createShared, refuse } from './service.js';
import { prepareHandoffs } from './handoff/prepare.js';
import {
  diagnosticLines,
  logSettings,
  prepare,
  type LaunchSource,
  type Prepared,
  type Preparation,
} from './preparation.js';
import { dropPrivileges } from './privileges.js';
import { settingsForConnection } from './socket-activation.js';
import type { ClientConnection } from './standard-input.js';

/** How long after the first line the log is opened, ms: the greeting goes first. */
const LOG_PAUSE = 200;

/** Where failures are logged when there is no usable configuration that says it. */
const DEFAULT_SINK: SinkSettings = {
  destination: { kind: 'syslog' },
  syslog: { transport: 'unix', path: '/dev/log', facility: 'ftp' },
};

/** Serves the one session. Resolves with the exit status, when the session and its log are done. */
export async function serveConnection(
  { socket, stdoutWasClient }: ClientConnection,
  source: LaunchSource,
): Promise<number> {
  const preparation = await prepare({ ...source, inetd: true });
  const { prepared } = preparation;
  const sink = lateSink(preparation, stdoutWasClient);
  const log = createLog({
    ...(preparation.snapshot === undefined
      ? { mask: DEFAULT_MASK, debugLevel: 0 }
      : logSettings(preparation.snapshot.logging)),
    sink,
  });
  report(preparation, log);
  const status =
    prepared === undefined ? await turnAway(socket) : await serveOne(socket, prepared, log, () => sink.close());
  await sink.close();
  return status;
}

/** Says in the log why there is no session, and 421 to the client. */
export async function refuseConnection({ socket }: ClientConnection, why: readonly string[]): Promise<void> {
  const sink = createLateSink(async () => valueOf(await openSink(DEFAULT_SINK)), LOG_PAUSE);
  const log = createLog({ mask: DEFAULT_MASK, debugLevel: 0, sink });
  for (const line of why) log.event('errors', line);
  await turnAway(socket);
  await sink.close();
}

async function turnAway(socket: Socket): Promise<number> {
  if (!socket.destroyed) await refuse(socket);
  return 1;
}

async function serveOne(
  socket: Socket,
  { snapshot, key, account }: Prepared,
  log: Log,
  flush: () => Promise<void>,
): Promise<number> {
  const dropped = account === undefined ? ok(undefined) : dropPrivileges(account);
  if (!dropped.ok) {
    log.event('errors', dropped.error);
    return turnAway(socket);
  }
  const at = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  const settings = settingsForConnection(snapshot.listeners, at);
  const handoffs = await prepareHandoffs([settings], { log, onlyClient: { flush } });
  if (!handoffs.ok) {
    for (const line of handoffs.error) log.event('errors', line);
    return turnAway(socket);
  }
  const shared = createShared(log);
  const service = createService({ snapshot, key, shared, handoffs: handoffs.value });
  const stop = (): void => void shared.registry.shutDown(snapshot.limits.drain);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  // The inetd that reads its configuration again may signal its group; there is nothing here to read again.
  process.on('SIGHUP', () => undefined);
  await service.accept(socket, settings);
  return 0;
}

function report({ diagnostics, faults, prepared }: Preparation, log: Log): void {
  const category = prepared === undefined ? 'errors' : 'warnings';
  const notices = prepared?.notices ?? [];
  for (const line of [...diagnosticLines(diagnostics), ...faults, ...notices]) log.event(category, line);
  if (prepared === undefined) log.event('errors', 'not started');
}

/** The log as configured; where that cannot be opened, or is the client's connection, syslog, with the reason. */
function lateSink({ snapshot }: Preparation, stdoutWasClient: boolean): LogSink {
  const settings = snapshot?.logging ?? DEFAULT_SINK;
  return createLateSink(async () => {
    const opened =
      settings.destination.kind === 'stdout' && stdoutWasClient
        ? err('logging.destination: stdout is the client under inetd; logging to syslog')
        : await openSink(settings);
    if (opened.ok) return opened.value;
    const instead = valueOf(await openSink({ ...settings, destination: DEFAULT_SINK.destination }));
    instead?.write({ category: 'warnings', line: opened.error, pid: process.pid });
    return instead;
  }, LOG_PAUSE);
}

function valueOf<T>(result: Result<T, string>): T | undefined {
  return result.ok ? result.value : undefined;
}
