/**
 * What happens to octets between the two data connections: nothing, sealing (a protected download) or opening (a protected
 * upload). Pure; the pump moves the octets. RFC 2228 §6.
 */
import { err, ok, type Result } from '../lib/result.js';
import { frame, FrameReader } from '../security/framing.js';
import type { BlockOpener, BlockSealer } from '../security/mechanism.js';
import type { Flow } from '../session/io.js';

/**
 * Octets of data in one sealed block, where the agreed buffer size allows it. Larger blocks save nothing measurable (a block
 * costs 33 octets and one cipher set-up) and keep the first octet of a transfer waiting.
 */
const PIECE_OCTETS = 16_384;

export type CoderFailure = 'check-failed' | 'truncated';

export interface Coder {
  /** Octets in, octets out. After a failure the coder is of no more use. */
  push(chunk: Uint8Array): Result<readonly Uint8Array[], CoderFailure>;
  /** The source has ended: what is still to be sent, or why that was too early. */
  finish(): Result<readonly Uint8Array[], CoderFailure>;
  /** Whether the data has said that it is whole, before the connection's end. */
  readonly complete: boolean;
  /** Octets of file data so far. */
  readonly octets: number;
  /** Next sequence number, where blocks are numbered. */
  readonly sequence: number | undefined;
}

export function coderFor(flow: Flow): Coder {
  switch (flow.direction) {
    case 'download':
      return flow.sealer === undefined ? new PlainCoder() : new SealingCoder(flow.sealer);
    case 'upload':
      return flow.opener === undefined ? new PlainCoder() : new OpeningCoder(flow.opener);
  }
}

class PlainCoder implements Coder {
  octets = 0;
  readonly complete = false;
  readonly sequence = undefined;

  push(chunk: Uint8Array): Result<readonly Uint8Array[], CoderFailure> {
    this.octets += chunk.length;
    return ok([chunk]);
  }

  finish(): Result<readonly Uint8Array[], CoderFailure> {
    return ok([]);
  }
}

class SealingCoder implements Coder {
  readonly #sealer: BlockSealer;
  octets = 0;
  readonly complete = false;

  constructor(sealer: BlockSealer) {
    this.#sealer = sealer;
  }

  get sequence(): number {
    return this.#sealer.sequence;
  }

  push(chunk: Uint8Array): Result<readonly Uint8Array[], CoderFailure> {
    const size = Math.min(this.#sealer.capacity, PIECE_OCTETS);
    const pieces: Uint8Array[] = [];
    for (let start = 0; start < chunk.length; start += size) pieces.push(chunk.subarray(start, start + size));
    const sealed = this.#sealer.seal(pieces);
    if (!sealed.ok) return sealed;
    this.octets += chunk.length;
    return ok(sealed.value.map(frame));
  }

  finish(): Result<readonly Uint8Array[], CoderFailure> {
    const last = this.#sealer.sealLast();
    return last.ok ? ok([frame(last.value)]) : last;
  }
}

class OpeningCoder implements Coder {
  readonly #opener: BlockOpener;
  readonly #frames: FrameReader;
  octets = 0;
  complete = false;

  constructor(opener: BlockOpener) {
    this.#opener = opener;
    this.#frames = new FrameReader(opener);
  }

  get sequence(): number {
    return this.#opener.sequence;
  }

  push(chunk: Uint8Array): Result<readonly Uint8Array[], CoderFailure> {
    const blocks = this.#frames.push(chunk);
    if (!blocks.ok) return err('check-failed');
    if (blocks.value.length === 0) return ok([]);
    const opened = this.#opener.open(blocks.value);
    if (!opened.ok) return opened;
    // Nothing may follow the last block.
    if (opened.value.last && !this.#frames.atBoundary) return err('check-failed');
    this.complete = opened.value.last;
    const data = opened.value.data.filter((piece) => piece.length > 0);
    for (const piece of data) this.octets += piece.length;
    return ok(data);
  }

  finish(): Result<readonly Uint8Array[], CoderFailure> {
    return this.complete ? ok([]) : err('truncated');
  }
}
