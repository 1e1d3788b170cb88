/** The library's face and the programs' own: a session with an FTP server, as what a user can do in it. */
import type { Readable, Writable } from 'node:stream';
import { formatCommand, parseCommand, type Command } from '../wire/command.js';
import type { Reply } from '../wire/reply.js';
import { ClientError } from './error.js';
import { DirectoryReader, type Listing } from './listing/directory-reader.js';
import type { RemoteEntry } from './listing/entry.js';
import { modifiedOf, setModifiedOf, sizeOf, statusOf } from './listing/status.js';
import { receiveFile, targetOf } from './local/incoming-file.js';
import { sendFile } from './local/outgoing-file.js';
import { credentialsOf, type Login, type ReceiveOptions, type SendOptions } from './options.js';
import { nameFromWire } from './remote-name.js';
import { PARTING, type Connection } from './session/connection.js';
import { isOwnVerb } from './session/own-verbs.js';
import type { Session } from './session/session.js';
import { Turns } from './session/turns.js';
import { readableOf, writableOf } from './streams.js';
import type { DataMode, Sink, TransferResult, UserLevel } from './terms.js';

/**
 * A session. Every method rejects with a {@link ClientError}; when the session is over, every one does.
 *
 * Methods wait for those called before them. While a transfer of the caller's is under way (`list`, `retrieve`, `store`,
 * `download`, `upload`, a stream), all but `quit` and `close` are refused with the code `busy`: another() makes a second
 * session, beforehand.
 *
 * Paths are as the server has them, relative to its working directory, or absolute. What is no UTF-8 on the server is a lone
 * surrogate in a name, see {@link RemoteEntry}, and goes back as it came.
 */
export class Client {
  readonly #session: Session;
  readonly #directories: DirectoryReader;
  readonly #turns = new Turns();

  /** @internal Use connect(). */
  constructor(session: Session) {
    this.#session = session;
    this.#directories = new DirectoryReader(session);
  }

  /**
   * The control connection; another one after the session was opened again behind a transfer that broke off.
   * @internal
   */
  get connection(): Connection {
    return this.#session.connection;
  }

  /** Whether the control connection is protected by X-SafeTP1. */
  get isProtected(): boolean {
    return this.connection.engine.channel === 'protected';
  }

  /** The data protection level in force. */
  get level(): UserLevel {
    // RFC 2228's E is never asked for.
    return this.connection.engine.level as UserLevel;
  }

  /** Whether commands may be sent: the session has neither been ended nor lost. */
  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  /** Who opens data connections, from the next transfer on. */
  get mode(): DataMode {
    return this.#session.mode;
  }

  set mode(mode: DataMode) {
    this.#session.mode = mode;
  }

  /** Logs in, or in as somebody else. @throws ClientError of kind `login` */
  async login(login: Login): Promise<void> {
    return this.#turns.take(() => this.#session.login(credentialsOf(login)));
  }

  /** Sets the data protection level. @throws ClientError when the server does not agree; the level is then what it was */
  async protect(level: UserLevel, signal?: AbortSignal): Promise<void> {
    return this.#turns.take(() => this.#session.protect(level, signal));
  }

  /** CWD. */
  async changeDirectory(path: string): Promise<void> {
    await this.request('CWD', path);
  }

  /** PWD. */
  async workingDirectory(): Promise<string> {
    return this.#turns.take(() => this.#session.workingDirectory());
  }

  /**
   * The listing as the server words it, for people: LIST, or NLST for names alone. `path` may be what the server takes for options.
   * Some servers list what is not there, or what they cannot read, as a directory without files; entries() and stat() are not
   * taken in.
   */
  async list(
    path: string | undefined,
    sink: Sink,
    { names, signal }: { readonly names?: boolean | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<TransferResult> {
    const verb = names === true ? 'NLST' : 'LIST';
    return this.#turns.transfer(signal, () => this.#session.receive({ verb, path, type: 'A', signal }, sink));
  }

  /**
   * The directory's entries, hidden ones too, without itself and its parent: by MLSD where the server has it, else LIST read
   * with care. Of a name the server may say anything; what is given here stays inside of the directory.
   *
   * @param path - the working directory if left out
   * @throws ClientError also when a listing is in no form that can be read, or names what no file can be called
   */
  async entries(path?: string, signal?: AbortSignal): Promise<readonly RemoteEntry[]> {
    return (await this.listing(path, signal)).entries;
  }

  /**
   * As entries(), with a word on whether to believe that there are none.
   * @internal
   */
  async listing(path?: string, signal?: AbortSignal): Promise<Listing> {
    return this.#turns.take(() => this.#directories.read(path, signal));
  }

  /**
   * The names in a directory, or those that a pattern of the server's stands for (NLST). They are as the server words them:
   * perhaps paths, and perhaps leading anywhere.
   */
  async names(path?: string, signal?: AbortSignal): Promise<readonly string[]> {
    const lines = await this.#turns.take(() => this.#directories.lines({ verb: 'NLST', path, type: 'A', signal }));
    return lines.map(nameFromWire);
  }

  /**
   * What there is at a path; undefined where there is nothing, or nothing that the server lets this user see. Its name is the
   * path's last part. A link to a file is told as that file.
   */
  async stat(path: string): Promise<RemoteEntry | undefined> {
    return this.#turns.take(() => statusOf(this.#session, this.#directories, path));
  }

  /** Of a file, in octets (RFC 3659 §4); undefined where the server has no SIZE or no such file. */
  async size(path: string): Promise<number | undefined> {
    return this.#turns.take(() => sizeOf(this.#session, path));
  }

  /** When a file was last changed (RFC 3659 §3); undefined where the server has no MDTM or no such file. */
  async modified(path: string): Promise<Date | undefined> {
    return this.#turns.take(() => modifiedOf(this.#session, path));
  }

  /** Sets when a file was last changed, to the second (MFMT, or MDTM). False where the server cannot, or refuses. */
  async setModified(path: string, time: Date): Promise<boolean> {
    return this.#turns.take(() => setModifiedOf(this.#session, path, time));
  }

  /** Receives a file. @throws ClientError unless all of it came */
  async retrieve(path: string, sink: Sink, options: ReceiveOptions = {}): Promise<TransferResult> {
    const { type = 'I', offset, signal } = options;
    const command = { verb: 'RETR', path, type, offset, signal } as const;
    return this.#turns.transfer(signal, () => this.#session.receive(command, sink));
  }

  /** Sends a file. @throws ClientError unless the server has stored all of it */
  async store(path: string, source: AsyncIterable<Uint8Array>, options: SendOptions = {}): Promise<TransferResult> {
    const { type = 'I', offset, append, signal } = options;
    const command = { verb: append === true ? 'APPE' : 'STOR', path, type, offset, signal } as const;
    return this.#turns.transfer(signal, () => this.#session.send(command, source));
  }

  /**
   * Receives a file into one of this side, which appears, or is replaced, only when all of it has come.
   * @param local - a file, or a folder to put it into under its own name
   */
  async download(path: string, local: string, options: Omit<ReceiveOptions, 'offset'> = {}): Promise<TransferResult> {
    const file = await receiveFile(await targetOf(path, local, 'user'));
    try {
      const result = await this.retrieve(path, file.sink, options);
      await file.keep();
      return result;
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  /** Sends a file of this side. @throws ClientError unless the server has stored all of it */
  async upload(local: string, path: string, options: Omit<SendOptions, 'offset'> = {}): Promise<TransferResult> {
    const file = await sendFile(local);
    try {
      return await this.store(path, file.from(0), options);
    } finally {
      await file.close();
    }
  }

  /**
   * Receives a file as a stream, whose `end` comes only when all of it has come and the server has said so; everything else is
   * its `error`. Destroying it aborts the transfer. The session is the stream's from now until its `end` or `close`.
   */
  createReadStream(path: string, options: ReceiveOptions = {}): Readable {
    return readableOf((sink, signal) => this.retrieve(path, sink, { ...options, signal }), options.signal);
  }

  /**
   * Sends a file as a stream, whose `finish` comes only when the server has stored all of it; everything else is its `error`.
   * Destroying it aborts the transfer, so that the server knows that what has come is not whole. It may keep it all the same.
   */
  createWriteStream(path: string, options: SendOptions = {}): Writable {
    return writableOf((source, signal) => this.store(path, source, { ...options, signal }), options.signal);
  }

  /** DELE: a file. */
  async delete(path: string): Promise<void> {
    await this.request('DELE', path);
  }

  /** MKD. */
  async makeDirectory(path: string): Promise<void> {
    await this.request('MKD', path);
  }

  /** RMD: an empty directory. */
  async removeDirectory(path: string): Promise<void> {
    await this.request('RMD', path);
  }

  /** RNFR and RNTO. */
  async rename(from: string, to: string): Promise<void> {
    await this.#turns.take(async () => {
      await this.#session.request('RNFR', from);
      await this.#session.request('RNTO', to);
    });
  }

  /** What the server says it can do (RFC 2389), by name in upper case, with what it says of each. */
  async features(): Promise<ReadonlyMap<string, string>> {
    return this.#turns.take(() => this.#session.features());
  }

  /**
   * A command of the server's that changes nothing in this session (SITE, STAT, SYST …).
   * @throws ClientError on 4yz and 5yz, and for what quote() does not send
   */
  async request(verb: string, argument?: string): Promise<Reply> {
    refuseOwn({ verb, argument });
    return this.#turns.take(() => this.#session.request(verb, argument));
  }

  /**
   * Any command but those of the login, the protection, and transfers; its argument may hold a name. A 4yz or 5yz reply is a value.
   * @throws ClientError for a command that the session sends itself
   */
  async quote(command: Command): Promise<Reply> {
    refuseOwn(command);
    return this.#turns.take(() => this.#session.quote(command));
  }

  /** Another session beside this one: the same server, user, directory and level. This one goes on whatever comes of it. */
  async another(signal?: AbortSignal): Promise<Client> {
    const directory = await this.workingDirectory();
    return new Client(await this.#session.another(directory, signal));
  }

  /**
   * Ends the session in good order, ten seconds later at the latest, or at once where a transfer is under way. Never rejects.
   */
  async quit(): Promise<void> {
    if (this.#turns.isTransferring) {
      this.close();
      return;
    }
    const late = setTimeout(() => this.close(), PARTING);
    await this.#turns.take(() => this.connection.quit());
    clearTimeout(late);
  }

  /** Ends the session at once. What is under way is rejected. */
  close(): void {
    this.#session.close();
  }

  /** As quit(), for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit();
  }
}

/** @throws ClientError for a command that has a method of its own, which knows what it changes */
function refuseOwn(command: Command): void {
  const parsed = parseCommand(formatCommand(command));
  if (!parsed.ok || !isOwnVerb(parsed.value.verb)) return;
  throw new ClientError('command', `${parsed.value.verb} is the session's own to send.`, {
    code: 'bad-argument',
    hint: 'There is a method that does it.',
  });
}
