/** Where a path below the root of a copied tree is on either side. */
import { LOCAL_TREE } from './local-tree.js';
import { REMOTE_TREE } from './remote-tree.js';
import type { TransferItem } from './transfer-events.js';
import type { TreeCopy, TreeSide } from './tree.js';

type Roots = Pick<TreeCopy, 'direction' | 'source' | 'target'>;

export class TreePaths {
  readonly #roots: Roots;
  readonly from: TreeSide;
  readonly to: TreeSide;

  constructor(roots: Roots) {
    this.#roots = roots;
    [this.from, this.to] = roots.direction === 'download' ? [REMOTE_TREE, LOCAL_TREE] : [LOCAL_TREE, REMOTE_TREE];
  }

  source(path: string): string {
    return path === '' ? this.#roots.source : this.from.join(this.#roots.source, path);
  }

  target(path: string): string {
    return path === '' ? this.#roots.target : this.to.join(this.#roots.target, path);
  }

  remote(path: string): string {
    return this.from.name === 'remote' ? this.source(path) : this.target(path);
  }

  item(id: number, path: string, size: number | undefined): TransferItem {
    const remote = this.remote(path);
    const local = this.from.name === 'local' ? this.source(path) : this.target(path);
    return { id, direction: this.#roots.direction, remote, local, size };
  }
}

/** The path of a name in a directory of the tree. */
export const below = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);
