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

  constructor(run: SeveralRun) {
    this.run = run;
  }

  /** Moves a file. @throws ClientError only where the work as a whole cannot go on */
  async move(path: string, work: () => Promise<Moved>): Promise<void> {
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

/** `117 files, 1048576 octets in 3.2 s (0.3 MB/s); 5 the same; 2 failed`. */
export function describeTally(tally: Tally, seconds: number): string {
  const { moved, octets, same, passedOver, madeDirectories, deleted, failed } = tally;
  const rate = octets > 0 && seconds > 0 ? ` (${(octets / seconds / 1e6).toFixed(1)} MB/s)` : '';
  const rest: readonly (readonly [number, string])[] = [
    [same, 'the same'],
    [madeDirectories, madeDirectories === 1 ? 'folder made' : 'folders made'],
    [deleted, 'deleted'],
    [passedOver, 'passed over'],
    [failed, 'failed'],
  ];
  return [
    `${moved} ${moved === 1 ? 'file' : 'files'}, ${octets} octets in ${seconds.toFixed(1)} s${rate}`,
    ...rest.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
  ].join('; ');
}
