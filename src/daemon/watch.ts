/**
 * Reloading when the file changes (reload.watch). Editors save by writing in place, or by renaming a new file over the old one, which a
 * watch on the file itself does not survive: the folder is watched. Half-written files are waited out.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Snapshot } from '../config/snapshot.js';
import type { Log } from '../log/log.js';

/** How long a file has to stay the same before it is read, ms. */
const SETTLED_MS = 300;

interface Watcher {
  close(): Promise<void>;
}

/** Watches while the configuration in force says so; a reload may turn that on and off. */
export class ConfigurationWatch {
  readonly #onChange: () => void;
  readonly #log: Log;
  #watcher: Promise<Watcher | undefined> | undefined;

  constructor(onChange: () => void, log: Log) {
    this.#onChange = onChange;
    this.#log = log;
  }

  /** Follows the configuration that has come into force. */
  follow({ file, reload }: Snapshot): void {
    if (reload.watch) this.#watcher ??= this.#watch(path.resolve(file)).catch((error: unknown) => this.#cannot(error));
    else void this.close();
  }

  async close(): Promise<void> {
    const watcher = this.#watcher;
    this.#watcher = undefined;
    await (await watcher)?.close();
  }

  async #watch(file: string): Promise<Watcher> {
    const before = identityOf(file);
    // Only those who ask for it pay for loading it.
    const { watch } = await import('chokidar');
    const watcher = watch(path.dirname(file), {
      depth: 0,
      ignoreInitial: true,
      ignored: (name, stats) => stats?.isFile() === true && path.resolve(name) !== file,
      awaitWriteFinish: { stabilityThreshold: SETTLED_MS, pollInterval: SETTLED_MS / 3 },
    });
    const changed = (name: string): void => {
      if (path.resolve(name) === file) this.#onChange();
    };
    watcher.on('change', changed).on('add', changed);
    watcher.on('error', (error) => this.#cannot(error));
    // What changed before the watch began is a change too.
    watcher.on('ready', () => {
      if (identityOf(file) !== before) this.#onChange();
    });
    return watcher;
  }

  #cannot(error: unknown): undefined {
    this.#log.event('warnings', 'cannot watch the configuration file', { why: String(error) });
    return undefined;
  }
}

/** Differs when a file was written or replaced. */
function identityOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? 'absent' : [stat.dev, stat.ino, stat.size, stat.mtimeNs].join(' ');
}
