/** What is told of transfers while they run: drawn by terminal/, written as lines of JSON by cli/. */
import type { ClientError } from '../error.js';

/** One file on its way. */
export interface TransferItem {
  /** Tells items of one run apart; from 1. */
  readonly id: number;
  readonly direction: 'download' | 'upload';
  /** Path on the server. */
  readonly remote: string;
  /** Path on this side. */
  readonly local: string;
  /** Of the whole file, in octets, where it is known beforehand. */
  readonly size: number | undefined;
  /** An upload that adds to the end of what is there. */
  readonly appends?: true;
}

export type TransferEvent =
  /** `offset`: octets that were there already (a transfer that is resumed). */
  | { readonly kind: 'begin'; readonly item: TransferItem; readonly offset: number }
  /** `octets`: of the file so far, offset included. At most some ten times a second. */
  | { readonly kind: 'progress'; readonly item: TransferItem; readonly octets: number }
  /** Whole, checked, and under its own name. `octets`: that were moved, without the offset. */
  | { readonly kind: 'end'; readonly item: TransferItem; readonly octets: number; readonly seconds: number }
  /** Not moved, because nothing had to be done. */
  | { readonly kind: 'same'; readonly item: TransferItem }
  | { readonly kind: 'failed'; readonly item: TransferItem; readonly error: ClientError }
  /** What was done to make one side like the other, besides moving files. */
  | { readonly kind: 'made-directory' | 'deleted'; readonly side: 'local' | 'remote'; readonly path: string };

export type TransferObserver = (event: TransferEvent) => void;
