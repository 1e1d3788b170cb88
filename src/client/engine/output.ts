/**
 * What the client engine needs to know, and what it hands out. The engine (engine.ts) opens no socket, starts no timer and
 * prints nothing; a shell performs its outputs in order.
 */
import type { DsaPublicKey } from '../../crypto/dsa.js';
import type { CommandProtection, RandomSource } from '../../security/mechanism.js';
import type { Command } from '../../wire/command.js';
import type { Reply } from '../../wire/reply.js';
import type { EngineFailure } from './failure.js';

export interface EngineSetting {
  /** `required`: X-SafeTP1 or no session. `none`: plain RFC 959, because the user insists. */
  readonly protection: 'required' | 'none';
  /** The address that was dialled, or that the user said to expect in M3. IPv4 or IPv6 text. */
  readonly serverAddress: string;
  readonly random: RandomSource;
  /** How commands are protected; ENC if left out. */
  readonly commands?: 'ENC' | 'MIC';
}

export type EngineOutput =
  /** To the server, as it is. */
  | { readonly kind: 'send'; readonly octets: Uint8Array }
  /** The server's greeting, 220. */
  | { readonly kind: 'greeting'; readonly reply: Reply }
  /** The key that the server says is its own. Nothing goes on until acceptKey() or rejectKey() is called. */
  | { readonly kind: 'server-key'; readonly key: DsaPublicKey }
  /** Commands may be sent now. */
  | { readonly kind: 'ready'; readonly channel: ReadyChannel }
  /** A reply to the oldest command not yet settled: 1yz leaves it open, all others settle it. */
  | { readonly kind: 'reply'; readonly command: Command; readonly reply: Reply }
  /** The end, in every case but an orderly one. Always the last output. */
  | { readonly kind: 'failed'; readonly failure: EngineFailure }
  /** A line for whoever watches: in clear, without end of line, passwords replaced. */
  | {
      readonly kind: 'trace';
      readonly from: 'client' | 'server';
      readonly protection: Protection;
      readonly text: string;
    };

/** How a line crossed the network. */
export type Protection = 'clear' | CommandProtection;

export type ReadyChannel =
  | { readonly kind: 'clear' }
  | {
      readonly kind: 'protected';
      /** Whether the server confirmed the digest of the negotiation (DIGT), or has no DIGT. */
      readonly digest: 'verified' | 'unsupported';
    };
