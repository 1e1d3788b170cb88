/** The coder of a transfer that the server has not been asked for yet: only then is there something to seal or open with. */
import { err, type Result } from '../../lib/result.js';
import type { Coder, CoderFailure } from '../../data/coder.js';

export class LateCoder implements Coder {
  readonly #make: () => Coder | undefined;
  #made: Coder | undefined;

  /** @param make - asked until it gives one; octets that come before that are a failure, since they would go in clear */
  constructor(make: () => Coder | undefined) {
    this.#make = make;
  }

  push(chunk: Uint8Array): Result<readonly Uint8Array[], CoderFailure> {
    return this.#coder?.push(chunk) ?? err('check-failed');
  }

  finish(): Result<readonly Uint8Array[], CoderFailure> {
    return this.#coder?.finish() ?? err('truncated');
  }

  get complete(): boolean {
    return this.#made?.complete ?? false;
  }

  get octets(): number {
    return this.#made?.octets ?? 0;
  }

  /** The numbers are the client engine's matter; the session engine, whose channel is clear, counts none. */
  get sequence(): undefined {
    return undefined;
  }

  get #coder(): Coder | undefined {
    return (this.#made ??= this.#make());
  }
}
