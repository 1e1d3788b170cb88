/** Words that a session, the library's options and sftpc's have in common. */
import type { Reply } from '../wire/reply.js';

/** RFC 959 §5.2: of the control connection. */
export const DEFAULT_PORT = 21;

/** Who opens data connections: `passive`, this side; `active`, the server. */
export type DataMode = 'passive' | 'active';

/**
 * The data protection levels of RFC 2228 §3 that a user can ask for; its E is none that X-SafeTP1 has. `C`: clear. `S`: safe,
 * cannot be changed unnoticed. `P`: private, nor read.
 */
export type UserLevel = 'C' | 'S' | 'P';

export const isUserLevel = (text: string): text is UserLevel => /^[CSP]$/.test(text);

/** RFC 959 §3.1.1: A, text with CRLF line ends; I, octets as they are. */
export type RepresentationType = 'A' | 'I';

/** `required`: X-SafeTP1 or nothing. `preferred`: plain FTP with a server that was never known to have it. `none`: plain FTP. */
export type Protection = 'required' | 'preferred' | 'none';

/** What to do about a server that was never met before. A function shows the text, which ends in a question, to somebody. */
export type NewServers = 'refuse' | 'accept' | ((question: string) => Promise<boolean>);

/** Takes octets in order; resolves when it can take more. What it throws ends the transfer, with the code `local`. */
export type Sink = (octets: Uint8Array) => Promise<void>;

/** A transfer that came to its end. */
export interface TransferResult {
  /** Octets of file data that were moved. */
  readonly octets: number;
  /** The final reply, 2yz. */
  readonly reply: Reply;
}

/** In milliseconds. */
export interface Timeouts {
  /** For the TCP connection, control and data; 30,000 if left out. */
  readonly connect: number;
  /** Without an octet from the server while a reply is awaited; 120,000 if left out. */
  readonly reply: number;
  /** Without an octet in a transfer, while this side is ready for one; 120,000 if left out. */
  readonly stall: number;
}

export const TIMEOUTS: Timeouts = { connect: 30_000, reply: 120_000, stall: 120_000 };

/** A line of the control connection, for whoever watches. */
export interface TraceLine {
  /** Who said it. */
  readonly from: 'client' | 'server';
  /** How it crossed the network. */
  readonly protection: 'clear' | 'MIC' | 'CONF' | 'ENC';
  /** In latin1, without end of line, passwords replaced; what the server says may hold anything, also what drives a terminal. */
  readonly text: string;
}
