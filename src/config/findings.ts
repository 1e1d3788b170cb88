/** What the checks across keys have to tell, before it is known whether it is worth telling. */
import type { Problem } from './diagnostics.js';
import type { ServiceTable } from './services.js';

/** What the checks know of this machine, and of how sftpd is started. */
export interface CheckSetting {
  readonly services: ServiceTable;
  /** Addresses of this machine's interfaces. */
  readonly localAddresses: readonly string[];
  /** Why a program cannot be started, or undefined when it can. Absent: programs are not looked at. Takes an absolute path. */
  readonly programFault?: (file: string) => string | undefined;
  /** Why a log file cannot be appended to, or undefined when it can. Absent: it is not looked at. Takes an absolute path. */
  readonly logFileFault?: (file: string) => string | undefined;
}

/** A path of the configuration. */
export type Path = readonly PropertyKey[];

/** A problem with every path it depends on: when the schema has refused one of them, it is not worth telling. */
export interface Finding extends Problem {
  readonly depends: readonly Path[];
}

/** A problem with the value at a path. */
export function finding(
  severity: Problem['severity'],
  path: Path,
  message: string,
  depends: readonly Path[] = [],
): Finding {
  return { severity, path, at: 'value', message, depends };
}
