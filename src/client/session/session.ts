/**
 * An FTP session: logged in, with a representation type, a way to make data connections, and a data protection level, over a
 * Connection. What a user does in a session is client.ts's matter.
 */
import type { ProtectionLevel } from '../../security/mechanism.js';
import { MAXIMUM_BUFFER } from '../../security/safetp1/profile.js';
import type { Command } from '../../wire/command.js';
import { parseDirectoryReply } from '../../wire/directory-reply.js';
import { readFeatures } from '../../wire/feat.js';
import { isCompletion, isFailure, replyText, type Reply } from '../../wire/reply.js';
import { dataDirection, type DataDirection } from '../../wire/verbs.js';
import { ClientError, interrupted, refusedCommand, throwIfAborted } from '../error.js';
import { CONNECT_AGAIN, hintOfReply } from '../hints.js';
import { nameFromWire, nameToWire } from '../remote-name.js';
import type { DataMode, RepresentationType, Sink, TransferResult, UserLevel } from '../terms.js';
import type { Connection } from './connection.js';
import { DataConnector } from './data-connection.js';
import { login, type Credentials } from './login.js';
import { download, upload } from './transfer.js';

export interface SessionSetting {
  readonly connection: Connection;
  readonly mode: DataMode;
  /** Data protection level from the first login on, or from a transfer that comes before, in a protected session. */
  readonly level: UserLevel;
  /** The PBSZ to ask for, in octets of encoded block; the largest if left out. */
  readonly bufferSize?: number | undefined;
  /** Gives a new connection to the same server. */
  readonly reconnect: (signal: AbortSignal | undefined) => Promise<Connection>;
  /** The session stands on a new connection now. */
  readonly reopened: () => void;
}

/** What a server can do (RFC 2389), by name in upper case, with what it says of each. */
export type Features = ReadonlyMap<string, string>;

/** A transfer command (RFC 959 §4.1.3, RFC 3659 §7). */
export interface DataCommand {
  readonly verb: 'RETR' | 'LIST' | 'NLST' | 'MLSD' | 'STOR' | 'APPE';
  /** A path on the server. */
  readonly path?: string | undefined;
  readonly type: RepresentationType;
  /** RFC 3659 §5: where in the file the data begins, in octets. */
  readonly offset?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class Session {
  readonly #setting: SessionSetting;
  #connection: Connection;
  #connector: DataConnector;
  /** The representation type in force; undefined when it is not known. */
  #type: RepresentationType | undefined;
  /** Those that the server has taken. */
  #credentials: Credentials | undefined;
  /** What the server said of itself; undefined when it may say something else now. */
  #features: Features | undefined;
  /** Whether a level holds because it was asked for. Until then C holds, which nobody has chosen. */
  #level: 'unset' | 'set' = 'unset';
  #state: 'open' | 'closed' = 'open';

  constructor(setting: SessionSetting) {
    this.#setting = setting;
    this.#connection = setting.connection;
    this.#connector = new DataConnector(setting.connection, setting.mode);
  }

  /** The connection that the session stands on; another one after it was opened again. */
  get connection(): Connection {
    return this.#connection;
  }

  get mode(): DataMode {
    return this.#connector.mode;
  }

  set mode(mode: DataMode) {
    this.#connector.mode = mode;
  }

  /**
   * RFC 959 §4.1.1. Who was logged in before stays so only where the server refuses the name itself; else this session logs
   * nobody in when it is opened again, unless the new login succeeds.
   * @throws ClientError of kind `login`, or because the server does not agree to the level
   */
  async login(credentials: Credentials): Promise<void> {
    this.#features = undefined;
    this.#credentials = await login(this.connection, credentials, () => (this.#credentials = undefined));
    return this.#protectAtFirst();
  }

  /** A server that refuses the level, and is asked again, must not get by with none. */
  async #protectAtFirst(signal?: AbortSignal): Promise<void> {
    const { level } = this.#setting;
    const isClear = this.connection.engine.channel === 'clear' || level === 'C';
    if (this.#level === 'unset' && !isClear) await this.protect(level, signal);
  }

  /**
   * Sets the data protection level, with PBSZ before it where that was not sent yet.
   * @throws ClientError when the server does not agree; the level is then what it was
   */
  async protect(level: UserLevel, signal?: AbortSignal): Promise<void> {
    const { engine } = this.connection;
    if (engine.bufferSize === undefined) {
      const sized = await this.connection.command('PBSZ', String(this.#setting.bufferSize ?? MAXIMUM_BUFFER));
      if (!isCompletion(sized)) throw refusedCommand('prot', sized);
      throwIfAborted(signal);
    }
    const reply = await this.connection.command('PROT', level);
    if (!isCompletion(reply)) throw refusedCommand('prot', reply);
    this.#level = 'set';
  }

  /**
   * Sends a command and waits for the reply that settles it, whatever it says; names in it as remote-name.ts has them. What
   * changes the session is left to methods of its own.
   */
  async command(verb: string, argument?: string): Promise<Reply> {
    if (verb.toUpperCase() === 'TYPE') this.#type = undefined;
    return this.connection.command(verb, argument === undefined ? undefined : nameToWire(argument));
  }

  /** As `command`. @throws ClientError when the server refuses, with 4yz or 5yz */
  async request(verb: string, argument?: string): Promise<Reply> {
    const reply = await this.command(verb, argument);
    if (!isFailure(reply)) return reply;
    // Alone, the words behind SITE would pass for a file.
    const what = verb === 'SITE' ? `SITE ${argument ?? ''}`.trimEnd() : (argument ?? verb);
    throw refusedCommand(what, reply, hintOfReply(reply, verb));
  }

  /** As `command`, for one of which nothing is known: what it may have changed is forgotten. */
  async quote({ verb, argument }: Command): Promise<Reply> {
    this.#type = undefined;
    this.#features = undefined;
    return this.command(verb, argument);
  }

  /** What the server can do. The same object until a login, a new connection or a quoted command may have changed it. */
  async features(): Promise<Features> {
    if (this.#features !== undefined) return this.#features;
    const reply = await this.command('FEAT');
    const features = readFeatures(reply);
    // Some servers tell nothing before the login (530): that is no answer to keep.
    if (isCompletion(reply) || reply.code === 500 || reply.code === 502) this.#features = features;
    return features;
  }

  /** Sets the representation type, where it is another. */
  async represent(type: RepresentationType): Promise<void> {
    if (this.#type === type) return;
    const reply = await this.command('TYPE', type);
    if (isFailure(reply)) throw refusedCommand(`TYPE ${type}`, reply);
    this.#type = type;
  }

  async workingDirectory(): Promise<string> {
    const reply = await this.request('PWD');
    return nameFromWire(parseDirectoryReply(reply) ?? replyText(reply));
  }

  /** Receives what the command gives. @throws ClientError unless the whole of it came */
  async receive(command: DataCommand, sink: Sink): Promise<TransferResult> {
    await this.#ready(command);
    return download(this.connection, this.#connector, requestOf(command), sink);
  }

  /** Sends what the command takes. @throws ClientError unless the server has stored all of it */
  async send(command: DataCommand, source: AsyncIterable<Uint8Array>): Promise<TransferResult> {
    await this.#ready(command);
    return upload(this.connection, this.#connector, requestOf(command), source);
  }

  /**
   * Another session beside this one, in a directory: the same server, user and level.
   * @throws ClientError when that cannot be; this session goes on all the same
   */
  async another(directory: string, signal?: AbortSignal): Promise<Session> {
    const connection = await this.#setting.reconnect(signal);
    const session = new Session({ ...this.#setting, connection, mode: this.mode });
    try {
      const { level } = this.connection.engine;
      await session.#restore({ level, credentials: this.#credentials, directory }, signal);
    } catch (error) {
      connection.close();
      throw error;
    }
    return session;
  }

  /** Ends the session at once, without QUIT. */
  close(): void {
    this.#state = 'closed';
    this.connection.close();
  }

  /** All that has to hold before a transfer. */
  async #ready({ verb, type, signal }: DataCommand): Promise<void> {
    await this.#protectAtFirst(signal);
    const { engine } = this.connection;
    const direction: DataDirection = dataDirection(verb) ?? 'download';
    const isProtected = engine.level === 'S' || engine.level === 'P';
    if (isProtected && engine.transferState(direction) === 'broken-off') await this.#reopen(signal);
    await this.represent(type);
  }

  /**
   * Puts the session on a new connection, where none of the old one's blocks is worth anything. The old connection goes first,
   * since the server may allow a user one session only.
   * @throws ClientError when that cannot be; the session is then over
   */
  async #reopen(signal: AbortSignal | undefined): Promise<void> {
    const { level } = this.connection.engine;
    try {
      const directory = await this.workingDirectory();
      await this.connection.quit();
      const connection = await this.#setting.reconnect(signal);
      this.#connection = connection;
      this.#connector = new DataConnector(connection, this.mode);
      this.#type = undefined;
      this.#features = undefined;
      // Closed meanwhile: what is new has to go as well.
      if (this.#state === 'closed') connection.close();
      await this.#restore({ level, credentials: this.#credentials, directory }, signal);
    } catch (error) {
      this.connection.close();
      if (!(error instanceof ClientError)) throw error;
      const { kind, message, hint = CONNECT_AGAIN, code } = error;
      const why = `A transfer had broken off, and the session could not be opened again. ${message}`;
      throw new ClientError(kind, why, { code, hint });
    }
    this.#setting.reopened();
  }

  /** Brings a new connection to where an old one was. */
  async #restore({ level, credentials, directory }: Before, signal: AbortSignal | undefined): Promise<void> {
    const abort = (): void => this.connection.fail(interrupted());
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    try {
      if (credentials !== undefined) await this.login(credentials);
      if (level !== 'E' && this.connection.engine.level !== level) await this.protect(level);
      if ((await this.workingDirectory()) !== directory) await this.request('CWD', directory);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

interface Before {
  readonly level: ProtectionLevel;
  readonly credentials: Credentials | undefined;
  readonly directory: string;
}

function requestOf({ verb, path, offset, signal }: DataCommand): Parameters<typeof download>[2] {
  return { verb, argument: path === undefined ? undefined : nameToWire(path), offset, signal };
}
