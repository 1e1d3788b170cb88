/**
 * Where user name and password come from: the first of the command line's, SFTPC_PASSWORD, ~/.netrc, and asking. What was given
 * on the command line and in the environment is for the server that the run begins with, and is sent to no other.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../lib/secret.js';
import { shellWord } from '../../lib/shell-word.js';
import type { Target } from '../commands/sessions.js';
import { ClientError } from '../error.js';
import type { Credentials } from '../session/login.js';
import type { Console } from '../terminal/console.js';
import type { Asking } from '../terminal/questions.js';
import type { ServerName } from '../trust/known-servers.js';
import { findNetrc, parseNetrc, type NetrcEntry } from './netrc.js';
import { readPrivateFile } from './private-file.js';

/** Which .netrc to read. `usual`: the one that NETRC names, or ~/.netrc, if it is there. */
export type NetrcChoice = { readonly from: 'nowhere' | 'usual' } | { readonly from: 'file'; readonly file: string };

/** A server as the command line names it, and who logs in there. */
export interface Place extends ServerName {
  readonly user: string | undefined;
  /** Out of a URL. */
  readonly password: Secret<string> | undefined;
  /** Who logs in where nobody is named. `anonymous`: as a URL means it (RFC 1738 §3.2.1). */
  readonly otherwise: 'ask' | 'anonymous';
}

/** What the run was started with, as far as it is for the server in question. */
export interface Given extends Pick<Place, 'user' | 'password' | 'otherwise'> {
  readonly passwordFile: string | undefined;
  /** SFTPC_PASSWORD. */
  readonly environment: Secret<string> | undefined;
}

/** Credentials, and how often they may be tried: more than once only where somebody types them anew each time. */
export interface Prepared extends Credentials {
  readonly attempts: number;
}

export interface Sources {
  /** Undefined for a server that the run was not started for. */
  readonly given: Given | undefined;
  readonly netrc: NetrcChoice;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined where nobody can be asked. */
  readonly asking: Asking | undefined;
  readonly console: Console;
}

/** How often a person may try; fewer than the gateway allows in one session by default. */
const ATTEMPTS = 3;

/** RFC 1635: an anonymous user gives something like a mail address. */
const ANONYMOUS_PASSWORD = 'sftpc@';

const isAnonymous = (user: string): boolean => /^(anonymous|ftp)$/i.test(user);

/**
 * Settles before anything is sent what can be settled without asking.
 * @throws ClientError of kind `usage` when something is missing and nobody can be asked
 */
export async function prepareCredentials(target: Target, sources: Sources): Promise<Prepared> {
  const { given, asking } = sources;
  const wanted = target.user ?? given?.user;
  // Who is another user than the one the password was given for has another password.
  const isGiven = given !== undefined && (target.user === undefined || target.user === given.user);
  const own = isGiven ? await givenPassword(given, wanted, sources.console) : undefined;
  const entry = await entryFor(target.host, wanted, own, sources);
  const user = wanted ?? entry?.login ?? (given?.otherwise === 'anonymous' ? 'anonymous' : undefined);
  const password = own ?? entry?.password ?? (isAnonymous(user ?? '') ? new Secret(ANONYMOUS_PASSWORD) : undefined);
  if (asking === undefined) {
    if (user === undefined) throw nobodyToAsk('the user name', 'Name the user: --user NAME.');
    if (password === undefined) {
      const hint =
        'Put it into a file that only you can read: --password-file FILE, or ~/.netrc. Or into SFTPC_PASSWORD.';
      throw nobodyToAsk('the password', hint);
    }
  }
  return {
    attempts: password === undefined ? ATTEMPTS : 1,
    user: async () => user ?? ((await asking?.line('user: ')) ?? '').trim(),
    password: async (name) => {
      if (password !== undefined) return password;
      if (isAnonymous(name)) return new Secret(ANONYMOUS_PASSWORD);
      return (await asking?.secret(`password for ${name}: `)) ?? new Secret('');
    },
    account: entry?.account === undefined ? askedAccount(asking) : secretly(entry.account),
  };
}

/** What the command line and the environment say. Nothing of it is for somebody who is anonymous for want of a name. */
async function givenPassword(
  given: Given,
  user: string | undefined,
  console: Console,
): Promise<Secret<string> | undefined> {
  if (given.passwordFile !== undefined) {
    const file = given.passwordFile;
    const read = await readPrivateFile(file, 'The password');
    if (read === undefined) throw new ClientError('usage', `There is no file ${file} to take the password from.`);
    if (read.isShared) console.notice(`others can read ${file}: chmod 600 ${shellWord(file)}`);
    return new Secret(read.text.split(/\r?\n/, 1)[0] ?? '');
  }
  const isNamed = user !== undefined || given.otherwise === 'ask';
  return (isNamed ? given.environment : undefined) ?? given.password;
}

/** @throws ClientError where the password would come from a file that others can read */
async function entryFor(
  host: string,
  user: string | undefined,
  password: Secret<string> | undefined,
  { netrc, env }: Sources,
): Promise<NetrcEntry | undefined> {
  if (netrc.from === 'nowhere') return undefined;
  const file = netrc.from === 'file' ? netrc.file : (env['NETRC'] ?? join(env['HOME'] ?? homedir(), '.netrc'));
  const read = await readPrivateFile(file, 'Users and passwords');
  if (read === undefined) {
    if (netrc.from === 'usual') return undefined;
    throw new ClientError('usage', `There is no file ${file} to take users and passwords from.`);
  }
  const entry = findNetrc(parseNetrc(read.text), host, user);
  if (entry?.password !== undefined && password === undefined && read.isShared && !isAnonymous(entry.login ?? '')) {
    throw new ClientError('usage', `${file} can be read by others; a password in it is not used.`, {
      hint: `Make it yours alone: chmod 600 ${shellWord(file)}`,
    });
  }
  return entry;
}

const nobodyToAsk = (what: string, hint: string): ClientError =>
  new ClientError('usage', `There is no terminal to ask for ${what}.`, { hint });

const secretly = (secret: Secret<string>) => async (): Promise<Secret<string>> => Promise.resolve(secret);

const askedAccount = (asking: Asking | undefined): Credentials['account'] =>
  asking === undefined ? undefined : (name) => asking.secret(`account for ${name}: `);
