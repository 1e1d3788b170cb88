/** Listings of directories on the server for completion: each asked for once, and soon forgotten. */
import type { Client } from '../client.js';
import type { RemoteEntry } from '../listing/entry.js';

/** In milliseconds: how long a listing is taken for true. */
const KEPT_FOR = 30_000;

/** In milliseconds: how long somebody who pressed Tab waits for the server. */
export const PATIENCE = 3000;

interface Listing {
  readonly at: number;
  readonly entries: Promise<readonly RemoteEntry[]>;
}

export class RemoteDirectories {
  readonly #client: () => Client | undefined;
  readonly #now: () => number;
  #of: Client | undefined;
  #listings = new Map<string, Listing>();
  /** The listing under way: an FTP session carries one transfer. */
  #running: { readonly done: Promise<unknown>; readonly stop: AbortController } | undefined;

  constructor(client: () => Client | undefined, now: () => number = () => performance.now()) {
    this.#client = client;
    this.#now = now;
  }

  /** Nothing, where the server does not say in time or not at all. @param directory - '' for the working directory */
  async list(directory: string): Promise<readonly RemoteEntry[]> {
    const client = this.#client();
    if (client?.isOpen !== true) return [];
    if (client !== this.#of) this.forget();
    this.#of = client;
    const found = this.#listings.get(directory);
    const isFresh = found !== undefined && this.#now() - found.at < KEPT_FOR;
    if (!isFresh && this.#running !== undefined) return [];
    const { entries } = isFresh ? found : this.#ask(client, directory);
    return Promise.race([entries, after(PATIENCE)]);
  }

  /** The directories may be others now, or have others in them. */
  forget(): void {
    this.#listings.clear();
  }

  /**
   * Waits until the session is free for a command. A listing that takes too long is given up, and one that cannot even be
   * given up is not waited for.
   */
  async settle(signal: AbortSignal): Promise<void> {
    if (this.#running === undefined) return;
    const { done, stop } = this.#running;
    const giveUp = (): void => stop.abort();
    signal.addEventListener('abort', giveUp);
    await Promise.race([done, after(PATIENCE)]);
    giveUp();
    await Promise.race([done, after(PATIENCE)]);
    signal.removeEventListener('abort', giveUp);
  }

  #ask(client: Client, directory: string): Listing {
    const stop = new AbortController();
    // A slash at the end is no part of a directory's name, except of the root's.
    const path = directory === '' ? undefined : directory.replace(/(?<=.)\/+$/, '');
    const entries = client.entries(path, stop.signal).catch(() => []);
    const listing = { at: this.#now(), entries };
    this.#listings.set(directory, listing);
    const running = { done: entries, stop };
    this.#running = running;
    void entries.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
    return listing;
  }
}

function after(milliseconds: number): Promise<readonly never[]> {
  return new Promise((resolve) => setTimeout(() => resolve([]), milliseconds).unref());
}
