/**
 * One transfer's blocks in one direction: sequence numbers, flags and the last block, around data-blocks.
 */
import { err, ok, type Result } from '../../lib/result.js';
import type { BlockLevel, BlockOpener, BlockSealer, CheckFailure, RandomSource } from '../mechanism.js';
import type { PlainMessage } from './authenticated-message.js';
import { blockCapacity, decodeBlocks, encodeBlocks, shortestBlock } from './data-blocks.js';
import type { DirectionKeys } from './key-schedule.js';
import { acceptableSequence, DATA_IV_OCTETS, FLAGS_DATA, FLAGS_LAST, LAST_SEQUENCE } from './profile.js';

/** What a transfer in one direction starts from. */
export interface TransferSetting {
  readonly keys: DirectionKeys;
  readonly level: BlockLevel;
  /** The agreed PBSZ, in octets of encoded block. */
  readonly bufferSize: number;
  /** The next sequence-# of this direction. */
  readonly sequence: number;
}

/** Seals one transfer. Seals nothing behind its last block. */
export class SafeTp1Sealer implements BlockSealer {
  readonly capacity: number;
  readonly #setting: TransferSetting;
  readonly #random: RandomSource;
  #sequence: number;
  #ended = false;

  constructor(setting: TransferSetting, random: RandomSource) {
    this.#setting = setting;
    this.#random = random;
    this.#sequence = setting.sequence;
    this.capacity = blockCapacity(setting.level, setting.bufferSize);
  }

  get sequence(): number {
    return this.#sequence;
  }

  seal(pieces: readonly Uint8Array[]): Result<readonly Uint8Array[], CheckFailure> {
    if (pieces.some((piece) => piece.length > this.capacity)) throw new RangeError('a piece beyond the capacity');
    return this.#encode(pieces, FLAGS_DATA);
  }

  sealLast(): Result<Uint8Array, CheckFailure> {
    const sealed = this.#encode([new Uint8Array()], FLAGS_LAST);
    if (!sealed.ok) return sealed;
    this.#ended = true;
    const [block] = sealed.value;
    return block === undefined ? err('check-failed') : ok(block);
  }

  #encode(pieces: readonly Uint8Array[], flags: number): Result<readonly Uint8Array[], CheckFailure> {
    const { keys, level } = this.#setting;
    const first = this.#sequence;
    if (this.#ended || keys.wiped || first + pieces.length - 1 > LAST_SEQUENCE) return err('check-failed');
    const messages = pieces.map((body, index) => ({ body, flags, sequence: first + index }));
    const ivs = level === 'P' ? this.#random(DATA_IV_OCTETS * pieces.length) : new Uint8Array();
    this.#sequence = first + pieces.length;
    return ok(encodeBlocks(keys, level, messages, ivs));
  }
}

/** Opens one transfer. */
export class SafeTp1Opener implements BlockOpener {
  readonly minimumBlock: number;
  readonly maximumBlock: number;
  readonly #setting: TransferSetting;
  #sequence: number;
  #phase: 'first' | 'running' | 'ended' | 'failed' = 'first';

  constructor(setting: TransferSetting) {
    this.#setting = setting;
    this.#sequence = setting.sequence;
    this.minimumBlock = shortestBlock(setting.level);
    this.maximumBlock = setting.bufferSize;
  }

  get sequence(): number {
    return this.#sequence;
  }

  open(
    blocks: readonly Uint8Array[],
  ): Result<{ readonly data: readonly Uint8Array[]; readonly last: boolean }, CheckFailure> {
    const { keys, level } = this.#setting;
    if (this.#phase === 'failed' || keys.wiped || !blocks.every((block) => this.#fits(block))) return this.#fail();
    const data: Uint8Array[] = [];
    for (const message of decodeBlocks(keys, level, blocks)) {
      if (message === undefined || !this.#accept(message)) return this.#fail();
      if (message.body.length > 0) data.push(message.body);
    }
    return ok({ data, last: this.#phase === 'ended' });
  }

  #fits(block: Uint8Array): boolean {
    return block.length >= this.minimumBlock && block.length <= this.maximumBlock;
  }

  #accept({ body, flags, sequence }: PlainMessage): boolean {
    if (this.#phase !== 'first' && this.#phase !== 'running') return false;
    if (!acceptableSequence(sequence, this.#sequence, this.#phase === 'first')) return false;
    if (flags !== FLAGS_DATA && !(flags === FLAGS_LAST && body.length === 0)) return false;
    this.#sequence = sequence + 1;
    this.#phase = flags === FLAGS_LAST ? 'ended' : 'running';
    return true;
  }

  #fail(): Result<never, CheckFailure> {
    this.#phase = 'failed';
    return err('check-failed');
  }
}
