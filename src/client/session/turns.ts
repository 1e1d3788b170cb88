/**
 * Whose turn it is in a session, which does one thing at a time: an FTP server answers in order, and what one method sets (the
 * type, the working directory, an offset) is meant for its own next command. Methods wait for those called before. A transfer
 * of the caller's, though, lasts as long as the caller's stream or callback likes, so that waiting for it could be waiting for
 * oneself: while there is one, all else is refused.
 */
import { ClientError } from '../error.js';

interface Transfer {
  /** Once it was aborted its end no longer depends on the caller, and can be waited for. */
  readonly signal: AbortSignal | undefined;
}

export class Turns {
  /** The end of all that was asked for so far. */
  #last: Promise<unknown> = Promise.resolve();
  #transfer: Transfer | undefined;

  /** Whether a transfer of the caller's is under way, or waits for its turn. */
  get isTransferring(): boolean {
    return this.#transfer !== undefined && this.#transfer.signal?.aborted !== true;
  }

  /** Does what ends by itself, after what was asked for before. @throws ClientError at once while a transfer is under way */
  async take<T>(work: () => Promise<T>): Promise<T> {
    this.#refuseWhileTransferring();
    return this.#next(work);
  }

  /** Does what depends on the caller. @throws ClientError at once while a transfer is under way */
  async transfer<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    this.#refuseWhileTransferring();
    const transfer = { signal };
    this.#transfer = transfer;
    try {
      return await this.#next(work);
    } finally {
      if (this.#transfer === transfer) this.#transfer = undefined;
    }
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #refuseWhileTransferring(): void {
    if (!this.isTransferring) return;
    throw new ClientError('command', 'Another transfer of this session is under way.', {
      code: 'busy',
      hint: 'Wait for its end, or abort it; for two at a time open a second session before, with another().',
    });
  }
}
