/** Everything about a launch that can be known to be wrong before anything is opened. */
import { type Diagnostic, formatDiagnostics } from '../config/diagnostics.js';
import { loadConfiguration, type LoadOptions } from '../config/load.js';
import type { LoggingSettings, Snapshot } from '../config/snapshot.js';
import { loadServerKey } from '../keys/key-store.js';
import type { LogSettings } from '../log/log.js';
import type { ServerKey } from '../security/safetp1/server-key.js';
import { accountToDropTo, type Account } from './privileges.js';

/** Where the configuration comes from. */
export interface LaunchSource extends LoadOptions {
  readonly file: string;
}

/** What a launch goes on with. */
export interface Prepared {
  readonly snapshot: Snapshot;
  readonly key: ServerKey;
  /** Whom to become, once the ports are bound. */
  readonly account: Account | undefined;
  /** What an administrator should know although sftpd starts. One line each. */
  readonly notices: readonly string[];
}

/** What came of it: all that is wrong or odd, and how far it got. */
export interface Preparation {
  readonly diagnostics: readonly Diagnostic[];
  /** Faults of the machine: no key, no such user. One line each. */
  readonly faults: readonly string[];
  /** Undefined when the configuration is not usable. */
  readonly snapshot: Snapshot | undefined;
  /** Undefined when sftpd cannot start. */
  readonly prepared: Prepared | undefined;
}

/** Loads configuration and keys and looks the user up; changes nothing. */
export async function prepare(source: LaunchSource): Promise<Preparation> {
  const { file, ...options } = source;
  const loaded = await loadConfiguration(file, options);
  if (!loaded.ok) return { diagnostics: loaded.error, faults: [], snapshot: undefined, prepared: undefined };
  const { snapshot, warnings } = loaded.value;
  const key = loadServerKey(snapshot.workdir);
  const drop = await accountToDropTo(snapshot.user);
  const faults = [...(key.ok ? [] : [key.error.text]), ...(drop.ok ? [] : [drop.error])];
  const prepared =
    key.ok && drop.ok
      ? {
          snapshot,
          key: key.value,
          account: drop.value.account,
          notices: drop.value.notice === undefined ? [] : [drop.value.notice],
        }
      : undefined;
  return { diagnostics: warnings, faults, snapshot, prepared };
}

/** What the log takes of the logging section. */
export const logSettings = ({ events, debugLevel, format }: LoggingSettings): Omit<LogSettings, 'sink'> => ({
  mask: events,
  debugLevel,
  format,
});

/** The diagnostics as lines, for a log. */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): readonly string[] {
  return formatDiagnostics(diagnostics)
    .split('\n')
    .filter((line) => line !== '');
}
