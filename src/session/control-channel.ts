/**
 * One control connection's octets: writes that know when they are too many, reads that can be held back, and an end that
 * lets the last reply arrive. The grammar is wire/'s, the meaning is step()'s.
 */
import type { Duplex } from 'node:stream';

/** How long a connection that we have ended may take to end its side too, ms. Then it is destroyed. */
const LINGER_MS = 2_000;

export interface ControlChannelEvents {
  octets(chunk: Uint8Array): void;
  /** The peer has sent everything it will send. */
  ended(): void;
  /** The connection is gone. */
  closed(): void;
  /** Room again after `full`. */
  drained(): void;
}

/** Hears nothing. */
export const NO_EVENTS: ControlChannelEvents = {
  octets: () => undefined,
  ended: () => undefined,
  closed: () => undefined,
  drained: () => undefined,
};

export class ControlChannel {
  readonly #stream: Duplex;
  #events: ControlChannelEvents;
  #sent = 0;
  #received = 0;
  #linger: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, events: ControlChannelEvents) {
    this.#stream = stream;
    this.#events = events;
    stream.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      // After end() what still comes is read and thrown away: closing with unread octets would reset the connection and
      // take our last reply with it.
      if (this.#linger === undefined) this.#events.octets(chunk);
    });
    stream.on('end', () => this.#events.ended());
    stream.on('drain', () => this.#events.drained());
    stream.on('close', () => {
      clearTimeout(this.#linger);
      this.#events.closed();
    });
    // 'close' follows every error; what went wrong with a connection that is gone matters to nobody.
    stream.on('error', () => undefined);
  }

  /** From now on somebody else hears what happens. */
  redirect(events: ControlChannelEvents): void {
    this.#events = events;
  }

  /** Octets sent and received so far. */
  get counts(): { readonly sent: number; readonly received: number } {
    return { sent: this.#sent, received: this.#received };
  }

  /** Whether the peer does not read what we send: no reason to take more commands from it. */
  get full(): boolean {
    return this.#stream.writableNeedDrain;
  }

  write(octets: Uint8Array): void {
    if (this.#stream.writableEnded || this.#stream.destroyed) return;
    this.#sent += octets.length;
    this.#stream.write(octets);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Ends our side and goes on reading, for as long as the peer goes on sending. */
  finish(): void {
    this.#stream.end();
  }

  /** Ends our side. The connection is gone when the peer has ended its own, or after LINGER_MS. */
  end(): void {
    if (this.#linger !== undefined || this.#stream.destroyed) return;
    this.#linger = setTimeout(() => this.#stream.destroy(), LINGER_MS);
    this.#stream.end();
    this.#stream.resume();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
