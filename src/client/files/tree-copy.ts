/**
 * Copies a tree onto another: get -r, put -r and mirror. Directory by directory: what is to be done in one is decided when it is
 * its turn (mirror-plan.ts), so that no tree is held as a whole.
 */
import type { Client } from '../client.js';
import { LocalError } from '../error.js';
import type { Account } from './account.js';
import { planDirectory, type PlanOptions } from './mirror-plan.js';
import { modifiedOf, offers } from './remote-file.js';
import { TreeActions } from './tree-actions.js';
import type { TransferItem } from './transfer-events.js';
import { below, TreePaths } from './tree-paths.js';
import type { TreeCopy, TreeEntry, TreeListing, TreeRun } from './tree.js';
import { workOff, type Job } from './work-queue.js';

/** Directories within one another; a server may name them for ever. */
export const MAX_DEPTH = 100;

/**
 * @param account - counts what is done, also where this rejects
 * @throws ClientError when the work as a whole ends early: interrupted, no session, refused for safety, no such tree
 */
export async function copyTree(client: Client, copy: TreeCopy, run: TreeRun, account: Account): Promise<void> {
  const walk = new Walk(copy, run, account);
  await workOff(client, [(session) => walk.root(session)], { ...run, parallel: copy.parallel });
}

/** A directory of the tree. */
interface Place {
  /** Below the root; empty for the root itself. */
  readonly path: string;
  readonly depth: number;
  /** Of the same directory on the target's side. */
  readonly target: 'there' | 'new';
}

class Walk {
  readonly #copy: TreeCopy;
  readonly #run: TreeRun;
  readonly #account: Account;
  readonly #paths: TreePaths;
  readonly #actions: TreeActions;

  constructor(copy: TreeCopy, run: TreeRun, account: Account) {
    this.#copy = copy;
    this.#run = run;
    this.#account = account;
    this.#paths = new TreePaths(copy);
    this.#actions = new TreeActions(copy, run, account, this.#paths);
  }

  /** What fails here ends the work: without the root there is nothing to do. */
  async root(client: Client): Promise<readonly Job[]> {
    const { target, effect } = this.#copy;
    const listing = await this.#paths.from.list(client, this.#paths.source(''), this.#run.signal);
    const found = await (effect === 'do'
      ? this.#paths.to.prepareRoot(client, target)
      : this.#paths.to.findRoot(client, target));
    if (found === 'new') await this.#madeDirectory('');
    return this.#compare(client, { path: '', depth: 0, target: found }, listing);
  }

  async #directory(client: Client, place: Place): Promise<readonly Job[]> {
    const source = this.#paths.source(place.path);
    const item = (): TransferItem => this.#paths.item(this.#run.nextId(), place.path, undefined);
    const jobs = await this.#account.attempt(source, item, async () => {
      if (place.depth > MAX_DEPTH) throw new LocalError(`${source}: more than ${MAX_DEPTH} folders in one another.`);
      const listing = await this.#paths.from.list(client, source, this.#run.signal);
      return this.#compare(client, { ...place, target: await this.#make(client, place) }, listing);
    });
    return jobs ?? [];
  }

  /** Gives whether there may be something in it already. */
  async #make(client: Client, { path, target }: Place): Promise<Place['target']> {
    if (target === 'there') return target;
    const made =
      this.#copy.effect === 'do' ? await this.#paths.to.makeDirectory(client, this.#paths.target(path)) : 'new';
    if (made === 'new') await this.#madeDirectory(path);
    return made;
  }

  async #madeDirectory(path: string): Promise<void> {
    this.#account.tally.madeDirectories += 1;
    if (this.#copy.effect === 'tell') await this.#run.would({ kind: 'make-directory', path: this.#paths.target(path) });
    else this.#run.observe({ kind: 'made-directory', side: this.#paths.to.name, path: this.#paths.target(path) });
  }

  /** Plans one directory, does at once what is quickly done, and gives the rest. */
  async #compare(client: Client, place: Place, source: TreeListing): Promise<readonly Job[]> {
    const { deletes, excluded } = this.#copy;
    const none: TreeListing = { entries: [], trust: 'certain' };
    const target =
      place.target === 'new'
        ? none
        : await this.#paths.to.list(client, this.#paths.target(place.path), this.#run.signal);
    const doubtful = deletes && source.trust === 'doubtful' && target.entries.length > 0;
    if (doubtful) this.#run.notice(`nothing is listed in ${this.#paths.source(place.path)}: nothing is deleted for it`);
    const { entries, occupants } = await this.#withTimes(client, place, source.entries, target.entries);
    const actions = planDirectory(entries, occupants, {
      unchanged: await this.#unchanged(client),
      deletes: deletes && !doubtful,
      excluded: (name) => excluded(below(place.path, name)),
    });
    const jobs: Job[] = [];
    for (const action of actions) {
      const path = below(place.path, action.entry.name);
      const { kind } = action;
      if (kind === 'enter') {
        const { target } = action;
        jobs.push((session) => this.#directory(session, { path, depth: place.depth + 1, target }));
      } else jobs.push(...(await this.#actions.perform(client, path, action)));
    }
    return jobs;
  }

  async #unchanged(client: Client): Promise<PlanOptions['unchanged']> {
    const { leaves, direction } = this.#copy;
    if (leaves === 'nothing') return 'none';
    // What was sent has the time at which it came, where the server cannot be asked to change that.
    return direction === 'download' || (await offers(client, 'MFMT')) ? 'same-time' : 'not-older';
  }

  /** Asks the server for the times that matter and that its listing did not say. */
  async #withTimes(
    client: Client,
    { path }: Place,
    entries: readonly TreeEntry[],
    occupants: readonly TreeEntry[],
  ): Promise<{ readonly entries: readonly TreeEntry[]; readonly occupants: readonly TreeEntry[] }> {
    const { leaves, direction } = this.#copy;
    if (leaves === 'nothing') return { entries, occupants };
    const [remote, local] = direction === 'download' ? [entries, occupants] : [occupants, entries];
    const sizes = new Map(local.map(({ name, size }) => [name, size]));
    const timed: TreeEntry[] = [];
    for (const entry of remote) {
      const { name, size, modified } = entry;
      const matters = entry.kind === 'file' && modified === undefined && size !== undefined && sizes.get(name) === size;
      timed.push(
        matters ? { ...entry, modified: await modifiedOf(client, this.#paths.remote(below(path, name))) } : entry,
      );
    }
    return direction === 'download' ? { entries: timed, occupants } : { entries, occupants: timed };
  }
}
