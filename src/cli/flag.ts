/** What a row of the flag table is made of. */
import type { Patch } from '../config/patch.js';
import type { Result } from '../lib/result.js';

/** What sftpd can be asked to do other than to serve. */
export type Action = 'check' | 'print-config' | 'print-schema' | 'version' | 'help';

/** A value and where it goes; the table's reader adds the flag. */
export type Change = Omit<Patch, 'flag'>;

/** What a flag does when it is given. */
export type FlagEffect =
  /** Asks for something other than running the gateway. */
  | { readonly kind: 'action'; readonly action: Action }
  /** Names the configuration file. */
  | { readonly kind: 'file' }
  /** Says that standard input is the control connection. */
  | { readonly kind: 'inetd' }
  /**
   * Lays values over the file. Gets all values the flag was given with, in order, and the directory relative paths are taken
   * from. Whether a value is allowed is for the schema to say, together with what is wrong in the file; an error text here
   * is about what no value can be made of, and says what is allowed.
   */
  | {
      readonly kind: 'patch';
      readonly repeatable?: boolean;
      readonly patches: (values: readonly string[], cwd: string) => Result<readonly Change[], string>;
    };

/** One flag. */
export interface Flag {
  /** One letter, without the dash. */
  readonly short?: string;
  /** Without the dashes. */
  readonly long: string;
  /** Name of its value in the usage text; absent for a flag without one. */
  readonly value?: string;
  /** For the usage text: what it does, its default. */
  readonly help: string;
  /** For the usage text: the heading it stands under. */
  readonly group?: string;
  readonly effect: FlagEffect;
}
