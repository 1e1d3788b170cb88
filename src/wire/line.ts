/**
 * Lines of a control connection: RFC 959 §5.3 (CRLF), bare LF as real peers send it, Telnet removed, length bounded.
 *
 * Octets are only queued by `push`; a line is parsed out by `next`. So what is pipelined behind AUTH stays countable
 * (`buffered`) and can be handed on untouched (`drain`) instead of having been read as commands already.
 *
 * One scar has its rule here: Python's ftplib sends all of `ABOR CR LF` as urgent data, the kernel takes out the urgent
 * octet, and that is the LF. A line that reads `ABOR` is therefore complete at its CR; a LF behind it is dropped. Its
 * `raw` never holds the LF, so that it does not depend on how the octets were cut into chunks.
 */
import { TelnetFilter } from './telnet.js';

const LF = 0x0a;
const CR = 0x0d;
const FIRST_CAPACITY = 128;
const KEPT_CAPACITY = 4096;
const COMPACT_AT = 64;

export interface Line {
  /** Latin1, one character per octet; Telnet removed, without its CRLF or LF. */
  readonly text: string;
  /** As received, with end of line and Telnet sequences, for the DIGT transcript. */
  readonly raw: Uint8Array;
}

/** `too-long` is given once for a line; the rest of that line is discarded in bounded memory. */
export type LineEvent = { readonly kind: 'line'; readonly line: Line } | { readonly kind: 'too-long' };

/** A growing run of octets; amortised constant time per octet, so a line that drips in costs what it weighs. */
class Octets {
  #octets = new Uint8Array(FIRST_CAPACITY);
  length = 0;

  push(octet: number): void {
    if (this.length === this.#octets.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.#octets);
      this.#octets = larger;
    }
    this.#octets[this.length++] = octet;
  }

  last(): number | undefined {
    return this.length === 0 ? undefined : this.#octets[this.length - 1];
  }

  bytes(): Uint8Array {
    return this.#octets.slice(0, this.length);
  }

  latin1(length: number): string {
    return Buffer.from(this.#octets.buffer, 0, length).toString('latin1');
  }

  /** One long line must not pin its memory for the rest of the session. */
  clear(): void {
    this.length = 0;
    if (this.#octets.length > KEPT_CAPACITY) this.#octets = new Uint8Array(FIRST_CAPACITY);
  }
}

/** Cuts a stream of octets into lines. */
export class LineReader {
  readonly #max: number;
  readonly #telnet = new TelnetFilter();
  readonly #raw = new Octets();
  readonly #text = new Octets();
  #chunks: Uint8Array[] = [];
  #head = 0;
  #offset = 0;
  #queued = 0;
  #discarding = false;
  #dropLf = false;

  /** @param maxOctets - the longest line accepted, as received: end of line and Telnet sequences count */
  constructor(maxOctets: number) {
    this.#max = maxOctets;
  }

  /** Takes octets over, uncopied: the caller must not write into the chunk afterwards. Bounding them is the caller's work. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#queued += chunk.length;
  }

  /** The next line, or undefined if none is complete. */
  next(): LineEvent | undefined {
    for (let chunk = this.#front(); chunk !== undefined; chunk = this.#front()) {
      const before = this.#offset;
      const event = this.#scan(chunk);
      this.#queued -= this.#offset - before;
      if (event !== undefined) {
        this.#dropPendingLf();
        return event;
      }
    }
    return undefined;
  }

  /** Octets received and neither given out nor discarded, those of an unfinished line included. */
  get buffered(): number {
    return this.#raw.length + this.#queued;
  }

  /** Takes out everything not yet given out, as received; the reader is then as new. */
  drain(): Uint8Array {
    const out = new Uint8Array(this.buffered);
    out.set(this.#raw.bytes());
    let at = this.#raw.length;
    for (let chunk = this.#front(); chunk !== undefined; chunk = this.#front()) {
      const rest = chunk.subarray(this.#offset);
      out.set(rest, at);
      at += rest.length;
      this.#offset = chunk.length;
    }
    this.#queued = 0;
    this.#discarding = false;
    this.#dropLf = false;
    this.#startLine();
    return out;
  }

  /** The first chunk with something left in it. */
  #front(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined || this.#offset < chunk.length) return chunk;
    this.#head += 1;
    this.#offset = 0;
    // shift() for each chunk is quadratic when a long line drips in; dropping half of the array now and then is not.
    if (this.#head === this.#chunks.length || (this.#head >= COMPACT_AT && this.#head * 2 >= this.#chunks.length)) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
    return this.#chunks[this.#head];
  }

  #scan(chunk: Uint8Array): LineEvent | undefined {
    if (this.#discarding) {
      const end = chunk.indexOf(LF, this.#offset);
      this.#offset = end < 0 ? chunk.length : end + 1;
      this.#discarding = end < 0;
      return undefined;
    }
    while (this.#offset < chunk.length) {
      const octet = chunk[this.#offset++] ?? 0;
      const dropped = this.#dropLf && octet === LF;
      this.#dropLf = false;
      if (dropped) continue;
      this.#raw.push(octet);
      const kept = this.#telnet.accept(octet);
      if (kept === LF) return this.#finish(this.#text.last() === CR ? this.#text.length - 1 : this.#text.length);
      if (kept === CR && this.#text.length === 4 && this.#text.latin1(4).toUpperCase() === 'ABOR') {
        this.#dropLf = true;
        return this.#finish(4);
      }
      if (kept >= 0) this.#text.push(kept);
      if (this.#raw.length >= this.#max) {
        this.#startLine();
        this.#discarding = true;
        return { kind: 'too-long' };
      }
    }
    return undefined;
  }

  #finish(length: number): LineEvent {
    const line = { text: this.#text.latin1(length), raw: this.#raw.bytes() };
    this.#startLine();
    return { kind: 'line', line };
  }

  #startLine(): void {
    this.#raw.clear();
    this.#text.clear();
    this.#telnet.reset();
  }

  /** A LF that belongs to a line given out already must not count as buffered, that is as pipelined. */
  #dropPendingLf(): void {
    if (!this.#dropLf || this.#front()?.[this.#offset] !== LF) return;
    this.#offset += 1;
    this.#queued -= 1;
    this.#dropLf = false;
  }
}
