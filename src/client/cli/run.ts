/**
 * sftpc from its arguments to its exit status: connects, recognises the server, logs in, runs commands. All that a user can
 * get wrong becomes a sentence here, once.
 */
import { programVersion } from '../../cli/version.js';
import { parseArguments, type Settings } from './arguments.js';
import { Console } from '../terminal/console.js';
import { prepareCredentials, type Asking, type Prepared } from './credentials.js';
import { ClientError, EXIT } from '../error.js';
import { defaultKnownServersFile } from '../trust/known-servers.js';
import type { Client } from '../client.js';
import { connect } from '../connect.js';
import { initialPreferences } from '../commands/preferences.js';
import { Sessions, type Target } from '../commands/sessions.js';
import { runPrompt } from '../terminal/prompt.js';
import { transferNotes } from '../terminal/transfer-notes.js';
import { runAll, runScript } from './script.js';
import { ask, askSecret, askYesNo } from '../terminal/questions.js';
import { runKeys } from './keys.js';
import { reported, reportMistakes } from './report.js';
import { usage } from './usage.js';
import type { Subcommand, World } from './world.js';

export type { World } from './world.js';

/** What is behind the first word, where that is not a server. A server of such a name is reached by a URL. */
const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = { keys: runKeys };

/** Runs sftpc; gives the exit status. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const [first = '', ...rest] = argv;
  const subcommand = Object.hasOwn(SUBCOMMANDS, first) ? SUBCOMMANDS[first] : undefined;
  if (subcommand !== undefined) return subcommand(rest, world);
  const console = new Console(world.stdout, world.stderr);
  return reported(console, world, async () => {
    const invocation = parseArguments(argv);
    if (!invocation.ok) return reportMistakes(console, invocation.error, 'sftpc --help');
    switch (invocation.value.kind) {
      case 'help':
        world.stdout.write(usage());
        return EXIT.ok;
      case 'version':
        world.stdout.write(`sftpc ${programVersion()}\n`);
        return EXIT.ok;
      case 'connect':
        await serve(invocation.value, world, console);
        return EXIT.ok;
    }
  });
}

async function serve(settings: Settings, world: World, console: Console): Promise<void> {
  const { stdin, stdout, stderr, onInterrupt } = world;
  const isTerminal = stdin.isTTY === true;
  const confirm = isTerminal ? (text: string): Promise<boolean> => askYesNo(stdin, stderr, text) : undefined;
  const asking: Asking | undefined = isTerminal
    ? { line: (prompt) => ask(stdin, stderr, prompt), secret: (prompt) => askSecret(stdin, stderr, prompt) }
    : undefined;
  const credentials = await prepareCredentials(settings, world.env, asking, console);
  const sessions = new Sessions(async ({ host, port }, signal) => {
    const client = await connect({
      ...settings,
      host,
      port,
      knownServers: settings.knownServers ?? defaultKnownServersFile(world.env),
      newServers: settings.newServers === 'accept' ? 'accept' : (confirm ?? 'refuse'),
      timeouts: world.timeouts,
      signal,
      trace: settings.trace === 'on' ? (line) => console.trace(line) : undefined,
      notice: (text) => console.note(`sftpc: ${text}`),
      user: undefined,
    });
    if (isTerminal) console.note(describe({ host, port }, client));
    const interrupted = (): void => client.connection.fail(new ClientError('command', 'Interrupted.'));
    signal.addEventListener('abort', interrupted);
    try {
      await login(client, credentials, console);
      return client;
    } catch (error) {
      await client.quit();
      throw error;
    } finally {
      signal.removeEventListener('abort', interrupted);
    }
  });
  const context = { sessions, console, preferences: initialPreferences(), observe: transferNotes(console), confirm };
  const beginning = new AbortController();
  const stop = onInterrupt(() => beginning.abort());
  try {
    await sessions.open(settings, beginning.signal).finally(stop);
    if (settings.commands !== undefined) {
      await runAll(settings.commands, context, onInterrupt);
      return;
    }
    if (!isTerminal) {
      await runScript(stdin, context, onInterrupt);
      return;
    }
    console.note('Logged in. help lists the commands, bye ends the session.');
    await runPrompt(stdin, stdout, context);
  } finally {
    await sessions.close();
  }
}

/** Logs in; who mistypes a password is asked again. @throws ClientError of kind `login` at last */
async function login(client: Client, credentials: Prepared, console: Console): Promise<void> {
  for (let left = credentials.attempts; ; left--) {
    try {
      await client.login(credentials);
      return;
    } catch (error) {
      const mayRetry = error instanceof ClientError && error.kind === 'login' && client.isOpen;
      if (!mayRetry || left <= 1) throw error;
      console.error(error);
    }
  }
}

function describe({ host, port }: Target, client: Client): string {
  const how = client.isProtected ? ', protected by X-SafeTP1.' : '. Nothing is protected.';
  return `Connected to ${host} port ${port}${how}`;
}
