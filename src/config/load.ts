/** From a file to a snapshot, or to everything that is wrong with the file. */
import { type SftpdConfiguration, sftpdSchema } from '../../schemas/sftpd.js';
import { err, ok, type Result } from '../lib/result.js';
import { type CheckSetting, crossCheck } from './cross-checks.js';
import { arrangeDiagnostics, type Diagnostic, formatPath, type Problem } from './diagnostics.js';
import { type ConfigurationDocument, emptyDocument, parseDocument, readConfigurationFile } from './document.js';
import { problemsOf, refusedPaths, withoutRefused } from './issues.js';
import { inspectMachine } from './machine.js';
import { overlay, type Patch } from './patch.js';
import { resolveSnapshot, type Snapshot } from './snapshot.js';

/** What loading may be told; a launch tells the same at each reload. */
export interface LoadOptions {
  /** Number of the snapshot, 1 if absent. */
  readonly generation?: number;
  /** What flags lay over the file. */
  readonly patches?: readonly Patch[];
  /** What an absent file is: an error (the default), or a file that says nothing. */
  readonly ifAbsent?: 'error' | 'defaults';
  /** What the checks know of this machine; looked up if absent. */
  readonly machine?: CheckSetting;
  /** Whether inetd has started sftpd (-s), false if absent: then it listens nowhere, and logs to syslog unless told otherwise. */
  readonly inetd?: boolean;
}

/** A usable configuration, and what is odd about it. */
export interface Loaded {
  readonly snapshot: Snapshot;
  /** What the snapshot was resolved from: the file with flags laid over it and defaults filled in. For --print-config. */
  readonly configuration: SftpdConfiguration;
  readonly warnings: readonly Diagnostic[];
}

/** Reads, validates, checks and resolves a configuration file. A failure holds every problem found, warnings included. */
export async function loadConfiguration(
  file: string,
  options: LoadOptions = {},
): Promise<Result<Loaded, readonly Diagnostic[]>> {
  const octets = await readConfigurationFile(file);
  const machine = options.machine ?? (await inspectMachine());
  const setting = { machine, generation: options.generation ?? 1, inetd: options.inetd ?? false };
  const patches = options.patches ?? [];
  if (octets.ok) {
    const document = parseDocument(octets.value, file);
    return document.ok ? configure(overlay(document.value, patches), setting) : err(document.error);
  }
  if (octets.error.kind === 'absent' && options.ifAbsent === 'defaults') {
    return configure(overlay(emptyDocument(file), patches), setting);
  }
  return err([octets.error.diagnostic]);
}

/** The pure part: from a parsed document, flags laid over it, to a snapshot. */
export function configure(
  document: ConfigurationDocument,
  setting: { readonly machine: CheckSetting; readonly generation: number; readonly inetd?: boolean },
): Result<Loaded, readonly Diagnostic[]> {
  const { machine, generation, inetd = false } = setting;
  const { file, value } = document;
  const diagnose = (problems: readonly Problem[]): readonly Diagnostic[] =>
    arrangeDiagnostics(
      problems.map(({ severity, path, at, message }) => {
        return { severity, place: document.place(path, at), path: formatPath(path), message };
      }),
    );
  const parsed = sftpdSchema.safeParse(value);
  if (!parsed.success) {
    const { issues } = parsed.error;
    // What is left without the refused values is checked too: one run of --check tells everything.
    const rest = sftpdSchema.safeParse(withoutRefused(value, issues));
    const more = rest.success ? crossCheck(rest.data, machine, { file, inetd, refused: refusedPaths(issues) }) : [];
    return err(diagnose([...problemsOf(issues, value), ...more]));
  }
  const problems = crossCheck(parsed.data, machine, { file, inetd });
  if (problems.some(({ severity }) => severity === 'error')) return err(diagnose(problems));
  return ok({
    snapshot: resolveSnapshot(parsed.data, { file, generation, services: machine.services, inetd }),
    configuration: parsed.data,
    warnings: diagnose(problems),
  });
}
