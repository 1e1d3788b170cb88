/**
 * The octets of a security exchange as `DIGT` reports them (draft-bonachea-sftp): SHA-1 over all of them, both ways and
 * in order.
 */
import { RunningSha1 } from '../crypto/sha1.js';

/** A growing transcript, of which only the running digest is kept. Immutable. */
export class Transcript {
  readonly #hash: RunningSha1;

  private constructor(hash: RunningSha1) {
    this.#hash = hash;
  }

  /** Of no octets. */
  static readonly empty = new Transcript(RunningSha1.empty);

  append(bytes: Uint8Array): Transcript {
    return new Transcript(this.#hash.append(bytes));
  }

  /** 20 octets. */
  digest(): Uint8Array {
    return this.#hash.digest();
  }
}
