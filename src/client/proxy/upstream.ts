/**
 * The server as a session engine sees an ftpd: a stream that takes command lines and gives replies, in clear. Between its two ends
 * stand the client's engine and X-SafeTP1.
 *
 * Behind a transfer that broke off there is no other one in the same connection (engine/data-transfers.ts says why). The
 * program cannot know that: before its next command a new connection takes the place of the old one, brought to where that was.
 */
import { Duplex } from 'node:stream';
import type { Coder } from '../../data/coder.js';
import { formatCommand, parseCommand, type Command } from '../../wire/command.js';
import { LineReader } from '../../wire/line.js';
import { MAX_COMMAND_LINE } from '../../wire/limits.js';
import { isCompletion, isPreliminary, reply, replyOctets, type Reply } from '../../wire/reply.js';
import { dataDirection } from '../../wire/verbs.js';
import { ClientError, messageOf } from '../error.js';
import type { Connection } from '../session/connection.js';
import type { Pending } from '../session/pending.js';
import { coderOf, DATA_LEVEL, mustProtectData, protectData } from './data-protection.js';
import { MAX_PROTECTED_COMMAND } from './limits.js';
import { refusal } from './refusal.js';
import { reopen } from './reopening.js';
import { SessionMemory } from './session-memory.js';

export interface UpstreamOptions {
  readonly connection: Connection;
  /** Gives another connection to the same server. */
  readonly reconnect: (signal: AbortSignal) => Promise<Connection>;
  /** The session stands on another connection now. */
  readonly reopened: () => void;
  /** The session has ended otherwise than by QUIT; the program is told by the stream. */
  readonly failed: (error: ClientError) => void;
}

/** A transfer, from its command until it is settled and its data connection gone. */
interface Transfer {
  readonly command: Command;
  readonly pending: Pending;
  readonly coder: Coder | undefined;
  final: Reply | undefined;
  data: 'open' | 'gone';
}

export class Upstream extends Duplex {
  readonly #options: UpstreamOptions;
  #connection: Connection;
  readonly #lines = new LineReader(MAX_COMMAND_LINE);
  readonly #memory = new SessionMemory();
  readonly #gone = new AbortController();
  /** `occupied`: with what the program has not asked for. */
  #stage: 'serving' | 'occupied' | 'over' = 'serving';
  #waiting: readonly Command[] = [];
  /** Commands that the server has not settled: one, and an ABOR behind a transfer. */
  #unsettled: readonly Command[] = [];
  #transfer: Transfer | undefined;
  /** The end of the session, where a whole download is still arriving. */
  #lastWords: ClientError | undefined;

  private constructor(options: UpstreamOptions) {
    super();
    this.#options = options;
    this.#connection = options.connection;
    this.#watch(options.connection);
  }

  /** @throws ClientError when the session ends before the program has heard of it */
  static async open(options: UpstreamOptions): Promise<Upstream> {
    const { connection } = options;
    // A server that wants the login first is asked again behind it.
    await protectData(connection);
    const upstream = new Upstream(options);
    if (connection.greeting !== undefined) upstream.#say(connection.greeting);
    return upstream;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** What seals or opens the data of the transfer under way; undefined before it was asked for. */
  get coder(): Coder | undefined {
    return this.#transfer?.coder;
  }

  /** The data connection of the transfer that was asked for last is gone. */
  dataGone(): void {
    if (this.#transfer === undefined) return;
    this.#transfer.data = 'gone';
    // From here on the server owes its final reply.
    awaitInTime(this.#connection.settle(this.#transfer.pending));
    this.#endTransfer();
  }

  override _read(): void {
    // Replies are pushed as they come: the session engine has one command under way, and waits for it.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#lines.push(chunk);
    for (let next = this.#lines.next(); next !== undefined; next = this.#lines.next()) {
      const command = next.kind === 'line' ? parseCommand(next.line.text) : undefined;
      if (command?.ok !== true) return done(new Error('the session engine sent what is not a command'));
      this.#waiting = [...this.#waiting, command.value];
    }
    this.#advance();
    done();
  }

  override _final(done: () => void): void {
    if (this.#stage === 'over') return done();
    this.#stop();
    // What does not end in good order soon is destroyed by the session's shell.
    void this.#connection.quit().then(() => {
      if (!this.destroyed) this.push(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stop();
    this.#connection.close();
    done(error);
  }

  #stop(): void {
    this.#stage = 'over';
    this.#gone.abort();
  }

  #watch(connection: Connection): void {
    connection.failed.catch((error: unknown) => this.#fail(error));
  }

  /** Sends what may be sent now. */
  #advance(): void {
    while (this.#stage === 'serving') {
      const command = this.#waiting.find((each) => this.#mayGo(each));
      if (command === undefined) return;
      if (command.verb !== 'QUIT' && this.#isBroken) return this.#occupy(this.#reopen());
      this.#waiting = this.#waiting.filter((each) => each !== command);
      this.#send(command);
    }
  }

  /** One command at a time, except that ABOR overtakes a transfer. A STAT waits: its early reply would pass for the transfer's. */
  #mayGo({ verb }: Command): boolean {
    if (this.#transfer === undefined) return this.#unsettled.length === 0;
    return verb === 'ABOR' && !this.#unsettled.some((each) => each.verb === 'ABOR');
  }

  get #isBroken(): boolean {
    const { engine } = this.#connection;
    return engine.transferState('download') === 'broken-off' || engine.transferState('upload') === 'broken-off';
  }

  #send(command: Command): void {
    const { engine, isOpen } = this.#connection;
    // Whoever has noticed the end of the connection says so.
    if (!isOpen) return;
    if (formatCommand(command).length > MAX_PROTECTED_COMMAND) return this.#say(reply(500, 'Command line too long.'));
    const direction = dataDirection(command.verb);
    if (direction !== undefined && engine.level !== DATA_LEVEL) {
      return this.#say(reply(530, 'Log in first: before that the server does not protect data.'));
    }
    this.#unsettled = [...this.#unsettled, command];
    const pending = this.#connection.begin(command, (said) => this.#heard(command, said));
    if (direction === undefined) return awaitInTime(this.#connection.settle(pending));
    awaitInTime(this.#connection.firstReply(pending));
    this.#transfer = { command, pending, coder: coderOf(engine, direction), final: undefined, data: 'open' };
  }

  #heard(command: Command, said: Reply): void {
    if (isPreliminary(said)) return this.#say(said);
    this.#unsettled = this.#unsettled.filter((each) => each !== command);
    this.#memory.settled(command, said);
    if (this.#transfer?.command === command) this.#transfer.final = said;
    if (isLogin(command) && isCompletion(said) && this.#connection.engine.level !== DATA_LEVEL) {
      return this.#occupy(this.#protectBehindLogin(said));
    }
    this.#say(said);
    if (command.verb === 'QUIT' && isCompletion(said)) return this.#end();
    this.#endTransfer();
    this.#advance();
  }

  #endTransfer(): void {
    if (this.#transfer?.final === undefined || this.#transfer.data === 'open') return;
    this.#transfer = undefined;
    this.#connection.engine.endTransfer();
    if (this.#lastWords !== undefined) this.#fail(this.#lastWords);
    this.#advance();
  }

  /** Does something of our own with the server; the program's commands wait. */
  #occupy(work: Promise<void>): void {
    this.#stage = 'occupied';
    work.then(
      () => {
        if (this.#stage === 'occupied') this.#stage = 'serving';
        this.#advance();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  async #protectBehindLogin(said: Reply): Promise<void> {
    await mustProtectData(this.#connection);
    this.#say(said);
  }

  async #reopen(): Promise<void> {
    const { reconnect, reopened } = this.#options;
    this.#connection = await reopen(this.#connection, this.#memory, reconnect, this.#gone.signal);
    // The program may have gone in the last moment.
    if (this.#gone.signal.aborted) {
      this.#connection.close();
      return;
    }
    this.#watch(this.#connection);
    reopened();
  }

  #fail(error: unknown): void {
    if (this.#stage === 'over') return;
    const failure = error instanceof ClientError ? error : new ClientError('connect', messageOf(error));
    const { final, data } = this.#transfer ?? {};
    if (data === 'open' && final !== undefined && isCompletion(final)) {
      // A server that goes behind its 226 takes nothing back: what it has sent may still be on its way here.
      this.#lastWords = failure;
      return;
    }
    this.#options.failed(failure);
    this.#say(refusal(failure));
    this.#end();
  }

  #end(): void {
    this.#stop();
    this.push(null);
  }

  #say(message: Reply): void {
    if (this.#stage !== 'over') this.push(replyOctets(message));
  }
}

/** A server that keeps silent for too long ends the session, and that is heard elsewhere. */
function awaitInTime(answer: Promise<Reply>): void {
  answer.catch(() => undefined);
}

const isLogin = ({ verb }: Command): boolean => verb === 'USER' || verb === 'PASS' || verb === 'ACCT';
