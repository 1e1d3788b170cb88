/** sftpd that listens by itself, or on sockets a service manager passed: start, serve, stop in good order. */
import { accessSync, constants } from 'node:fs';
import { formatDiagnostics } from '../config/diagnostics.js';
import { loadServerKey } from '../keys/key-store.js';
import { ok } from '../lib/result.js';
import { createLog, type Log } from '../log/log.js';
import { openSink } from '../log/open-sink.js';
import { startDaemon } from './daemon.js';
import { logSettings, prepare, type LaunchSource, type Prepared } from './preparation.js';
import { dropPrivileges } from './privileges.js';
import type { PassedSocket } from './passed-sockets.js';
import { Reloader } from './reload.js';
import { noteEarlyHangup, untilStopped } from './signals.js';
import { ConfigurationWatch } from './watch.js';

const complain = (text: string): void => void process.stderr.write(`sftpd: ${text}\n`);

/** --check: says all that is wrong; the exit status says whether sftpd would start. */
export async function check(source: LaunchSource): Promise<number> {
  return (await prepareAloud(source)) === undefined ? 1 : 0;
}

/** Serves until it is told to stop. Resolves with the exit status. */
export async function runStandalone(
  source: LaunchSource,
  { passed, version }: { readonly passed: readonly PassedSocket[]; readonly version: string },
): Promise<number> {
  const hungUp = noteEarlyHangup();
  const prepared = await prepareAloud(source);
  if (prepared === undefined) return 1;
  const { snapshot, key, account } = prepared;
  const { logging } = snapshot;
  // Opened before the drop: what only root may write to stays open.
  const sink = await openSink(logging, { onTrouble: complain });
  if (!sink.ok) {
    complain(sink.error);
    return 1;
  }
  const log = createLog({ ...logSettings(logging), sink: sink.value });
  const onBound = () => (account === undefined ? ok(undefined) : dropPrivileges(account));
  const daemon = await startDaemon({ snapshot, key, log, passed, onBound });
  if (!daemon.ok) {
    for (const failure of daemon.error) {
      complain(failure);
      // Under a service manager whose log is syslog, standard error may be nowhere.
      if (logging.destination.kind !== 'stdout') log.event('errors', failure);
    }
    await sink.value.close();
    return 1;
  }
  for (const { address, port } of daemon.value.listeners)
    log.event('connections', 'listening', { on: `${address} port ${port}` });
  log.event('connections', 'ready', {
    version,
    key: key.fingerprint,
    ...(account === undefined ? {} : { user: account.name }),
  });
  for (const notice of prepared.notices) log.event('warnings', notice);
  warnOfReload(prepared, log);
  const watch = new ConfigurationWatch(() => void reloader.request('file change'), log);
  const reloader = new Reloader({
    source,
    daemon: daemon.value,
    log,
    snapshot,
    sink: sink.value,
    onTrouble: complain,
    onCommitted: (next) => watch.follow(next),
  });
  watch.follow(snapshot);
  await untilStopped({ daemon: daemon.value, reloader, log }, hungUp);
  await watch.close();
  await reloader.sink.close();
  return 0;
}

async function prepareAloud(source: LaunchSource): Promise<Prepared | undefined> {
  const { diagnostics, faults, prepared } = await prepare(source);
  process.stderr.write(formatDiagnostics(diagnostics, { source: process.stderr.isTTY }));
  for (const line of [...faults, ...(prepared?.notices ?? [])]) complain(line);
  return prepared;
}

/** After the drop: what was readable to root and is not to the user goes well until the first reload, and then does not. */
function warnOfReload({ snapshot, account }: Prepared, log: Log): void {
  if (account === undefined) return;
  const { name } = account;
  const key = loadServerKey(snapshot.workdir);
  if (!key.ok) log.event('warnings', `a reload will fail: ${key.error.text}`, { user: name });
  const files = [
    { file: snapshot.file, mode: constants.R_OK, able: 'read' },
    ...(snapshot.logging.destination.kind === 'file'
      ? [{ file: snapshot.logging.destination.file, mode: constants.W_OK, able: 'append to' }]
      : []),
  ];
  for (const { file, mode, able } of files) {
    try {
      accessSync(file, mode);
    } catch (error) {
      if (Reflect.get(Object(error), 'code') === 'ENOENT') continue; // the default configuration file need not be there
      log.event('warnings', `a reload will fail: ${name} cannot ${able} ${file}`);
    }
  }
}
