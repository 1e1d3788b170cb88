/**
 * A client's connection that can still be given away: no octet leaves the kernel before somebody has said what becomes of the
 * line it belongs to. Node reads sockets eagerly, so the socket underneath stays paused and is looked at at intervals, until the
 * session has come so far that it will not be given away; from then on it is read like any other.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { UnreadVerdict } from '../../session/hand-off.js';
import type { Successor, UnreadClient } from '../../session/ports.js';
import { MAX_COMMAND_LINE } from '../../wire/limits.js';
import { descriptorOf, type Peeker, type Received } from './peek.js';

/** How often an idle connection is looked at, ms: half of it is what a command waits on average. */
const LOOK_INTERVAL_MS = 15;

/** The most that is taken out at once when everything is. */
const CHUNK = 65_536;

const LF = 0x0a;

/** Takes the connection over: starts a process on the descriptor, or becomes one. */
export type Give = (descriptor: number) => Promise<Successor>;

export class UnreadSocket extends Duplex implements UnreadClient {
  readonly #socket: Socket;
  readonly #peeker: Peeker;
  readonly #give: Give;
  #verdict: (text: string) => UnreadVerdict = () => 'wait';
  #mode: 'looking' | 'reading' | 'given' = 'looking';
  #timer: NodeJS.Timeout | undefined;

  /** @param socket - paused since it was accepted */
  constructor(socket: Socket, peeker: Peeker, give: Give) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#peeker = peeker;
    this.#give = give;
    // What Node has read already cannot be given to anybody.
    if (socket.readableLength > 0) this.#mode = 'reading';
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    // A listener for 'data' sets a socket flowing unless it was told not to.
    socket.pause();
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  look(verdict: (text: string) => UnreadVerdict): void {
    this.#verdict = verdict;
  }

  readOn(): void {
    if (this.#mode !== 'looking') return;
    this.#mode = 'reading';
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#socket.resume();
  }

  async giveAway(signal: AbortSignal): Promise<Successor> {
    this.#mode = 'given';
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      // What was written before has to be with the client before its new server says anything.
      await new Promise<void>((resolve, reject) => {
        this.write('', (error) => (error ? reject(error) : resolve()));
      });
      const descriptor = descriptorOf(this.#socket);
      if (signal.aborted || descriptor === undefined) throw new Error('the client is gone');
      return await this.#give(descriptor);
    } catch (error) {
      this.#mode = 'looking';
      throw error;
    }
  }

  override _read(): void {
    if (this.#mode === 'reading') this.#socket.resume();
    else if (this.#mode === 'looking') this.#timer ??= setTimeout(() => this.#lookAgain(), 0);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  /** Closes this process's hold on the connection; nothing is shut down, so whoever else holds it goes on. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#socket.destroy();
    done(error);
  }

  #lookAgain(): void {
    this.#timer = undefined;
    if (this.#mode !== 'looking' || this.destroyed) return;
    if (!this.#look()) this.#timer ??= setTimeout(() => this.#lookAgain(), LOOK_INTERVAL_MS);
  }

  /** Whether there is nothing more to look for until `_read` asks again. */
  #look(): boolean {
    // What was handed over before comes first, and may change everything.
    if (this.readableLength > 0) return false;
    const descriptor = descriptorOf(this.#socket);
    if (descriptor === undefined) return true;
    const seen = this.#peeker.peek(descriptor, MAX_COMMAND_LINE);
    if (seen.kind !== 'octets') return this.#nothing(seen);
    const end = seen.octets.indexOf(LF);
    if (end < 0 && seen.octets.length < MAX_COMMAND_LINE) return false;
    // Too long for a line: the line reader says so.
    const verdict = end < 0 ? 'read-all' : this.#verdict(lineText(seen.octets.subarray(0, end)));
    switch (verdict) {
      case 'wait':
        return false;
      case 'leave':
        return true;
      case 'read':
        return this.#take(descriptor, end + 1);
      case 'read-all':
        return this.#take(descriptor, CHUNK);
    }
  }

  #take(descriptor: number, length: number): boolean {
    const taken = this.#peeker.take(descriptor, length);
    if (taken.kind !== 'octets') return this.#nothing(taken);
    this.push(taken.octets);
    return false;
  }

  #nothing(received: Exclude<Received, { kind: 'octets' }>): boolean {
    switch (received.kind) {
      case 'nothing':
        return false;
      case 'end':
        // The socket has to hear it as well, or it would wait for an end of its own before it closes.
        this.readOn();
        return true;
      case 'broken':
        this.destroy(new Error(received.why));
        return true;
    }
  }
}

/** As the line reader would give it, but for Telnet sequences: a line with one in it is no plain login. */
const lineText = (octets: Buffer): string => octets.toString('latin1').replace(/\r$/, '');
