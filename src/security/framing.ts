/**
 * RFC 2228 §6: on the data connection each encoded block is preceded by its length, four octets, most significant first.
 */

import { err, ok, type Result } from '../lib/result.js';

/** Octets of the length. */
export const LENGTH_OCTETS = 4;

/** An encoded block with its length before it. */
export function frame(block: Uint8Array): Uint8Array {
  const framed = new Uint8Array(LENGTH_OCTETS + block.length);
  new DataView(framed.buffer).setUint32(0, block.length);
  framed.set(block, LENGTH_OCTETS);
  return framed;
}

/** The lengths that a block may have, in octets, both inclusive. A BlockOpener has them. */
export interface BlockLimits {
  readonly minimumBlock: number;
  readonly maximumBlock: number;
}

/** Why a stream of blocks was refused. */
export type FrameFailure = 'block-too-short' | 'block-too-long';

/**
 * Takes a data connection's octets apart into blocks. Holds at most one block; a length outside the limits is refused
 * as soon as its four octets are there. Every octet is copied once, so a read buffer may be used again at once.
 */
export class FrameReader {
  readonly #limits: BlockLimits;
  readonly #header = new Uint8Array(LENGTH_OCTETS);
  /** Octets of the header that have come. */
  #headed = 0;
  /** The block under way, once its length is known, and how much of it has come. */
  #body: Uint8Array | undefined;
  #filled = 0;
  #failure: FrameFailure | undefined;

  constructor({ minimumBlock, maximumBlock }: BlockLimits) {
    this.#limits = { minimumBlock, maximumBlock };
  }

  /** Whether the stream may end here: no length and no block is incomplete. */
  get atBoundary(): boolean {
    return this.#failure === undefined && this.#headed === 0;
  }

  /** Takes what has come; gives the blocks that it completes. After a failure it only repeats that failure. */
  push(chunk: Uint8Array): Result<readonly Uint8Array[], FrameFailure> {
    const blocks: Uint8Array[] = [];
    let offset = 0;
    while (this.#failure === undefined && offset < chunk.length) {
      offset += this.#body === undefined ? this.#takeLength(chunk, offset) : this.#takeBody(this.#body, chunk, offset);
      if (this.#body !== undefined && this.#filled === this.#body.length) {
        blocks.push(this.#body);
        this.#body = undefined;
        this.#headed = 0;
      }
    }
    return this.#failure === undefined ? ok(blocks) : err(this.#failure);
  }

  #takeLength(chunk: Uint8Array, offset: number): number {
    const taken = Math.min(LENGTH_OCTETS - this.#headed, chunk.length - offset);
    this.#header.set(chunk.subarray(offset, offset + taken), this.#headed);
    this.#headed += taken;
    if (this.#headed === LENGTH_OCTETS) {
      const length = new DataView(this.#header.buffer).getUint32(0);
      if (length > this.#limits.maximumBlock) this.#failure = 'block-too-long';
      else if (length < this.#limits.minimumBlock) this.#failure = 'block-too-short';
      else this.#body = new Uint8Array(length);
      this.#filled = 0;
    }
    return taken;
  }

  #takeBody(body: Uint8Array, chunk: Uint8Array, offset: number): number {
    const taken = Math.min(body.length - this.#filled, chunk.length - offset);
    body.set(chunk.subarray(offset, offset + taken), this.#filled);
    this.#filled += taken;
    return taken;
  }
}
