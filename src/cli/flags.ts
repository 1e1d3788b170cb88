/**
 * The flags of sftpd as a table: one row a flag. The legacy flags of the manual are rows whose effect yields configuration
 * patches; help, parsing and "did you mean" need nothing else.
 */
import type { Patch } from '../config/patch.js';
import type { Result } from '../lib/result.js';

/** What a flag does when it is given. */
export type FlagEffect =
  /** Asks for something other than running the gateway. */
  | { readonly kind: 'action'; readonly action: 'help' | 'version' | 'check' }
  /** Names the configuration file. */
  | { readonly kind: 'file' }
  /** Lays values over the file. Gets all values the flag was given with, in order; an error text says what is allowed. */
  | {
      readonly kind: 'patch';
      readonly repeatable?: boolean;
      readonly patches: (values: readonly string[]) => Result<readonly Omit<Patch, 'flag'>[], string>;
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
  readonly effect: FlagEffect;
}

/** The file that is read when --config names no other. */
export const DEFAULT_CONFIG_FILE = '/etc/sftpd.yaml';

/** The flags of sftpd. */
export const FLAGS: readonly Flag[] = [
  {
    long: 'config',
    value: 'FILE',
    help: `read the configuration from FILE; without this flag from ${DEFAULT_CONFIG_FILE}, and where there is none, take the defaults`,
    effect: { kind: 'file' },
  },
  {
    long: 'check',
    help: 'validate the configuration and the keys, print every problem, change nothing; exit with 0 if sftpd would start, 1 if not',
    effect: { kind: 'action', action: 'check' },
  },
  { short: 'h', long: 'help', help: 'print this text', effect: { kind: 'action', action: 'help' } },
  { short: 'v', long: 'version', help: 'print the version', effect: { kind: 'action', action: 'version' } },
];
