/**
 * One transfer: octets from one data connection through the coder into the other, with back-pressure, a stall timeout, and
 * exactly one outcome. What is not whole ends in a reset on both sides, so that neither end can take a part for the whole: a
 * clean end of the connection is how FTP says "end of file" (RFC 959 §3.4).
 */
import type { Socket } from 'node:net';
import type { DataFailure, DataSummary, Side } from '../session/io.js';
import type { Coder } from './coder.js';

export interface PumpOptions {
  readonly coder: Coder;
  /** Where the octets come from. */
  readonly source: Side;
  /** Milliseconds without an octet after which the transfer fails. */
  readonly stallTimeout: number;
  /** Called once. Both connections are ended or reset by then. */
  readonly onEnd: (outcome: PumpOutcome, summary: DataSummary) => void;
}

export type PumpOutcome = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly cause: DataFailure };

/** How long a connection may linger after a whole transfer for its peer to close it, ms. */
const LINGER_MS = 10_000;

const NOTHING = new Uint8Array();

export class Pump {
  readonly #options: PumpOptions;
  readonly #sockets: Partial<Record<Side, Socket>> = {};
  readonly #sink: Side;
  #stage: 'flowing' | 'source-ended' | 'ending' | 'over' = 'flowing';
  /** A download's end of file waits for the ftpd's word that the file was whole. */
  #released: 'no' | 'yes';
  readonly #stall: NodeJS.Timeout;
  #moved = false;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#sink = options.source === 'client' ? 'ftpd' : 'client';
    this.#released = options.source === 'client' ? 'yes' : 'no';
    this.#stall = setInterval(() => this.#checkProgress(), options.stallTimeout);
  }

  get over(): boolean {
    return this.#stage === 'over';
  }

  /** Gives the pump one side's connection; it begins when it has both. */
  attach(side: Side, socket: Socket): void {
    if (this.over) {
      socket.on('error', () => undefined);
      socket.resetAndDestroy();
      return;
    }
    this.#sockets[side] = socket;
    this.#moved = true;
    socket.on('error', () => undefined);
    socket.on('close', () => this.#gone(side));
    if (socket.destroyed) return this.#gone(side);
    const { client, ftpd } = this.#sockets;
    if (client !== undefined && ftpd !== undefined) this.#begin();
  }

  /** The ftpd has said that its download is whole. */
  release(): void {
    this.#released = 'yes';
    this.#finishIfWhole();
  }

  fail(cause: DataFailure): void {
    if (this.over) return;
    for (const socket of Object.values(this.#sockets)) reset(socket);
    this.#end({ kind: 'failed', cause });
  }

  get #from(): Socket | undefined {
    return this.#sockets[this.#options.source];
  }

  get #to(): Socket | undefined {
    return this.#sockets[this.#sink];
  }

  #begin(): void {
    const from = this.#from;
    const to = this.#to;
    if (from === undefined || to === undefined) return;
    from.on('data', (chunk: Buffer) => this.#carry(chunk));
    from.on('end', () => {
      // libuv takes a reset for an end when octets before it were still unread. Writing nothing tells them apart: on a connection
      // that was reset it fails, and 'close' follows.
      from.write(NOTHING, (error) => {
        if (error === null || error === undefined) this.#sourceEnded();
      });
      // At once: ProFTPD sends its 226 only when the other side of the data connection is closed as well, and we send the end
      // of the file only after the 226.
      from.end();
    });
    to.on('drain', () => {
      this.#moved = true;
      if (this.#stage === 'flowing') from.resume();
    });
    // Whatever the sink sends is not part of this transfer; reading it is how its close is noticed.
    to.on('data', () => undefined);
    to.on('end', () => this.#sinkEnded());
    to.resume();
    from.resume();
  }

  #carry(chunk: Buffer): void {
    if (this.#stage !== 'flowing') return;
    this.#moved = true;
    const out = this.#options.coder.push(chunk);
    if (!out.ok) return this.fail(out.error);
    this.#write(out.value);
    // A protected upload says itself that it is whole.
    if (this.#options.coder.complete) this.#sourceEnded();
  }

  #write(pieces: readonly Uint8Array[]): void {
    const to = this.#to;
    if (to === undefined) return;
    to.cork();
    for (const piece of pieces) to.write(piece);
    to.uncork();
    if (to.writableNeedDrain) this.#from?.pause();
  }

  #sourceEnded(): void {
    if (this.#stage !== 'flowing') return;
    this.#stage = 'source-ended';
    this.#finishIfWhole();
  }

  #finishIfWhole(): void {
    const to = this.#to;
    if (this.#stage !== 'source-ended' || this.#released === 'no' || to === undefined) return;
    const rest = this.#options.coder.finish();
    if (!rest.ok) return this.fail(rest.error);
    this.#stage = 'ending';
    this.#write(rest.value);
    // Not end()'s callback: that one also runs when the connection is destroyed instead.
    to.once('finish', () => this.#end({ kind: 'done' }));
    to.end();
  }

  /** An ftpd that ends its side during an upload takes nothing more; a client that does so during a download only half-closes. */
  #sinkEnded(): void {
    if (this.#sink === 'ftpd' && (this.#stage === 'flowing' || this.#stage === 'source-ended'))
      this.fail('ftpd-broken');
  }

  #gone(side: Side): void {
    if (this.over) return;
    // A source that closes after its end is the usual course.
    if (side === this.#options.source && this.#stage !== 'flowing') return;
    this.fail(side === 'client' ? 'client-broken' : 'ftpd-broken');
  }

  /**
   * Looked at once an interval: a stall is noticed after one to two of them. It bounds the wait for the ftpd's word on a download
   * that has ended, too.
   */
  #checkProgress(): void {
    if (!this.#moved) return this.fail('stalled');
    this.#moved = false;
  }

  #end(outcome: PumpOutcome): void {
    if (this.over) return;
    this.#stage = 'over';
    clearInterval(this.#stall);
    for (const socket of Object.values(this.#sockets)) {
      if (outcome.kind === 'done') linger(socket);
    }
    const { octets, sequence } = this.#options.coder;
    this.#options.onEnd(outcome, sequence === undefined ? { octets } : { octets, sequence });
  }
}

/**
 * Resets a connection. While our own end is on its way out, libuv refuses to (EINVAL) and Node then loses the connection
 * without closing it: that end is waited for, which takes one turn of the event loop.
 */
export function reset(socket: Socket): void {
  const ending = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (ending) socket.once('finish', () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
}

/** Ends our side, reads on until the peer ends its own, and does not wait for ever. */
function linger(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.on('close', () => clearTimeout(timer));
}
