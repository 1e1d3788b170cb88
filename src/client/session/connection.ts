/**
 * The control connection: a socket around the engine. Commands become promises of replies; timeouts are here, since the
 * engine has no clock. Every failure ends all that waits with the same ClientError.
 */
import type { Socket } from 'node:net';
import { systemRandom } from '../../crypto/random.js';
import type { DsaPublicKey } from '../../crypto/dsa.js';
import { formatCommand, parseCommand, type Command, type CommandError } from '../../wire/command.js';
import { plainAddress } from '../../wire/host-port.js';
import type { Reply } from '../../wire/reply.js';
import { deferred } from './deferred.js';
import { dial } from './dial.js';
import { ClientEngine, MAX_UNSETTLED } from '../engine/engine.js';
import type { EngineOutput, ReadyChannel } from '../engine/output.js';
import { ClientError, errorOf, interrupted, messageOf } from '../error.js';
import { TIMEOUTS, type Timeouts } from '../terms.js';
import { PendingCommands, type OnReply, type Pending } from './pending.js';
import { wasReset } from './socket-reader.js';

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** Dialled in place of looking `host` up. */
  readonly address?: string | undefined;
  readonly protection: 'required' | 'none';
  /** The address expected in M3 in place of the one dialled. */
  readonly expectAddress?: string | undefined;
  /** Whether the server's key is to be trusted. A rejection is reported in place of a plain refusal. */
  readonly trustKey: (key: DsaPublicKey) => Promise<boolean>;
  /** Told of each line, passwords replaced. */
  readonly trace?: ((line: Extract<EngineOutput, { kind: 'trace' }>) => void) | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Gives up, until the session is ready. */
  readonly signal?: AbortSignal | undefined;
}

/** Silence after which the kernel looks whether the server is still there, in milliseconds. */
const KEEP_ALIVE = 60_000;

/** For the replies to QUIT and to a transfer that was given up, which change nothing any more: milliseconds. */
export const PARTING = 10_000;

export class Connection {
  readonly engine: ClientEngine;
  readonly timeouts: Timeouts;
  readonly #socket: Socket;
  /** Of the socket, which forgets them when it is closed. */
  readonly #addresses: { readonly peer: string; readonly local: string };
  readonly #options: ConnectionOptions;
  readonly #ready = deferred<ReadyChannel>();
  readonly #failed = deferred<never>();
  readonly #onEnd = new Set<(error: ClientError) => void>();
  readonly #pending = new PendingCommands();
  /** Restarted by whatever the server sends. */
  #clock: NodeJS.Timeout | undefined;
  #greeting: Reply | undefined;
  #deciding: 'no' | 'yes' = 'no';
  #ended: 'no' | 'closed' | ClientError = 'no';

  private constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#addresses = { peer: socket.remoteAddress ?? '', local: socket.localAddress ?? '' };
    this.#options = options;
    this.timeouts = { ...TIMEOUTS, ...options.timeouts };
    this.engine = new ClientEngine({
      protection: options.protection,
      serverAddress: this.serverAddress,
      random: systemRandom,
    });
    socket.setNoDelay(true);
    // It is silent while a transfer runs: firewalls forget it, and a server that is gone would not be missed.
    socket.setKeepAlive(true, KEEP_ALIVE);
    socket.on('data', (chunk) => this.#perform(this.engine.receive(chunk)));
    socket.on('error', (error) => this.#perform(this.engine.connectionLost(brokenBy(error))));
    socket.on('end', () => this.#perform(this.engine.connectionLost(wasReset(socket) ? RESET : undefined)));
    socket.on('close', () => this.#perform(this.engine.connectionLost()));
  }

  /**
   * Connects and takes the session to where commands may be sent: greeting, and the key exchange where it is required.
   * @throws ClientError
   */
  static async open(
    options: ConnectionOptions,
  ): Promise<{ readonly connection: Connection; readonly channel: ReadyChannel }> {
    const { host, port, address, signal } = options;
    const { connect } = { ...TIMEOUTS, ...options.timeouts };
    const connection = new Connection(await dial({ host: address ?? host, port, timeout: connect, signal }), options);
    const abort = (): void => connection.fail(interrupted());
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    try {
      return { connection, channel: await connection.#within(connection.#ready.promise) };
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** The server's address as connected, canonical. */
  get peerAddress(): string {
    return plainAddress(this.#addresses.peer);
  }

  /** The address by which the server knows itself, as far as this client was told or can see. */
  get serverAddress(): string {
    return plainAddress(this.#options.expectAddress ?? this.peerAddress);
  }

  /** Our own address towards the server, canonical. */
  get localAddress(): string {
    return plainAddress(this.#addresses.local);
  }

  /** The server's 220, which came in clear; undefined before it. */
  get greeting(): Reply | undefined {
    return this.#greeting;
  }

  get isOpen(): boolean {
    return this.#ended === 'no' && this.engine.phase === 'ready';
  }

  /** Rejects, once, when the session ends otherwise than by quit() or close(). */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /**
   * Has `listener` told once when the session ends, by quit() and close() too. Who has waited in vain takes that back: what
   * waits for `failed` instead is kept for as long as the session lasts, be it for one transfer of a million.
   *
   * @returns takes it back
   */
  onEnd(listener: (error: ClientError) => void): () => void {
    if (this.#ended === 'no') this.#onEnd.add(listener);
    else listener(this.#ended === 'closed' ? over() : this.#ended);
    return () => void this.#onEnd.delete(listener);
  }

  /** Sends a command and waits for the reply that settles it. A reply of 4yz or 5yz is a value, not an error. */
  async command(verb: string, argument?: string): Promise<Reply> {
    return this.settle(this.begin({ verb, argument }));
  }

  /**
   * Sends a command.
   * @throws ClientError when the session is over or this is not one line with one command
   */
  begin(given: Command, onReply?: OnReply): Pending {
    if (this.#ended instanceof ClientError) throw this.#ended;
    if (!this.isOpen) throw over();
    // As it will be read: a verb in lower case must not be taken for another one, whose password may be shown.
    const command = parseCommand(formatCommand(given));
    if (!command.ok) throw notOneCommand(command.error);
    if (this.#pending.count >= MAX_UNSETTLED) {
      const text = 'The server has not answered the last commands yet.';
      throw new ClientError('command', text, { code: 'busy', hint: 'Wait, or bye.' });
    }
    // The engine first: for what it refuses no reply will come.
    const outputs = this.engine.command(command.value);
    const pending = this.#pending.add(onReply);
    this.#perform(outputs);
    return pending;
  }

  /** Waits for the final reply, as long as a server may take. */
  async settle(pending: Pending): Promise<Reply> {
    return this.#within(pending.final);
  }

  /** Waits for the final reply to what was given up, so that the next command gets its own. Never throws. */
  async settleGivenUp(pending: Pending): Promise<void> {
    await this.#within(pending.final, PARTING).catch(() => undefined);
  }

  /** Waits for the first reply, as long as a server may take. */
  async firstReply(pending: Pending): Promise<Reply> {
    return this.#within(pending.first);
  }

  /** Ends the session in good order. Never throws: at the end of a session nothing is left to be done about it. */
  async quit(): Promise<void> {
    try {
      if (this.isOpen) await this.settleGivenUp(this.begin({ verb: 'QUIT', argument: undefined }));
    } catch {
      // Too many commands are unsettled: the server hears of the end by the connection's.
    }
    this.close();
  }

  /** Ends the session at once, without QUIT. */
  close(): void {
    this.#end('closed', over());
  }

  /** Ends the session at once; all that waits, and `failed`, is rejected with this error. */
  fail(error: ClientError): void {
    if (this.#ended !== 'no') return;
    this.#end(error, error);
    this.#failed.reject(error);
  }

  #end(how: 'closed' | ClientError, error: ClientError): void {
    if (this.#ended === 'no') this.#ended = how;
    this.engine.close();
    this.#socket.destroy();
    this.#ready.reject(error);
    this.#pending.rejectAll(error);
    for (const listener of this.#onEnd) listener(error);
    this.#onEnd.clear();
  }

  #perform(outputs: readonly EngineOutput[]): void {
    this.#clock?.refresh();
    for (const output of outputs) this.#do(output);
  }

  #do(output: EngineOutput): void {
    switch (output.kind) {
      case 'send':
        this.#socket.write(output.octets);
        return;
      case 'greeting':
        this.#greeting = output.reply;
        return;
      case 'server-key':
        return void this.#decide(output.key);
      case 'ready':
        return this.#ready.resolve(output.channel);
      case 'reply':
        return this.#pending.reply(output.reply);
      case 'failed':
        return this.fail(errorOf(output.failure));
      case 'trace':
        return this.#options.trace?.(output);
    }
  }

  async #decide(key: DsaPublicKey): Promise<void> {
    this.#deciding = 'yes';
    try {
      const trusted = await this.#options.trustKey(key);
      // The server may have gone while the user was thinking.
      if (this.engine.phase === 'negotiating') {
        this.#perform(trusted ? this.engine.acceptKey() : this.engine.rejectKey());
      }
    } catch (error) {
      this.fail(error instanceof ClientError ? error : undecided(error));
    } finally {
      this.#deciding = 'no';
    }
  }

  /** The promise, unless the server keeps silent for too long. */
  async #within<T>(promise: Promise<T>, most = Infinity): Promise<T> {
    const limit = Math.min(this.timeouts.reply, most);
    const timer = setTimeout(() => {
      // While the user looks at a key, the server is not late.
      if (this.#deciding === 'yes') timer.refresh();
      else this.#perform(this.engine.connectionLost(`The server was silent for ${limit / 1000} s`));
    }, limit);
    this.#clock = timer;
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      if (this.#clock === timer) this.#clock = undefined;
    }
  }
}

const over = (): ClientError =>
  new ClientError('connect', 'The session is over.', { code: 'closed', hint: 'Connect again.' });

/** Who was to look at the key has failed. */
const undecided = (cause: unknown): ClientError =>
  Object.assign(new ClientError('security', messageOf(cause), { code: 'key-rejected' }), { cause });

function notOneCommand(why: CommandError): ClientError {
  const [text, hint] =
    why === 'forbidden-octet'
      ? ['A name with a line end or NUL in it cannot be sent to an FTP server.', 'Rename the file.']
      : ['That is no FTP command.', 'A verb has letters and digits, 16 at most.'];
  return new ClientError('command', text, { code: 'bad-argument', hint });
}

const RESET = 'The connection was reset';

/** The beginning of a sentence. */
function brokenBy({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ECONNRESET' || code === 'EPIPE' ? RESET : `The connection broke (${message})`;
}
