/** Replies: RFC 959 §4.2; 6yz replies of RFC 2228 §4. Reading copes with every shape that real ftpds send. */
import { MAX_REPLY, MAX_REPLY_LINE, REPLY_CODE_LENGTH } from './limits.js';
import { LineReader } from './line.js';
import { lineOctets } from './telnet.js';

/** One reply, of one or more lines. */
export interface Reply {
  /** 100..699. */
  readonly code: number;
  /** Verbatim latin1 without end of line, each as sent, including the code where the line had one. Never empty. */
  readonly lines: readonly string[];
}

export type ReplyEvent =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'malformed'; readonly why: 'line-too-long' | 'reply-too-long' | 'no-code' };

/** A reply that has begun and not ended. `lines` undefined: it was reported as malformed, the rest of it is skipped. */
type Open = { readonly code: string; lines: string[] | undefined; octets: number };

const BEGIN = /^([1-6][0-9]{2})(-|$| )/;
const END_OF_LINE_OCTETS = 2;

/** Joins lines into replies; for lines already decoded, such as those of protected replies. At most MAX_REPLY is held. */
export class ReplyAssembler {
  #open: Open | undefined;

  /** Takes the next line, without its end of line. */
  accept(line: string): ReplyEvent | undefined {
    if (this.#open !== undefined) return this.#continue(this.#open, line);
    const match = BEGIN.exec(line);
    const code = match?.[1];
    if (code === undefined) return { kind: 'malformed', why: 'no-code' };
    if (match?.[2] !== '-') return { kind: 'reply', reply: { code: Number(code), lines: [line] } };
    this.#open = { code, lines: [line], octets: line.length + END_OF_LINE_OCTETS };
    return undefined;
  }

  /** Reports a line that the line reader refused; the reply it belongs to, if one is open, is skipped to its end. */
  refuseLine(): ReplyEvent | undefined {
    if (this.#open === undefined) return { kind: 'malformed', why: 'line-too-long' };
    return this.#spoil(this.#open, 'line-too-long');
  }

  #continue(open: Open, line: string): ReplyEvent | undefined {
    open.octets += line.length + END_OF_LINE_OCTETS;
    const ended = line.startsWith(open.code) && (line.length === REPLY_CODE_LENGTH || line[REPLY_CODE_LENGTH] === ' ');
    if (ended) this.#open = undefined;
    if (open.octets > MAX_REPLY) return this.#spoil(open, 'reply-too-long');
    open.lines?.push(line);
    if (!ended || open.lines === undefined) return undefined;
    return { kind: 'reply', reply: { code: Number(open.code), lines: open.lines } };
  }

  /** Malformed is said once for a reply, however much of it follows. */
  #spoil(open: Open, why: 'line-too-long' | 'reply-too-long'): ReplyEvent | undefined {
    if (open.lines === undefined) return undefined;
    open.lines = undefined;
    return { kind: 'malformed', why };
  }
}

/** Reads replies from the octets of a control connection. */
export class ReplyReader {
  readonly #lines = new LineReader(MAX_REPLY_LINE);
  readonly #assembler = new ReplyAssembler();

  /** Takes octets over, uncopied, as LineReader.push does. */
  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  /** The next complete or malformed reply, or undefined if neither has come. */
  next(): ReplyEvent | undefined {
    for (let event = this.#lines.next(); event !== undefined; event = this.#lines.next()) {
      const out = event.kind === 'line' ? this.#assembler.accept(event.line.text) : this.#assembler.refuseLine();
      if (out !== undefined) return out;
    }
    return undefined;
  }

  /** Octets received that are not part of a complete line given to the assembler. */
  get buffered(): number {
    return this.#lines.buffered;
  }
}

/**
 * Makes a reply. Several texts give `ddd-first`, then the middle ones indented by one space so that none can look like the
 * end (RFC 959 §4.2; the form of RFC 2389 §3.2 as well), then `ddd last`. CR, LF and NUL become spaces: a text may quote
 * a peer.
 *
 * @param code - 100..699
 * @param text - latin1
 */
export function reply(code: number, text: string | readonly string[]): Reply {
  const texts = (typeof text === 'string' ? [text] : text).map((line) => line.replace(/[\r\n\0]/g, ' '));
  const last = texts.length - 1;
  const lines = texts.map((line, index) => {
    if (index === last) return `${code} ${line}`;
    return index === 0 ? `${code}-${line}` : ` ${line}`;
  });
  return { code, lines: lines.length === 0 ? [`${code} `] : lines };
}

/** The octets of a reply ready to send: Telnet-escaped, CRLF after each line. A line feed within a line becomes a space. */
export function replyOctets(reply: Reply): Uint8Array {
  return lineOctets(reply.lines.map((line) => line.replaceAll('\n', ' ')));
}

/** The text of the last line, without its code. */
export function replyText(reply: Reply): string {
  return (reply.lines.at(-1) ?? '').replace(/^[1-6][0-9]{2}(?:[ -]|$)/, '');
}

const inClass = (reply: Reply, first: number, last: number): boolean =>
  reply.code >= first * 100 && reply.code < (last + 1) * 100;

/** 1yz: the command stays open, another reply follows. */
export const isPreliminary = (reply: Reply): boolean => inClass(reply, 1, 1);
/** 2yz. */
export const isCompletion = (reply: Reply): boolean => inClass(reply, 2, 2);
/** 3yz: the server waits for a further command. */
export const isIntermediate = (reply: Reply): boolean => inClass(reply, 3, 3);
/** 2yz to 5yz: closes the command. */
export const isFinal = (reply: Reply): boolean => inClass(reply, 2, 5);
/** 4yz and 5yz. */
export const isFailure = (reply: Reply): boolean => inClass(reply, 4, 5);
