/**
 * What a program has brought about in its session and a new connection does not know: who is logged in, and what is set. Only what
 * the server has accepted counts.
 */
import { Secret } from '../../lib/secret.js';
import { formatCommand, type Command } from '../../wire/command.js';
import { isCompletion, isFailure, type Reply } from '../../wire/reply.js';
import { ClientError, quoted, refusedCommand } from '../error.js';
import { nameFromWire } from '../remote-name.js';
import type { Connection } from '../session/connection.js';

/** Arguments as they were given, latin1; undefined where the verb stood alone. */
interface Login {
  readonly user: string | undefined;
  readonly password?: Secret<string | undefined>;
  readonly account?: Secret<string | undefined>;
}

/** Verbs that set something: RFC 959 §4.1.2, RFC 2640 §4.1 (LANG), and CLNT, which some servers want before OPTS. */
const SETTINGS: ReadonlySet<string> = new Set(['TYPE', 'MODE', 'STRU', 'LANG', 'CLNT']);

/** SITE commands that do: those of the usual ftpds. */
const SITE_SETTINGS: ReadonlySet<string> = new Set(['UMASK', 'IDLE']);

/** What this command sets, undefined where it sets nothing. A later command takes the place of one of the same name. */
function settingName({ verb, argument }: Command): string | undefined {
  if (SETTINGS.has(verb)) return verb;
  const what = argument?.split(' ', 1)[0]?.toUpperCase() ?? '';
  // RFC 2389 §4: options are those of a command, which comes first.
  return verb === 'OPTS' || (verb === 'SITE' && SITE_SETTINGS.has(what)) ? `${verb} ${what}` : undefined;
}

export class SessionMemory {
  /** What was tried last; it is the login once the server says so. */
  #trying: Login | undefined;
  #login: Login | undefined;
  /** RFC 7151: which of the server's names is meant, before the login. */
  #host: Command | undefined;
  /** In the order in which they were set. */
  readonly #settings = new Map<string, Command>();

  /** A command of the program's is settled. */
  settled(command: Command, reply: Reply): void {
    const { verb, argument } = command;
    switch (verb) {
      case 'USER':
        // Who was logged in is so no longer, whatever comes of the new name (RFC 959 §4.1.1, USER).
        if (!isFailure(reply)) this.#login = undefined;
        return this.#tried({ user: argument }, reply);
      case 'PASS':
        return this.#tried(this.#trying && { ...this.#trying, password: new Secret(argument) }, reply);
      case 'ACCT':
        return this.#tried(this.#trying && { ...this.#trying, account: new Secret(argument) }, reply);
    }
    if (!isCompletion(reply)) return;
    if (verb === 'REIN') this.#forget();
    if (verb === 'HOST') this.#host = command;
    const name = settingName(command);
    if (name === undefined) return;
    this.#settings.delete(name);
    this.#settings.set(name, command);
  }

  /** Logs in on a new connection. @throws ClientError */
  async logIn(connection: Connection): Promise<void> {
    if (this.#host !== undefined) await repeat(connection, this.#host);
    if (this.#login === undefined) return;
    const { user, password, account } = this.#login;
    let reply = await connection.command('USER', user);
    if (reply.code === 331 && password !== undefined) reply = await connection.command('PASS', password.expose());
    if (reply.code === 332 && account !== undefined) reply = await connection.command('ACCT', account.expose());
    if (isCompletion(reply)) return;
    throw new ClientError('login', `The login was refused:${quoted(reply)}`, { code: 'login-refused', reply });
  }

  /** Sets on a new connection what was set. @throws ClientError */
  async setAgain(connection: Connection): Promise<void> {
    for (const command of this.#settings.values()) await repeat(connection, command);
  }

  #tried(login: Login | undefined, reply: Reply): void {
    this.#trying = isFailure(reply) ? undefined : login;
    if (isCompletion(reply) && login !== undefined) this.#login = login;
  }

  /** RFC 959 §4.1.1: all is as it was when the connection was made. */
  #forget(): void {
    this.#trying = undefined;
    this.#login = undefined;
    this.#host = undefined;
    this.#settings.clear();
  }
}

async function repeat(connection: Connection, { verb, argument }: Command): Promise<void> {
  const reply = await connection.command(verb, argument);
  if (!isCompletion(reply)) throw refusedCommand(nameFromWire(formatCommand({ verb, argument })), reply);
}
