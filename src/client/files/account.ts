/** A command for several files: what fails is reported and the rest goes on; in the end it is said what came of all. */
import { ClientError } from '../error.js';
import type { Moved } from './progress.js';
import type { TransferItem } from './transfer-events.js';
import type { TransferRun } from './transfer-run.js';

export interface SeveralRun extends TransferRun {
  /** Told what has failed; the rest goes on. */
  readonly report: (error: ClientError) => void;
  /** Has `signal` end all of them, as where one shows that somebody is on the network. */
  readonly stop: () => void;
}

export interface Tally {
  /** Files that were moved. */
  moved: number;
  /** That crossed the network. */
  octets: number;
  /** Files that were left alone, since they were just so. */
  same: number;
  /** Links, devices and the like, of which nothing is copied. */
  passedOver: number;
  madeDirectories: number;
  deleted: number;
  /** Files and directories. */
  failed: number;
}

export class Account {
  readonly run: SeveralRun;
  readonly tally: Tally = {
    moved: 0,
    octets: 0,
    same: 0,
    passedOver: 0,
    madeDirectories: 0,
    deleted: 0,
    failed: 0,
  };

  /** When the first file was begun, or all of it; questions before that are no part of the work. */
  #began = performance.now();
  #phase: 'before the first' | 'moving' = 'before the first';

  constructor(run: SeveralRun) {
    this.run = run;
  }

  /** How long it has taken so far. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** Whether nothing has come of it: nothing moved, made or deleted, and nothing found to be as it should. */
  get isFruitless(): boolean {
    const { moved, same, madeDirectories, deleted } = this.tally;
    return moved + same + madeDirectories + deleted === 0;
  }

  /** Moves a file. @throws ClientError only where the work as a whole cannot go on */
  async move(path: string, work: () => Promise<Moved>): Promise<void> {
    if (this.#phase === 'before the first') this.#began = performance.now();
    this.#phase = 'moving';
    const moved = await this.#attempt(path, work, undefined);
    if (moved === undefined) return;
    this.tally[moved.kind] += 1;
    this.tally.octets += moved.octets;
  }

  /**
   * Does something else with an item. Undefined where it failed.
   * @throws ClientError only where the work as a whole cannot go on
   */
  async attempt<T>(path: string, item: () => TransferItem, work: () => Promise<T>): Promise<T | undefined> {
    return this.#attempt(path, work, item);
  }

  /** @param item - where the observer has not been told yet */
  async #attempt<T>(
    path: string,
    work: () => Promise<T>,
    item: (() => TransferItem) | undefined,
  ): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const isFatal = !(error instanceof ClientError) || error.kind === 'security' || this.run.signal.aborted;
      if (isFatal) throw error;
      this.tally.failed += 1;
      if (item !== undefined) this.run.observe({ kind: 'failed', item: item(), error });
      this.run.report(naming(path, error));
      return undefined;
    }
  }
}

/** The same error, with the path in its message. */
function naming(path: string, error: ClientError): ClientError {
  if (error.message.includes(path)) return error;
  const { kind, code, hint, reply, failure } = error;
  return new ClientError(kind, `${path}: ${error.message}`, {
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { hint }),
    ...(reply === undefined ? {} : { reply }),
    ...(failure === undefined ? {} : { failure }),
  });
}
