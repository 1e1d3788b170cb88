/**
 * Work over several sessions: the one there is, and more as long as there is work for them and the server lets them in. Jobs are
 * taken from a stack, so that what is to be remembered of a tree grows with its depth and not with its size.
 */
import type { Client } from '../client.js';
import { ClientError, throwIfAborted } from '../error.js';
import { deferred } from '../session/deferred.js';

/** Does a piece of work, and gives what is to be done next. What it throws ends the work as a whole. */
export type Job = (client: Client) => Promise<readonly Job[]>;

/** Sessions that one command may have. */
export const MAX_PARALLEL = 8;

/** How long a session may wait for work in silence, in milliseconds: servers end those that sleep. */
const SILENCE = 60_000;

export interface WorkOptions {
  /** Sessions to have, 1 to MAX_PARALLEL. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  /** Has that signal end the jobs that are running: one has thrown. */
  readonly stop: () => void;
  /** Told, once, when there are fewer sessions than that. */
  readonly notice: (text: string) => void;
}

/**
 * Works until all is done. The first session stays, the others are ended.
 * @throws what a job threw; ClientError when it was interrupted, or no session is left to go on with
 */
export async function workOff(first: Client, jobs: readonly Job[], options: WorkOptions): Promise<void> {
  const work = new Work(jobs, options);
  await work.serve(first);
  await work.helpers();
  work.conclude();
}

class Work {
  readonly #options: WorkOptions;
  /** The last one is the next. */
  readonly #waiting: Job[];
  readonly #helpers: Promise<void>[] = [];
  #wanted: number;
  #sessions = 0;
  #busy = 0;
  #failure: { readonly error: unknown } | undefined;
  #changed = deferred<undefined>();

  constructor(jobs: readonly Job[], options: WorkOptions) {
    this.#options = options;
    this.#wanted = Math.min(options.parallel, MAX_PARALLEL);
    this.#waiting = [...jobs].reverse();
  }

  /** Works with this session until nothing is left, or the session is over. */
  async serve(client: Client): Promise<void> {
    this.#sessions += 1;
    while (client.isOpen && !this.#isStopped) {
      if (this.#waiting.length > 1 && this.#sessions < this.#wanted) await this.#widen(client);
      const job = this.#waiting.pop();
      if (job !== undefined) await this.#do(job, client);
      else if (this.#busy > 0) await this.#pause(client);
      else break;
    }
    this.#sessions -= 1;
  }

  /** Waits for the other sessions to end. */
  async helpers(): Promise<void> {
    for (const helper of this.#helpers) await helper;
  }

  conclude(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    throwIfAborted(this.#options.signal);
    if (this.#waiting.length > 0) throw new ClientError('connect', 'The session is over.', { hint: 'Connect again.' });
  }

  get #isStopped(): boolean {
    return this.#failure !== undefined || this.#options.signal.aborted;
  }

  async #do(job: Job, client: Client): Promise<void> {
    this.#busy += 1;
    try {
      // One by one: a directory may hold more files than a call takes arguments.
      for (const next of (await job(client)).toReversed()) this.#waiting.push(next);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy -= 1;
      this.#changed.resolve(undefined);
      this.#changed = deferred();
    }
  }

  #fail(error: unknown): void {
    // Of several that an interrupt ends, one that says what is left.
    const says = error instanceof ClientError && error.code === 'interrupted' && error.hint !== undefined;
    const { error: first } = this.#failure ?? {};
    const saysNothing = first instanceof ClientError && first.code === 'interrupted' && first.hint === undefined;
    if (this.#failure === undefined || (says && saysNothing)) this.#failure = { error };
    this.#options.stop();
  }

  /** Opens another session, which opens the next. This one cannot do anything else meanwhile. */
  async #widen(client: Client): Promise<void> {
    // Counted already, so that nobody else opens it too.
    this.#sessions += 1;
    const helper = await this.#another(client);
    this.#sessions -= 1;
    if (helper !== undefined) this.#helpers.push(this.serve(helper).finally(() => helper.quit()));
  }

  async #another(client: Client): Promise<Client | undefined> {
    const { signal, notice } = this.#options;
    try {
      return await client.another(signal);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (error.kind === 'security') this.#fail(error);
      else if (!signal.aborted) notice(`no further session, going on with ${this.#sessions - 1}: ${error.message}`);
      this.#wanted = 1;
      return undefined;
    }
  }

  /** Waits for a job to end: there may be more to do then. */
  async #pause(client: Client): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), SILENCE)));
    const outcome = await Promise.race([this.#changed.promise, late]);
    clearTimeout(timer);
    if (outcome === 'late') await client.request('NOOP').catch(() => undefined);
  }
}
