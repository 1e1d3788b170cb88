/** How the sessions of a run begin: connect, recognise the server, log in; and whose password goes to whom. */
import { Secret } from '../../lib/secret.js';
import type { Client } from '../client.js';
import type { Preferences } from '../commands/preferences.js';
import type { Entered, Entrance, Target } from '../commands/sessions.js';
import { connect } from '../connect.js';
import { ClientError, throwIfAborted } from '../error.js';
import type { Console } from '../terminal/console.js';
import type { Asking } from '../terminal/questions.js';
import { defaultKnownServersFile, isSameServer } from '../trust/known-servers.js';
import type { Settings } from './arguments.js';
import { prepareCredentials, type Given, type Prepared } from './credentials.js';
import { shownSecurityData } from './security-data.js';
import { placesOf } from './work.js';
import type { World } from './world.js';

export interface EntranceSetting {
  readonly settings: Settings;
  readonly world: World;
  readonly console: Console;
  readonly preferences: Preferences;
  /** Undefined where nobody can be asked. */
  readonly asking: Asking | undefined;
  /** Asks yes or no. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
}

/** Opens sessions. What the options say of one server and user is for the first server: the command line's, or the first opened. */
export function entrance(setting: EntranceSetting): Entrance {
  const { settings, world, console, asking } = setting;
  let first: Target | undefined = placesOf(settings.work)[0];
  const credentialsFor = (target: Target): Promise<Prepared> => {
    first ??= target;
    const given = givenFor(target, first, settings, world);
    return prepareCredentials(target, { given, netrc: settings.netrc, env: world.env, asking, console });
  };
  return {
    open: async (target, signal) => {
      const credentials = await credentialsFor(target);
      const client = await connectTo(target, isSameServer(target, first ?? target), setting, signal);
      const interrupted = (): void => client.connection.fail(new ClientError('command', 'Interrupted.'));
      signal.addEventListener('abort', interrupted);
      try {
        return await login(client, credentials, console, signal);
      } catch (error) {
        await client.quit();
        throw error;
      } finally {
        signal.removeEventListener('abort', interrupted);
      }
    },
    login: async (client, target, signal) => login(client, await credentialsFor(target), console, signal),
  };
}

/** What was given for the user that a target is about; undefined where nothing was. */
function givenFor(target: Target, first: Target, settings: Settings, { env }: World): Given | undefined {
  const places = placesOf(settings.work);
  const named = places.find((each) => each === target);
  const firstUser = settings.user ?? first.user;
  // A URL says who is meant also by naming nobody; who types `open` without a name means whom the run began with.
  const user = named === undefined ? (target.user ?? firstUser) : (named.user ?? settings.user);
  const place = named ?? places.find((each) => isSameServer(each, target) && (each.user ?? settings.user) === user);
  if (!isSameServer(target, first) || user !== firstUser) {
    return place && { ...place, passwordFile: undefined, environment: undefined };
  }
  const secret = env['SFTPC_PASSWORD'];
  return {
    user,
    password: place?.password,
    otherwise: place?.otherwise ?? 'ask',
    passwordFile: settings.passwordFile,
    environment: secret === undefined ? undefined : new Secret(secret),
  };
}

async function connectTo(
  { host, port }: Target,
  isFirst: boolean,
  { settings, world, console, preferences, asking, confirm }: EntranceSetting,
  signal: AbortSignal,
): Promise<Client> {
  const { protection, level, bufferSize, trace, securityData } = settings;
  const client = await connect({
    host,
    port,
    protection,
    level,
    bufferSize,
    mode: preferences.mode,
    expectAddress: isFirst ? settings.expectAddress : undefined,
    knownServers: settings.knownServers ?? defaultKnownServersFile(world.env),
    newServers: settings.newServers === 'accept' ? 'accept' : (confirm ?? 'refuse'),
    timeouts: world.timeouts,
    signal,
    trace: (line) => {
      if (trace === 'on') console.trace(line);
      if (securityData === 'on') for (const shown of shownSecurityData(line)) console.warn(shown);
    },
    notice: (text) => console.notice(text),
    words: 'sftpc',
  });
  const how = client.isProtected ? ', protected by X-SafeTP1.' : '. Nothing is protected.';
  if (asking !== undefined) console.note(`Connected to ${host} port ${port}${how}`);
  return client;
}

/** Logs in; who mistypes a password is asked again. @throws ClientError of kind `login` at last */
async function login(client: Client, credentials: Prepared, console: Console, signal: AbortSignal): Promise<Entered> {
  let name = '';
  const user = async (): Promise<string> => (name = await credentials.user());
  // Nobody is asked for the password of a login that was given up.
  const password = (of: string): ReturnType<Prepared['password']> => {
    throwIfAborted(signal);
    return credentials.password(of);
  };
  for (let left = credentials.attempts; ; left--) {
    try {
      await client.login({ ...credentials, user, password });
      return { client, user: name };
    } catch (error) {
      const mayRetry = error instanceof ClientError && error.kind === 'login' && client.isOpen && !signal.aborted;
      if (!mayRetry || left <= 1) throw error;
      console.error(error);
    }
  }
}
