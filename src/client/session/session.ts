/**
 * An FTP session as commands see it: logged in, with a representation type, a way to make data connections, and a data
 * protection level, over a Connection.
 */
import type { ProtectionLevel } from '../../security/mechanism.js';
import type { Secret } from '../../lib/secret.js';
import { MAXIMUM_BUFFER } from '../../security/safetp1/profile.js';
import type { Command } from '../../wire/command.js';
import { isCompletion, isIntermediate, replyText, type Reply } from '../../wire/reply.js';
import type { DataDirection } from '../../wire/verbs.js';
import type { Connection } from './connection.js';
import { DataConnector, type DataMode } from './data-connection.js';
import { ClientError, refusedCommand } from '../error.js';
import { download, upload, type Sink, type TransferResult } from './transfer.js';

/** The levels a user can ask for; RFC 2228's E is none that X-SafeTP1 has. */
export type UserLevel = Exclude<ProtectionLevel, 'E'>;

export interface Credentials {
  readonly user: () => Promise<string>;
  /** Asked for only when the server wants one. */
  readonly password: (user: string) => Promise<Secret<string>>;
}

export interface SessionSetting {
  readonly connection: Connection;
  readonly mode: DataMode;
  /** Gives a new connection to the same server. */
  readonly reconnect: (signal: AbortSignal | undefined) => Promise<Connection>;
  /** The session stands on a new connection now. */
  readonly reopened: () => void;
}

export class Session {
  readonly #setting: SessionSetting;
  #connection: Connection;
  #connector: DataConnector;
  /** The representation type in force; undefined when it is not known. */
  #type: 'A' | 'I' | undefined;
  /** Those that the server has taken. */
  #credentials: Credentials | undefined;

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

  /** RFC 959 §4.1.1. @throws ClientError of kind `login` */
  async login({ user, password }: Credentials): Promise<void> {
    const name = await user();
    let reply = await this.connection.command('USER', octets(name));
    let secret: Secret<string> | undefined;
    if (reply.code === 331) {
      secret = await password(name);
      reply = await this.connection.command('PASS', octets(secret.expose()));
    }
    if (isCompletion(reply)) {
      const given = secret;
      this.#credentials = {
        user: () => Promise.resolve(name),
        password: given === undefined ? password : () => Promise.resolve(given),
      };
      return;
    }
    const what = isIntermediate(reply)
      ? 'The server asks for an account, which sftpc cannot give'
      : 'The login was refused';
    throw new ClientError('login', `${what}: ${(reply.lines.at(-1) ?? '').trim()}`, {
      reply,
      hint: 'Check the user name and the password.',
    });
  }

  /**
   * Sets the data protection level, with PBSZ before it where that was not sent yet.
   * @throws ClientError when the server does not agree; the level is then what it was
   */
  async protect(level: UserLevel, signal?: AbortSignal): Promise<void> {
    const { engine } = this.connection;
    if (engine.bufferSize === undefined) {
      const sized = await this.connection.command('PBSZ', String(MAXIMUM_BUFFER));
      if (!isCompletion(sized)) throw refusedCommand('prot', sized);
      signal?.throwIfAborted();
    }
    const reply = await this.connection.command('PROT', level);
    if (!isCompletion(reply)) throw refusedCommand('prot', reply);
  }

  async changeDirectory(path: string): Promise<void> {
    return this.#changeDirectory(octets(path));
  }

  async #changeDirectory(path: string): Promise<void> {
    const reply = await this.connection.command('CWD', path);
    if (!isCompletion(reply)) throw refusedCommand(path, reply);
  }

  /** The working directory, as octets in latin1: RFC 959 App. II, a quote within the name is doubled. */
  async workingDirectory(): Promise<string> {
    const reply = await this.connection.command('PWD');
    if (!isCompletion(reply)) throw refusedCommand('pwd', reply);
    const text = replyText(reply);
    return /^"((?:[^"]|"")*)"/.exec(text)?.[1]?.replaceAll('""', '"') ?? text;
  }

  async list(path: string | undefined, sink: Sink, signal?: AbortSignal): Promise<TransferResult> {
    await this.#ready('download', 'A', signal);
    const argument = path === undefined ? undefined : octets(path);
    return download(this.connection, this.#connector, { verb: 'LIST', argument, signal }, sink);
  }

  async retrieve(path: string, sink: Sink, signal?: AbortSignal): Promise<TransferResult> {
    await this.#ready('download', 'I', signal);
    return download(this.connection, this.#connector, { verb: 'RETR', argument: octets(path), signal }, sink);
  }

  async store(path: string, source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<TransferResult> {
    await this.#ready('upload', 'I', signal);
    return upload(this.connection, this.#connector, { verb: 'STOR', argument: octets(path), signal }, source);
  }

  /** Sends a command as the user wrote it. What it changes on the server is not known here. */
  async quote(command: Command): Promise<Reply> {
    this.#type = undefined;
    return this.connection.command(command.verb, command.argument === undefined ? undefined : octets(command.argument));
  }

  /** All that has to hold before a transfer. */
  async #ready(direction: DataDirection, type: 'A' | 'I', signal: AbortSignal | undefined): Promise<void> {
    const { engine } = this.connection;
    const isProtected = engine.level === 'S' || engine.level === 'P';
    if (isProtected && engine.transferState(direction) === 'broken-off') await this.#reopen(signal);
    if (this.#type === type) return;
    const reply = await this.connection.command('TYPE', type);
    if (!isCompletion(reply)) throw refusedCommand(`TYPE ${type}`, reply);
    this.#type = type;
  }

  /**
   * Puts the session on a new connection, where none of the old one's blocks is worth anything: the same server, user,
   * directory and level. The old connection goes first, since the server may allow a user one session only.
   * @throws ClientError when that cannot be; the session is then over
   */
  async #reopen(signal: AbortSignal | undefined): Promise<void> {
    const { level } = this.connection.engine;
    const interrupted = (): void => this.connection.fail(new ClientError('command', 'Interrupted.'));
    try {
      const directory = await this.workingDirectory();
      await this.connection.quit();
      const connection = await this.#setting.reconnect(signal);
      this.#connection = connection;
      this.#connector = new DataConnector(connection, this.mode);
      this.#type = undefined;
      signal?.addEventListener('abort', interrupted);
      if (this.#credentials !== undefined) await this.login(this.#credentials);
      if (level === 'S' || level === 'P') await this.protect(level);
      if ((await this.workingDirectory()) !== directory) await this.#changeDirectory(directory);
    } catch (error) {
      this.connection.close();
      if (!(error instanceof ClientError)) throw error;
      const { kind, message, hint } = error;
      const why = `A transfer had broken off, and the session could not be opened again. ${message}`;
      throw new ClientError(kind, why, hint === undefined ? {} : { hint });
    } finally {
      signal?.removeEventListener('abort', interrupted);
    }
    this.#setting.reopened();
  }
}

/** A text of the user as the wire carries it: its UTF-8 octets (RFC 2640 §2.2), one character each. */
function octets(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
