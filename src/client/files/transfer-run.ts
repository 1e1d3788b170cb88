/** What the transfers of one command share. */
import type { RepresentationType } from '../terms.js';
import type { TransferObserver } from './transfer-events.js';

export interface TransferRun {
  readonly type: RepresentationType;
  readonly observe: TransferObserver;
  /** Told, in a sentence, what somebody should know though nothing failed. */
  readonly notice: (text: string) => void;
  /** Aborts them. */
  readonly signal: AbortSignal;
  /** For the next item. */
  readonly nextId: () => number;
}

export function transferRun(shared: Omit<TransferRun, 'nextId'>): TransferRun {
  let id = 0;
  return { ...shared, nextId: () => (id += 1) };
}
