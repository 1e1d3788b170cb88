/** What sftpd-setup does, in steps each of which can be shown, done and undone. */
import type { JournalEntry } from './journal.js';
import type { Attributes, FileImage } from './target.js';

/** Who is to own a thing: ids as they were found, or a user who may only be about to be made. */
export type Owner =
  | { readonly kind: 'ids'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'user'; readonly name: string };

export const ROOT: Owner = { kind: 'ids', uid: 0, gid: 0 };

/** A file as it is to be. */
export interface WantedFile extends Pick<FileImage, 'content' | 'mode'> {
  readonly owner: Owner;
}

export type Action =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Undefined: there is none. */
      readonly before: FileImage | undefined;
      /** Undefined: it is removed. */
      readonly after: WantedFile | undefined;
      /** open: may be shown; lines: it holds secrets of others, only what changes may be shown; closed: nothing may. */
      readonly show: 'open' | 'lines' | 'closed';
    }
  | {
      readonly kind: 'folder';
      readonly path: string;
      readonly make: boolean;
      readonly mode: number;
      readonly owner: Owner;
    }
  | {
      readonly kind: 'attributes';
      readonly path: string;
      readonly before: Attributes;
      readonly after: { readonly mode: number; readonly owner: Owner };
    }
  | {
      readonly kind: 'key';
      readonly workdir: string;
      readonly bits: number;
      readonly owner: Owner;
    }
  | {
      readonly kind: 'account';
      /** The program and its arguments, and those that undo it. */
      readonly run: readonly string[];
      readonly undo: readonly string[];
      /** The group that `run` or `undo` is about: it may be gone or there already, as userdel removes a user's own group. */
      readonly group?: string;
    }
  /** Tells a running program; has no undoing but saying so again. */
  | { readonly kind: 'command'; readonly run: readonly string[] }
  /** Only the journal has to do with it: what it records is gone already. */
  | { readonly kind: 'nothing' };

/** One step, and what it does to the journal. */
export interface Change {
  readonly action: Action;
  /** How to take it back later. */
  readonly record?: JournalEntry;
  /** Entries that are done with. */
  readonly forget?: readonly JournalEntry[];
}

/** What is to be done, and what the administrator should know. */
export interface Plan {
  readonly changes: readonly Change[];
  /** What is left alone, and why. */
  readonly notes: readonly string[];
}
