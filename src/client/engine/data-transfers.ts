/**
 * Which protected transfers a session may still have. Data sequence numbers count over the whole session, and a receiver takes
 * a jump forward at the first block of a transfer, since one that broke off may have lost some (x-safetp1 §4). Somebody on the
 * network can use that: keep back the blocks of a transfer, let it fail, and feed them into the next one of that direction; or
 * drop the first blocks of a file. Both come to nothing where the two ends are known to agree on the next number:
 *
 * - a direction in which a transfer broke off has no protected transfer any more in this session, and
 * - in a direction in which none did, the first block received must have exactly the next number.
 */
import { err, type Result } from '../../lib/result.js';
import type { BlockOpener, BlockSealer, CheckFailure, SecurityContext } from '../../security/mechanism.js';
import { isCompletion, isPreliminary, type Reply } from '../../wire/reply.js';
import { dataDirection, type DataDirection } from '../../wire/verbs.js';
import type { Command } from '../../wire/command.js';

/** Where the protected transfers of one direction stand. */
export type TransferState =
  /** All so far were whole, or did not begin: both ends expect the same number. */
  | 'in-step'
  /** One has been asked for and not been ended. */
  | 'under-way'
  /** One did not reach its last block. Nothing in this session makes that good. */
  | 'broken-off';

/** A transfer that was asked for under S or P. */
interface Running {
  readonly command: Command;
  readonly direction: DataDirection;
  /** The server's first reply was 1yz: it may have sealed or opened blocks. */
  readonly begun: boolean;
  readonly final: Reply | undefined;
  readonly blocks: CountedOpener | CountedSealer | undefined;
}

export class DataTransfers {
  readonly #states: Record<DataDirection, TransferState> = { download: 'in-step', upload: 'in-step' };
  #running: Running | undefined;

  state(direction: DataDirection): TransferState {
    return this.#states[direction];
  }

  /** Whether the server has called a download whole that may still be on its way. */
  get isArriving(): boolean {
    const { direction, final } = this.#running ?? {};
    return direction === 'download' && final !== undefined && isCompletion(final);
  }

  /**
   * A command goes out while data is protected.
   * @throws RangeError when it asks for a transfer that this session cannot have any more, or not yet
   */
  asked(command: Command): void {
    const direction = dataDirection(command.verb);
    if (direction === undefined) return;
    const state = this.#running === undefined ? this.#states[direction] : 'under-way';
    if (state !== 'in-step') throw new RangeError(`no protected ${direction} is possible: one is ${state}`);
    this.#states[direction] = 'under-way';
    this.#running = { command, direction, begun: false, final: undefined, blocks: undefined };
  }

  replied(command: Command, reply: Reply): void {
    if (this.#running?.command !== command) return;
    this.#running = isPreliminary(reply) ? { ...this.#running, begun: true } : { ...this.#running, final: reply };
  }

  /** Opens the blocks of the download that was asked for. */
  opener(make: () => BlockOpener | undefined): BlockOpener | undefined {
    return this.#running?.direction === 'download'
      ? this.#attach(make, (inner) => new CountedOpener(inner))
      : undefined;
  }

  /** Seals the upload that was asked for. */
  sealer(make: () => BlockSealer | undefined): BlockSealer | undefined {
    return this.#running?.direction === 'upload' ? this.#attach(make, (inner) => new CountedSealer(inner)) : undefined;
  }

  /** The transfer's command is settled and its data connection is gone. Gives the context that counts on from there. */
  ended(context: SecurityContext): SecurityContext {
    if (this.#running === undefined) return context;
    const { direction, blocks } = this.#running;
    this.#states[direction] = outcome(this.#running);
    this.#running = undefined;
    if (blocks === undefined) return context;
    const { sequence } = blocks;
    return context.afterTransfer(direction === 'download' ? { opened: sequence } : { sealed: sequence });
  }

  #attach<Inner, Outer extends CountedOpener | CountedSealer>(
    make: () => Inner | undefined,
    wrap: (inner: Inner) => Outer,
  ): Outer | undefined {
    const inner = make();
    if (inner === undefined || this.#running === undefined) return undefined;
    const blocks = wrap(inner);
    this.#running = { ...this.#running, blocks };
    return blocks;
  }
}

function outcome({ direction, begun, final, blocks }: Running): TransferState {
  const untouched = blocks === undefined || blocks.isUntouched;
  // Refused, in a reply that was protected: the server has neither sealed nor opened a block.
  if (!begun && untouched && final !== undefined && !isCompletion(final)) return 'in-step';
  if (blocks?.isEnded !== true) return 'broken-off';
  // What came up to its last block is whole, whatever was said of it. Of what was sent only the server knows how much came.
  return direction === 'download' || (final !== undefined && isCompletion(final)) ? 'in-step' : 'broken-off';
}

/** What both directions have in common: whether a block has moved, and whether the last one has. */
class CountedBlocks<Inner extends { readonly sequence: number }> {
  protected readonly inner: Inner;
  readonly #first: number;
  isEnded = false;

  constructor(inner: Inner) {
    this.inner = inner;
    this.#first = inner.sequence;
  }

  get isUntouched(): boolean {
    return this.inner.sequence === this.#first;
  }

  get sequence(): number {
    return this.inner.sequence;
  }
}

/** Takes no jump at the first block either. */
class CountedOpener extends CountedBlocks<BlockOpener> implements BlockOpener {
  get minimumBlock(): number {
    return this.inner.minimumBlock;
  }

  get maximumBlock(): number {
    return this.inner.maximumBlock;
  }

  open(blocks: readonly Uint8Array[]): ReturnType<BlockOpener['open']> {
    const next = this.inner.sequence + blocks.length;
    const opened = this.inner.open(blocks);
    if (opened.ok && this.inner.sequence !== next) return err('check-failed');
    this.isEnded = opened.ok && opened.value.last;
    return opened;
  }
}

class CountedSealer extends CountedBlocks<BlockSealer> implements BlockSealer {
  get capacity(): number {
    return this.inner.capacity;
  }

  seal(pieces: readonly Uint8Array[]): Result<readonly Uint8Array[], CheckFailure> {
    return this.inner.seal(pieces);
  }

  sealLast(): Result<Uint8Array, CheckFailure> {
    const last = this.inner.sealLast();
    this.isEnded = last.ok;
    return last;
  }
}
