/** What is done with one entry of a directory that is copied. */
import type { Client } from '../client.js';
import { LocalError, type ClientError } from '../error.js';
import type { Account } from './account.js';
import { downloadFile } from './download.js';
import type { Action } from './mirror-plan.js';
import type { TreePaths } from './tree-paths.js';
import { removeEntry } from './tree-removal.js';
import type { TreeCopy, TreeEntry, TreeRun } from './tree.js';
import { uploadFile } from './upload.js';
import type { Job } from './work-queue.js';

export class TreeActions {
  readonly #copy: TreeCopy;
  readonly #run: TreeRun;
  readonly #account: Account;
  readonly #paths: TreePaths;

  constructor(copy: TreeCopy, run: TreeRun, account: Account, paths: TreePaths) {
    this.#copy = copy;
    this.#run = run;
    this.#account = account;
    this.#paths = paths;
  }

  /** Does what is quickly done; gives what is not as jobs. @throws ClientError only where the work as a whole cannot go on */
  async perform(client: Client, path: string, action: Exclude<Action, { kind: 'enter' }>): Promise<readonly Job[]> {
    const { entry } = action;
    switch (action.kind) {
      case 'transfer':
        return [(session) => this.#transfer(session, path, entry)];
      case 'same':
        this.#account.tally.same += 1;
        this.#run.observe({ kind: 'same', item: this.#paths.item(this.#run.nextId(), path, entry.size) });
        return [];
      case 'delete':
        return this.#delete(client, path, entry);
      case 'pass-over': {
        const what = entry.kind === 'link' ? 'a symbolic link' : 'no file';
        this.#account.tally.passedOver += 1;
        this.#run.notice(`${this.#paths.source(path)} is ${what}: passed over`);
        return [];
      }
      case 'blocked':
        return this.#refuse(
          path,
          entry,
          new LocalError(`${this.#paths.target(path)} is ${nameOf(action.by)} already.`),
        );
      case 'refuse': {
        const why = 'no file can have this name, or two have it';
        return this.#refuse(path, entry, new LocalError(`${this.#paths.source(path)}: ${why}.`));
      }
    }
  }

  async #transfer(client: Client, path: string, entry: TreeEntry): Promise<readonly Job[]> {
    const { direction, effect, leaves } = this.#copy;
    const [source, target] = [this.#paths.source(path), this.#paths.target(path)];
    if (effect === 'tell') await this.#run.would({ kind: direction, path: target });
    else if (direction === 'download') {
      const from = leaves === 'same' ? 'part' : 'beginning';
      const wanted = { remote: source, local: target, known: entry, from, time: 'keep' } as const;
      await this.#account.move(source, () => downloadFile(client, wanted, this.#run));
    } else {
      // What the server has may be the beginning of another file, so it is always replaced.
      const wanted = { local: source, remote: target, onto: 'replace', time: 'keep' } as const;
      await this.#account.move(source, () => uploadFile(client, wanted, this.#run));
    }
    return [];
  }

  async #delete(client: Client, path: string, entry: TreeEntry): Promise<readonly Job[]> {
    const { excluded, effect, target: root } = this.#copy;
    const { signal, would, observe } = this.#run;
    const told = async (gone: string): Promise<void> => {
      this.#account.tally.deleted += 1;
      if (effect === 'tell') await would({ kind: 'delete', path: gone });
      else observe({ kind: 'deleted', side: this.#paths.to.name, path: gone });
    };
    return this.#attempt(path, entry, () =>
      removeEntry(client, this.#paths.to, { root, path, entry }, { excluded, effect, signal, told }),
    );
  }

  #refuse(path: string, entry: TreeEntry, error: ClientError): Promise<readonly Job[]> {
    return this.#attempt(path, entry, () => Promise.reject(error));
  }

  async #attempt(path: string, { size }: TreeEntry, work: () => Promise<void>): Promise<readonly Job[]> {
    const item = (): ReturnType<TreePaths['item']> => this.#paths.item(this.#run.nextId(), path, size);
    await this.#account.attempt(this.#paths.target(path), item, work);
    return [];
  }
}

function nameOf({ kind }: TreeEntry): string {
  switch (kind) {
    case 'file':
      return 'a file';
    case 'directory':
      return 'a folder';
    case 'link':
      return 'a symbolic link';
    case 'other':
      return 'something else than a file';
  }
}
