/**
 * What a security mechanism is to this program: RFC 2228 names AUTH, ADAT, the three command protections and the four
 * data protection levels; a mechanism fills them in. Mechanisms are values with this one interface, so that the session
 * engine knows none of them by name.
 */
import type { Result } from '../lib/result.js';

/** How a command arrived, and so how its reply leaves: MIC ↔ 631, CONF ↔ 633, ENC ↔ 632 (RFC 2228 §3, §5.2). */
export type CommandProtection = 'MIC' | 'CONF' | 'ENC';

/** Data protection level (RFC 2228 §3, PROT): Clear, Safe, Confidential, Private. */
export type ProtectionLevel = 'C' | 'S' | 'E' | 'P';

/** The levels at which data blocks are encoded. */
export type BlockLevel = 'S' | 'P';

/** One mechanism, gateway side, ready to serve: its keys are loaded. */
export interface Mechanism {
  /** As in AUTH, in FEAT and in the list of a 504. Compared without regard to case (draft-bonachea-sftp §3). */
  readonly name: string;
  /** Answers `AUTH <name>`. */
  begin(setting: ExchangeSetting): AuthOutcome;
}

export interface ExchangeSetting {
  /** The address on which the client reached the gateway, or the configured external address. IPv4 or IPv6 text. */
  readonly serverAddress: string;
}

export type AuthOutcome =
  /** 334 with security data; ADAT follows. */
  | { readonly kind: 'exchange'; readonly exchange: Exchange; readonly token: Uint8Array }
  /** Not the gateway's to answer: another ftpd takes the session over, from this AUTH on. */
  | { readonly kind: 'handoff' }
  | { readonly kind: 'refused'; readonly code: 431 | 504 | 534; readonly text: string };

/** A security data exchange under way. Immutable: each step gives the next one. */
export interface Exchange {
  /** Takes the data of one ADAT. Never throws for what a peer can send. */
  step(token: Uint8Array): ExchangeOutcome;
}

export type ExchangeOutcome =
  /** 335 with security data; another ADAT follows. */
  | { readonly kind: 'continue'; readonly exchange: Exchange; readonly token: Uint8Array }
  /** 235. */
  | { readonly kind: 'established'; readonly context: SecurityContext }
  /** 535. Why is for the debug log only; the peer learns nothing but that it failed. */
  | { readonly kind: 'failed'; readonly why: string };

/** Why a protected message was refused. One face: a peer must not learn which check failed. */
export type CheckFailure = 'check-failed';

/**
 * An established security association, seen from one of its two ends. Immutable on the control connection: protect and
 * unprotect give the context that follows, so that the session engine stays a pure function.
 */
export interface SecurityContext {
  readonly mechanism: string;
  /** Whether commands may arrive, and replies leave, at this protection. What is not supported is answered 537. */
  supportsCommand(protection: CommandProtection): boolean;
  /** Whether PROT may ask for this level. What is not supported is answered 536. */
  supportsLevel(level: ProtectionLevel): boolean;
  /** The smallest PBSZ this mechanism can work with, in octets of encoded block. */
  readonly minimumBufferSize: number;
  /** The largest PBSZ this mechanism accepts, in octets of encoded block. */
  readonly maximumBufferSize: number;
  /** Protects one command or one reply fragment. Fails only when the sequence numbers are used up. */
  protect(
    protection: CommandProtection,
    text: Uint8Array,
  ): Result<{ readonly message: Uint8Array; readonly context: SecurityContext }, CheckFailure>;
  /** Checks and opens one command or one reply fragment. After a failure the context is of no more use. */
  unprotect(
    protection: CommandProtection,
    message: Uint8Array,
  ): Result<{ readonly text: Uint8Array; readonly context: SecurityContext }, CheckFailure>;
  /** What the next transfer in this end's sending direction uses. `bufferSize` is the agreed PBSZ. */
  sealer(level: BlockLevel, bufferSize: number): BlockSealer;
  /** What the next transfer in this end's receiving direction uses. */
  opener(level: BlockLevel, bufferSize: number): BlockOpener;
  /** The context after a transfer: data sequence numbers count over the whole session and never run back. */
  afterTransfer(sequence: { readonly sealed?: number; readonly opened?: number }): SecurityContext;
  /** Overwrites the keys. */
  wipe(): void;
}

/**
 * Seals one transfer's data into encoded blocks. Free of sockets, and in batches, so that it can move to other cores.
 * The four octets of length that precede each block on the wire (RFC 2228 §6) are not its business but security/framing's.
 */
export interface BlockSealer {
  /** The most octets of data that one encoded block holds without exceeding the agreed buffer size. */
  readonly capacity: number;
  /** The next block's sequence number. */
  readonly sequence: number;
  /** Encodes a batch of blocks. Each piece is 1 to `capacity` octets. Fails only when the sequence numbers are used up. */
  seal(pieces: readonly Uint8Array[]): Result<readonly Uint8Array[], CheckFailure>;
  /** Encodes the last block, which holds no data and says that the transfer is whole. */
  sealLast(): Result<Uint8Array, CheckFailure>;
}

/** Opens one transfer's encoded blocks. */
export interface BlockOpener {
  /** The next sequence number expected. */
  readonly sequence: number;
  /** The shortest encoded block there can be, in octets: a shorter one is refused before it is read. */
  readonly minimumBlock: number;
  /** The longest, in octets: the agreed buffer size. */
  readonly maximumBlock: number;
  /**
   * Checks and decodes a batch, in order. `last` says that the final block was the transfer's last one; a block behind it
   * is a failure. After a failure the opener refuses everything.
   */
  open(
    blocks: readonly Uint8Array[],
  ): Result<{ readonly data: readonly Uint8Array[]; readonly last: boolean }, CheckFailure>;
}

/** A port: where a mechanism gets its random octets. Tests give known ones. */
export type RandomSource = (octets: number) => Uint8Array;
