/** Commands that wait for their replies, oldest first: the server answers in the order in which it was asked. */
import { isPreliminary, type Reply } from '../../wire/reply.js';
import { deferred, type Deferred } from './deferred.js';

/** A command that has been sent. */
export interface Pending {
  /** The first reply: 1yz, or the final one where the server sends no 1yz. */
  readonly first: Promise<Reply>;
  /** The reply that settles the command. */
  readonly final: Promise<Reply>;
}

/** Told of every reply to a command, 1yz and final, as it comes: a server may say 1yz more than once. */
export type OnReply = (reply: Reply) => void;

interface Waiting {
  readonly onReply: OnReply | undefined;
  readonly first: Deferred<Reply>;
  readonly final: Deferred<Reply>;
}

export class PendingCommands {
  #waiting: readonly Waiting[] = [];

  get count(): number {
    return this.#waiting.length;
  }

  /** One more command is about to be sent. */
  add(onReply?: OnReply): Pending {
    const waiting = { onReply, first: deferred<Reply>(), final: deferred<Reply>() };
    this.#waiting = [...this.#waiting, waiting];
    return { first: waiting.first.promise, final: waiting.final.promise };
  }

  /** A reply to the oldest one: 1yz leaves it waiting, all others settle it. */
  reply(reply: Reply): void {
    const [waiting, ...later] = this.#waiting;
    waiting?.first.resolve(reply);
    if (!isPreliminary(reply)) {
      this.#waiting = later;
      waiting?.final.resolve(reply);
    }
    waiting?.onReply?.(reply);
  }

  /** No reply will come any more. */
  rejectAll(error: Error): void {
    for (const { first, final } of this.#waiting) {
      first.reject(error);
      final.reject(error);
    }
    this.#waiting = [];
  }
}
