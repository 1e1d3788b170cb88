/**
 * An established X-SafeTP1 association, from either end.
 */
import { err, ok, type Result } from '../../lib/result.js';
import type {
  BlockLevel,
  BlockOpener,
  BlockSealer,
  CheckFailure,
  CommandProtection,
  ProtectionLevel,
  RandomSource,
  SecurityContext,
} from '../mechanism.js';
import {
  openControl,
  openControlStream,
  sealControl,
  type ControlLevel,
  type ControlStream,
} from './control-stream.js';
import { SafeTp1Opener, SafeTp1Sealer } from './data-codec.js';
import type { SessionKeys } from './key-schedule.js';
import {
  FIRST_SEQUENCE,
  MAXIMUM_BUFFER,
  MECHANISM_NAME,
  MINIMUM_BUFFER,
  nextControlIv,
  type Direction,
} from './profile.js';

/** What a context starts from. */
export interface Establishment {
  /** Which end this is. */
  readonly role: Direction;
  readonly keys: SessionKeys;
  /** Where the IVs of private data blocks come from. */
  readonly random: RandomSource;
  /** M4, with which the client's CBC stream begins. */
  readonly m4: Uint8Array;
}

/** The association right after M4. */
export function establish({ role, keys, random, m4 }: Establishment): SecurityContext {
  const streams = {
    client: openControlStream(keys.client, nextControlIv(m4)),
    server: openControlStream(keys.server, keys.server.controlIv),
  };
  const peer = role === 'client' ? 'server' : 'client';
  const state = { sending: streams[role], receiving: streams[peer], sealed: FIRST_SEQUENCE, opened: FIRST_SEQUENCE };
  return new SafeTp1Context(random, state);
}

/** Everything that changes in the course of a session. */
interface ContextState {
  readonly sending: ControlStream;
  readonly receiving: ControlStream;
  /** The next data sequence-# in each direction, seen from this end. */
  readonly sealed: number;
  readonly opened: number;
}

/** MIC and ENC are what there is (x-safetp1 §3). */
const CONTROL_LEVELS: Readonly<Record<CommandProtection, ControlLevel | undefined>> = {
  MIC: 'safe',
  ENC: 'private',
  CONF: undefined,
};

class SafeTp1Context implements SecurityContext {
  readonly mechanism = MECHANISM_NAME;
  readonly minimumBufferSize = MINIMUM_BUFFER;
  readonly maximumBufferSize = MAXIMUM_BUFFER;
  readonly #random: RandomSource;
  readonly #state: ContextState;

  constructor(random: RandomSource, state: ContextState) {
    this.#random = random;
    this.#state = state;
  }

  supportsCommand(protection: CommandProtection): boolean {
    return CONTROL_LEVELS[protection] !== undefined;
  }

  supportsLevel(level: ProtectionLevel): boolean {
    return level !== 'E';
  }

  protect(
    protection: CommandProtection,
    text: Uint8Array,
  ): Result<{ readonly message: Uint8Array; readonly context: SecurityContext }, CheckFailure> {
    const level = CONTROL_LEVELS[protection];
    if (level === undefined) return err('check-failed');
    const sealed = sealControl(this.#state.sending, level, text);
    if (!sealed.ok) return sealed;
    return ok({ message: sealed.value.message, context: this.#with({ sending: sealed.value.stream }) });
  }

  unprotect(
    protection: CommandProtection,
    message: Uint8Array,
  ): Result<{ readonly text: Uint8Array; readonly context: SecurityContext }, CheckFailure> {
    const level = CONTROL_LEVELS[protection];
    if (level === undefined) return err('check-failed');
    const opened = openControl(this.#state.receiving, level, message);
    if (!opened.ok) return opened;
    return ok({ text: opened.value.text, context: this.#with({ receiving: opened.value.stream }) });
  }

  sealer(level: BlockLevel, bufferSize: number): BlockSealer {
    const { sending, sealed } = this.#state;
    return new SafeTp1Sealer(
      { keys: sending.keys, level, bufferSize: agreed(bufferSize), sequence: sealed },
      this.#random,
    );
  }

  opener(level: BlockLevel, bufferSize: number): BlockOpener {
    const { receiving, opened } = this.#state;
    return new SafeTp1Opener({ keys: receiving.keys, level, bufferSize: agreed(bufferSize), sequence: opened });
  }

  afterTransfer(sequence: { readonly sealed?: number; readonly opened?: number }): SecurityContext {
    const { sealed, opened } = this.#state;
    return this.#with({
      sealed: Math.max(sealed, sequence.sealed ?? sealed),
      opened: Math.max(opened, sequence.opened ?? opened),
    });
  }

  wipe(): void {
    this.#state.sending.keys.wipe();
    this.#state.receiving.keys.wipe();
  }

  #with(change: Partial<ContextState>): SecurityContext {
    return new SafeTp1Context(this.#random, { ...this.#state, ...change });
  }
}

/** PBSZ is bounded by the session engine before it comes here; a size outside the bounds is a bug. */
function agreed(bufferSize: number): number {
  if (bufferSize < MINIMUM_BUFFER || bufferSize > MAXIMUM_BUFFER) throw new RangeError('a buffer size out of bounds');
  return bufferSize;
}
