/**
 * sftpd: argv → run, check, print. What comes back is the exit status: 0 done, 1 it cannot run as configured, 2 wrong command
 * line.
 *
 * What only some launches need is imported when they need it: under inetd every module stands between a client and its
 * greeting.
 */
import { EXIT_USAGE, parseArguments, type ConfigurationSource } from './cli/arguments.js';
import { takePassedSockets } from './daemon/passed-sockets.js';
import { claimConnection, stderrIsClient } from './daemon/standard-input.js';

const complain = (text: string): void => void process.stderr.write(`sftpd: ${text}\n`);

/** Does what the arguments ask for; resolves with the exit status. */
export async function program(argv: readonly string[]): Promise<number> {
  // Before anything else: a child must not find them.
  const passed = takePassedSockets(process.env, process.pid);
  const invocation = parseArguments(argv);
  if (!invocation.ok) return wrongArguments(invocation.error);
  switch (invocation.value.kind) {
    case 'help': {
      const { usage } = await import('./cli/usage.js');
      process.stdout.write(usage());
      return 0;
    }
    case 'version': {
      const { programVersion } = await import('./cli/version.js');
      process.stdout.write(`sftpd ${programVersion()}\n`);
      return 0;
    }
    case 'print-schema': {
      const { printSchema } = await import('./cli/print-config.js');
      process.stdout.write(printSchema());
      return 0;
    }
    case 'print-config':
      return printConfig(invocation.value);
    case 'check': {
      const { check } = await import('./daemon/standalone.js');
      return check(sourceOf(invocation.value));
    }
    case 'run': {
      if (invocation.value.inetd) return runUnderInetd(invocation.value);
      const { runStandalone } = await import('./daemon/standalone.js');
      const { programVersion } = await import('./cli/version.js');
      return runStandalone(sourceOf(invocation.value), { passed, version: programVersion() });
    }
  }
}

/** A wrong command line is said where it can be read: under inetd standard error is the client. */
async function wrongArguments(mistakes: readonly string[]): Promise<number> {
  const client = stderrIsClient() ? claimConnection() : undefined;
  if (client?.ok === true) {
    const { refuseConnection } = await import('./daemon/inetd.js');
    await refuseConnection(client.value, mistakes);
  } else for (const mistake of mistakes) complain(mistake);
  return EXIT_USAGE;
}

async function runUnderInetd(source: ConfigurationSource): Promise<number> {
  const client = claimConnection();
  if (!client.ok) {
    complain(client.error);
    return EXIT_USAGE;
  }
  const { value: connection } = client;
  const { refuseConnection, serveConnection } = await import('./daemon/inetd.js');
  // A bug must not pass in silence: standard error is nowhere now.
  process.once('uncaughtException', (error) => {
    void refuseConnection(connection, [`internal error: ${error.stack ?? error.message}`]).then(() => process.exit(1));
  });
  const status = await serveConnection(connection, sourceOf(source));
  // One session, then exit, whatever else may still hold the process.
  process.exit(status);
}

async function printConfig(source: ConfigurationSource): Promise<number> {
  const [{ loadConfiguration }, { formatDiagnostics }, { printConfiguration }] = await Promise.all([
    import('./config/load.js'),
    import('./config/diagnostics.js'),
    import('./cli/print-config.js'),
  ]);
  const { file, ...options } = sourceOf(source);
  const loaded = await loadConfiguration(file, options);
  process.stderr.write(formatDiagnostics(loaded.ok ? loaded.value.warnings : loaded.error));
  if (!loaded.ok) return 1;
  process.stdout.write(printConfiguration(loaded.value, { inetd: source.inetd }));
  return 0;
}

function sourceOf({ file, ifAbsent, patches, inetd }: ConfigurationSource) {
  return { file, ifAbsent, patches, inetd };
}
