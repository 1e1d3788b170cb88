#!/usr/bin/env node
/**
 * sftpd: argv → run, check, help or version. The only place that sets this program's exit status: 0 done, 1 it cannot run as
 * configured, 2 wrong command line.
 */
import { EXIT_USAGE, parseArguments, type ConfigurationSource } from './cli/arguments.js';
import { usage } from './cli/usage.js';
import { programVersion } from './cli/version.js';
import { formatDiagnostics } from './config/diagnostics.js';
import { loadConfiguration } from './config/load.js';
import type { LoggingSettings, Snapshot } from './config/snapshot.js';
import { startDaemon, type Daemon } from './daemon/daemon.js';
import { loadServerKey } from './keys/key-store.js';
import { createLog, type LogSink, type RootLog } from './log/log.js';
import { createStdoutSink, openFileSink } from './log/winston-sink.js';
import { ok, type Result } from './lib/result.js';
import type { ServerKey } from './security/safetp1/server-key.js';

const complain = (text: string): void => void process.stderr.write(`sftpd: ${text}\n`);

async function main(argv: readonly string[]): Promise<number> {
  const invocation = parseArguments(argv);
  if (!invocation.ok) {
    for (const mistake of invocation.error) complain(mistake);
    return EXIT_USAGE;
  }
  switch (invocation.value.kind) {
    case 'help':
      process.stdout.write(usage());
      return 0;
    case 'version':
      process.stdout.write(`sftpd ${programVersion()}\n`);
      return 0;
    case 'check':
      return (await prepare(invocation.value)) === undefined ? 1 : 0;
    case 'run':
      return run(invocation.value);
  }
}

interface Prepared {
  readonly snapshot: Snapshot;
  readonly key: ServerKey;
}

/** Everything that can be known to be wrong before anything is opened; says all of it. */
async function prepare(source: ConfigurationSource): Promise<Prepared | undefined> {
  const { file, patches, ifAbsent } = source;
  const loaded = await loadConfiguration(file, { patches, ifAbsent });
  const diagnostics = loaded.ok ? loaded.value.warnings : loaded.error;
  process.stderr.write(formatDiagnostics(diagnostics, { source: process.stderr.isTTY }));
  if (!loaded.ok) return undefined;
  const { snapshot } = loaded.value;
  const key = loadServerKey(snapshot.workdir);
  if (!key.ok) {
    complain(key.error.text);
    return undefined;
  }
  return { snapshot, key: key.value };
}

async function run(source: ConfigurationSource): Promise<number> {
  const prepared = await prepare(source);
  if (prepared === undefined) return 1;
  const { snapshot, key } = prepared;
  const sink = await openSink(snapshot.logging);
  if (!sink.ok) {
    complain(sink.error);
    return 1;
  }
  const log = createLog({ mask: snapshot.logging.events, debugLevel: snapshot.logging.debugLevel, sink: sink.value });
  const daemon = await startDaemon({ snapshot, key, log });
  if (!daemon.ok) {
    for (const failure of daemon.error) complain(`cannot listen on ${failure}`);
    await sink.value.close();
    return 1;
  }
  for (const { address, port } of daemon.value.listeners)
    log.event('connections', 'listening', { on: `${address} port ${port}` });
  log.event('connections', 'ready', { version: programVersion(), key: key.fingerprint });
  await untilStopped(daemon.value, log);
  await sink.value.close();
  return 0;
}

async function openSink(logging: LoggingSettings): Promise<Result<LogSink, string>> {
  return logging.destination.kind === 'file' ? openFileSink(logging.destination.file) : ok(createStdoutSink());
}

/** SIGTERM and SIGINT end the service in good order; a second one ends it at once. */
async function untilStopped(daemon: Daemon, log: RootLog): Promise<void> {
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => process.exit(1));
  log.event('connections', 'stopping', { signal, sessions: daemon.sessions });
  await daemon.close();
  log.event('connections', 'stopped');
}

process.exitCode = await main(process.argv.slice(2));
