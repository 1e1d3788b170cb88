/** From a file to a snapshot, or to everything that is wrong with the file. */
import { networkInterfaces } from 'node:os';
import { sftpdSchema } from '../../schemas/sftpd.js';
import { err, ok, type Result } from '../lib/result.js';
import { type CheckSetting, crossCheck } from './cross-checks.js';
import { arrangeDiagnostics, type Diagnostic, formatPath, type Problem } from './diagnostics.js';
import { type ConfigurationDocument, emptyDocument, parseDocument, readConfigurationFile } from './document.js';
import { problemsOf, refusedPaths, withoutRefused } from './issues.js';
import { overlay, type Patch } from './patch.js';
import { readServices } from './services.js';
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
}

/** A usable configuration, and what is odd about it. */
export interface Loaded {
  readonly snapshot: Snapshot;
  readonly warnings: readonly Diagnostic[];
}

/** Reads, validates, checks and resolves a configuration file. A failure holds every problem found, warnings included. */
export async function loadConfiguration(
  file: string,
  options: LoadOptions = {},
): Promise<Result<Loaded, readonly Diagnostic[]>> {
  const octets = await readConfigurationFile(file);
  const machine = options.machine ?? (await inspectMachine());
  const setting = { machine, generation: options.generation ?? 1 };
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
  setting: { readonly machine: CheckSetting; readonly generation: number },
): Result<Loaded, readonly Diagnostic[]> {
  const { machine, generation } = setting;
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
    const more = rest.success ? crossCheck(rest.data, machine, refusedPaths(issues)) : [];
    return err(diagnose([...problemsOf(issues, value), ...more]));
  }
  const problems = crossCheck(parsed.data, machine);
  if (problems.some(({ severity }) => severity === 'error')) return err(diagnose(problems));
  return ok({
    snapshot: resolveSnapshot(parsed.data, { file, generation, services: machine.services }),
    warnings: diagnose(problems),
  });
}

async function inspectMachine(): Promise<CheckSetting> {
  const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return { services: await readServices(), localAddresses: interfaces.map(({ address }) => address) };
}
