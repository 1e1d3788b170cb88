/** Trees of directories and files, here and on the server, and how one is copied onto the other. */
import type { Client } from '../client.js';
import type { Listing } from '../listing/directory-reader.js';
import type { RemoteEntry } from '../listing/entry.js';
import type { SeveralRun } from './account.js';
import type { TransferItem } from './transfer-events.js';

/** What is known of a file, on either side. */
export type TreeEntry = RemoteEntry;

export type TreeListing = Listing;

/** The two sides of a copy. What they do rejects with a ClientError that names the path. */
export interface TreeSide {
  readonly name: 'local' | 'remote';
  join(directory: string, name: string): string;
  /** Links are listed as links, never as what they lead to. */
  list(client: Client, path: string, signal: AbortSignal): Promise<TreeListing>;
  /** Makes the directory that everything goes into, where it is not there. */
  prepareRoot(client: Client, path: string): Promise<'there' | 'new'>;
  /** Whether that directory is there. */
  findRoot(client: Client, path: string): Promise<'there' | 'new'>;
  /** Gives whether it was there all the same, without having been listed. */
  makeDirectory(client: Client, path: string): Promise<'there' | 'new'>;
  /** Removes what is no directory. */
  removeFile(client: Client, path: string): Promise<void>;
  /** Removes an empty one. */
  removeDirectory(client: Client, path: string): Promise<void>;
}

export interface TreeCopy {
  readonly direction: TransferItem['direction'];
  /** The directory on either side; what is in the one goes into the other. */
  readonly source: string;
  readonly target: string;
  /** `same`: files that are the same already are left alone, and downloads that broke off are gone on with. */
  readonly leaves: 'nothing' | 'same';
  /** Whether what is on the target's side only is deleted. */
  readonly deletes: boolean;
  /** `tell`: what would be done is told, and nothing is done. */
  readonly effect: 'do' | 'tell';
  /** Whether a path below the root is no part of the tree, on neither side. */
  readonly excluded: (path: string) => boolean;
  /** Sessions to have at once. */
  readonly parallel: number;
}

/** What would be done to one path. */
export interface Deed {
  readonly kind: 'download' | 'upload' | 'make-directory' | 'delete';
  readonly path: string;
}

export interface TreeRun extends SeveralRun {
  readonly would: (deed: Deed) => Promise<void>;
}
