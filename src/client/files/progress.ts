/** One item on its way: tells an observer of its beginning, how far it is, and its one end. */
import { ClientError } from '../error.js';
import type { TransferItem, TransferObserver } from './transfer-events.js';

/** The least time between two reports of one item, in milliseconds. */
const INTERVAL = 100;

export interface Progress {
  /** From here on octets move. @param offset - octets that were there already */
  readonly begin: (offset: number) => void;
  /** So many octets more have moved. */
  readonly moved: (octets: number) => void;
}

/** How an item ended well: whole, or because nothing had to be done. */
export interface Moved {
  readonly kind: 'moved' | 'same';
  /** Octets that crossed the network. */
  readonly octets: number;
}

/**
 * Does the work of one item.
 * @param work - gives the octets it has moved, or that nothing had to be done
 * @throws ClientError of the work, which the observer has been told of
 */
export async function watched(
  item: TransferItem,
  observe: TransferObserver,
  work: (progress: Progress) => Promise<number | 'same'>,
): Promise<Moved> {
  const began = performance.now();
  let told = began;
  let total = 0;
  const progress: Progress = {
    begin: (offset) => {
      total = offset;
      observe({ kind: 'begin', item, offset });
    },
    moved: (octets) => {
      total += octets;
      const now = performance.now();
      if (now - told < INTERVAL) return;
      told = now;
      observe({ kind: 'progress', item, octets: total });
    },
  };
  try {
    const octets = await work(progress);
    if (octets === 'same') {
      observe({ kind: 'same', item });
      return { kind: 'same', octets: 0 };
    }
    const seconds = (performance.now() - began) / 1000;
    observe({ kind: 'end', item, octets, seconds });
    return { kind: 'moved', octets };
  } catch (error) {
    if (error instanceof ClientError) observe({ kind: 'failed', item, error });
    throw error;
  }
}
