/**
 * The library's face and the programs' own: a session with an FTP server, as what a user can do in it. Every method rejects
 * with a ClientError that says what happened and, in `hint`, what to do next. One method at a time: an FTP session carries
 * one transfer; another() makes a second session.
 */
import type { ProtectionLevel } from '../security/mechanism.js';
import type { Command } from '../wire/command.js';
import { readFeatures } from '../wire/feat.js';
import { isCompletion, replyText, type Reply } from '../wire/reply.js';
import { LocalError, refusedCommand } from './error.js';
import type { RemoteEntry } from './listing/entry.js';
import { parseFactTime } from './listing/fact-time.js';
import { parseFacts } from './listing/facts.js';
import { parseListing } from './listing/lines.js';
import type { Connection } from './session/connection.js';
import { nameFromWire } from './session/remote-name.js';
import type { DataCommand, Session } from './session/session.js';
import { credentialsOf, type Login } from './options.js';
import type { DataMode, RepresentationType, UserLevel } from './terms.js';
import type { Sink, TransferResult } from './session/transfer.js';

export interface ReceiveOptions {
  /** I, octets as they are, if left out; A, text with CRLF line ends. */
  readonly type?: RepresentationType | undefined;
  /** Where in the file to begin, in octets (REST). */
  readonly offset?: number | undefined;
  /** Aborts the transfer; the session goes on. */
  readonly signal?: AbortSignal | undefined;
}

export interface SendOptions extends ReceiveOptions {
  /** Adds to the file in place of replacing it (APPE). */
  readonly append?: boolean | undefined;
}

/** The most octets of a listing that is read as entries. */
export const MAX_LISTING = 64 * 1024 * 1024;

export class Client {
  readonly #session: Session;
  #features: ReadonlyMap<string, string> | undefined;

  /** @internal Use connect(). */
  constructor(session: Session) {
    this.#session = session;
  }

  /** The control connection; another one after the session was opened again behind a transfer that broke off. */
  get connection(): Connection {
    return this.#session.connection;
  }

  /** Whether the control connection is protected by X-SafeTP1. */
  get isProtected(): boolean {
    return this.connection.engine.channel === 'protected';
  }

  /** Data protection level (RFC 2228 §3). */
  get level(): ProtectionLevel {
    return this.connection.engine.level;
  }

  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  get mode(): DataMode {
    return this.#session.mode;
  }

  set mode(mode: DataMode) {
    this.#session.mode = mode;
  }

  /** Logs in, or in as somebody else. @throws ClientError of kind `login` */
  async login(login: Login): Promise<void> {
    await this.#session.login(credentialsOf(login));
  }

  /** Sets the data protection level. @throws ClientError when the server does not agree; the level is then what it was */
  async protect(level: UserLevel, signal?: AbortSignal): Promise<void> {
    await this.#session.protect(level, signal);
  }

  async changeDirectory(path: string): Promise<void> {
    await this.#session.request('CWD', path);
  }

  async workingDirectory(): Promise<string> {
    return this.#session.workingDirectory();
  }

  /** The listing as the server words it, for people: LIST, or NLST for names alone. */
  async list(
    path: string | undefined,
    sink: Sink,
    options: { names?: boolean; signal?: AbortSignal } = {},
  ): Promise<void> {
    const { names, signal } = options;
    await this.#session.receive({ verb: names === true ? 'NLST' : 'LIST', path, type: 'A', signal }, sink);
  }

  /**
   * The directory's entries, without itself and its parent: MLSD where the server has it, LIST read with care where not.
   * @throws ClientError also when a listing is in no form that can be read
   */
  async entries(path?: string, signal?: AbortSignal): Promise<readonly RemoteEntry[]> {
    const machine = (await this.features()).has('MLST');
    const lines = await this.#lines({ verb: machine ? 'MLSD' : 'LIST', path, type: 'A', signal });
    return machine ? lines.flatMap((line) => parseFacts(line) ?? []) : parseListing(lines);
  }

  /** The names in a directory, or those that a pattern of the server's stands for (NLST). */
  async names(path?: string, signal?: AbortSignal): Promise<readonly string[]> {
    const lines = await this.#lines({ verb: 'NLST', path, type: 'A', signal });
    return lines.map(nameFromWire);
  }

  /** Receives a file. @throws ClientError unless all of it came */
  async retrieve(path: string, sink: Sink, options: ReceiveOptions = {}): Promise<TransferResult> {
    const { type = 'I', offset, signal } = options;
    return this.#session.receive({ verb: 'RETR', path, type, offset, signal }, sink);
  }

  /** Sends a file. @throws ClientError unless the server has stored all of it */
  async store(path: string, source: AsyncIterable<Uint8Array>, options: SendOptions = {}): Promise<TransferResult> {
    const { type = 'I', offset, append, signal } = options;
    return this.#session.send({ verb: append === true ? 'APPE' : 'STOR', path, type, offset, signal }, source);
  }

  /** In octets (RFC 3659 §4); undefined where the server has no SIZE or no such file. */
  async size(path: string): Promise<number | undefined> {
    // Some servers give no size, or that of the text, in type A.
    await this.#session.represent('I');
    const text = await this.#ask('SIZE', path);
    return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
  }

  /** RFC 3659 §3; undefined where the server has no MDTM or no such file. */
  async modified(path: string): Promise<Date | undefined> {
    return parseFactTime((await this.#ask('MDTM', path)) ?? '');
  }

  async delete(path: string): Promise<void> {
    await this.#session.request('DELE', path);
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#session.request('MKD', path);
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#session.request('RMD', path);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#session.request('RNFR', from);
    await this.#session.request('RNTO', to);
  }

  /** What the server says it can do (RFC 2389), by name in upper case; asked for once a session. */
  async features(): Promise<ReadonlyMap<string, string>> {
    return (this.#features ??= readFeatures(await this.connection.command('FEAT')));
  }

  /** A command of the server's that changes nothing in this session (SITE, STAT, SYST …). @throws ClientError on 4yz and 5yz */
  async request(verb: string, argument?: string): Promise<Reply> {
    return this.#session.request(verb, argument);
  }

  /** Any command but those of the protection and of data connections. A 4yz or 5yz reply is a value. */
  async quote(command: Command): Promise<Reply> {
    return this.#session.quote(command);
  }

  /** Another session beside this one: the same server, user, directory and level. @throws ClientError */
  async another(signal?: AbortSignal): Promise<Client> {
    return new Client(await this.#session.another(await this.#session.workingDirectory(), signal));
  }

  /** Ends the session at once. */
  close(): void {
    this.#session.close();
  }

  /** Ends the session in good order. Never throws. */
  async quit(): Promise<void> {
    await this.connection.quit();
  }

  /** The text of a 213, undefined where the server refuses. */
  async #ask(verb: string, path: string): Promise<string | undefined> {
    const reply = await this.#session.command(verb, path);
    if (reply.code === 213) return replyText(reply).trim();
    if (isCompletion(reply)) throw refusedCommand(verb, reply);
    return undefined;
  }

  async #lines(command: DataCommand): Promise<readonly string[]> {
    const chunks: Uint8Array[] = [];
    let octets = 0;
    await this.#session.receive(command, async (chunk) => {
      octets += chunk.length;
      if (octets > MAX_LISTING) throw new LocalError(`The listing is longer than ${MAX_LISTING} octets.`);
      chunks.push(chunk);
      return Promise.resolve();
    });
    const text = Buffer.concat(chunks).toString('latin1');
    return text.split(/\r?\n/).filter((line) => line !== '');
  }
}
