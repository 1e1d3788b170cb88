/**
 * sftpc from its arguments to its exit status: connects, recognises the server, logs in, runs commands. All that a user can
 * get wrong becomes a sentence here, once.
 */
import type { Writable } from 'node:stream';
import { programVersion } from '../../cli/version.js';
import { parseArguments, type Settings } from './arguments.js';
import type { Timeouts } from '../session/connection.js';
import { Console } from '../terminal/console.js';
import { Contact } from '../trust/contact.js';
import { prepareCredentials, type Asking, type Prepared } from './credentials.js';
import { ClientError, EXIT } from '../error.js';
import { defaultKnownServersFile } from '../trust/known-servers.js';
import { Session } from '../session/session.js';
import { Shell, type OnInterrupt } from '../commands/shell.js';
import { ask, askSecret, askYesNo, type Input } from '../terminal/questions.js';
import { usage } from './usage.js';

/** What surrounds a run. */
export interface World {
  readonly stdin: Input;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onInterrupt: OnInterrupt;
  readonly timeouts?: Partial<Timeouts>;
}

/** Runs sftpc; gives the exit status. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const console = new Console(world.stdout, world.stderr);
  const invocation = parseArguments(argv);
  if (!invocation.ok) {
    for (const mistake of invocation.error) console.note(`sftpc: ${mistake}`);
    console.note('sftpc --help says more.');
    return EXIT.usage;
  }
  switch (invocation.value.kind) {
    case 'help':
      world.stdout.write(usage());
      return EXIT.ok;
    case 'version':
      world.stdout.write(`sftpc ${programVersion()}\n`);
      return EXIT.ok;
    case 'connect':
      return connectAndRun(invocation.value, world, console);
  }
}

async function connectAndRun(settings: Settings, world: World, console: Console): Promise<number> {
  try {
    await serve(settings, world, console);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    console.error(error);
    return EXIT[error.kind];
  }
}

async function serve(settings: Settings, world: World, console: Console): Promise<void> {
  const { stdin, stderr, onInterrupt } = world;
  const isTerminal = stdin.isTTY === true;
  const asking: Asking | undefined = isTerminal
    ? { line: (prompt) => ask(stdin, stderr, prompt), secret: (prompt) => askSecret(stdin, stderr, prompt) }
    : undefined;
  const credentials = await prepareCredentials(settings, world.env, asking, console);
  const contact = new Contact({
    settings,
    knownServers: settings.knownServers ?? defaultKnownServersFile(world.env),
    console,
    ask: isTerminal ? (text) => askYesNo(stdin, stderr, text) : undefined,
    timeouts: world.timeouts,
  });
  const beginning = new AbortController();
  const stop = onInterrupt(() => beginning.abort());
  const connection = await contact.first(beginning.signal).finally(stop);
  const session = new Session({
    connection,
    mode: settings.mode,
    reconnect: (signal) => contact.again(signal),
    reopened: () => console.note('sftpc: the session was opened again: a transfer had broken off'),
  });
  try {
    const stop = onInterrupt(() => connection.fail(new ClientError('command', 'Interrupted.')));
    try {
      await login(session, credentials, console);
      if (settings.protection === 'required' && settings.level !== 'C') await session.protect(settings.level);
    } finally {
      stop();
    }
    const shell = new Shell(session, console);
    if (settings.commands !== undefined) {
      await shell.runAll(settings.commands, onInterrupt);
      return;
    }
    if (!isTerminal) {
      await shell.runScript(stdin, onInterrupt);
      return;
    }
    console.note('Logged in. help lists the commands, bye ends the session.');
    await shell.runPrompt(stdin, world.stdout);
  } finally {
    await session.connection.quit();
  }
}

/** Logs in; who mistypes a password is asked again. @throws ClientError of kind `login` at last */
async function login(session: Session, credentials: Prepared, console: Console): Promise<void> {
  for (let left = credentials.attempts; ; left--) {
    try {
      await session.login(credentials);
      return;
    } catch (error) {
      const mayRetry = error instanceof ClientError && error.kind === 'login' && session.connection.isOpen;
      if (!mayRetry || left <= 1) throw error;
      console.error(error);
    }
  }
}
