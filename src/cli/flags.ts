/** The flags of sftpd as a table: one row a flag. Help, parsing and "did you mean" need nothing else. */
import type { Flag } from './flag.js';
import { LEGACY_FLAGS } from './legacy-flags.js';

export type { Flag } from './flag.js';

/** The file that is read when --config names no other. */
export const DEFAULT_CONFIG_FILE = '/etc/sftpd.yaml';

/** The flags of sftpd, in the order of the usage text. */
export const FLAGS: readonly Flag[] = [
  {
    long: 'config',
    value: 'FILE',
    group: 'General',
    help: `read the configuration from FILE; without this flag from ${DEFAULT_CONFIG_FILE}, and where there is none, take the defaults`,
    effect: { kind: 'file' },
  },
  {
    long: 'check',
    group: 'General',
    help: 'validate the configuration and the keys, print every problem, change nothing; exit with 0 if sftpd would start, 1 if not',
    effect: { kind: 'action', action: 'check' },
  },
  {
    long: 'print-config',
    group: 'General',
    help: 'print the configuration that file, flags and defaults amount to, as a file to use in their place',
    effect: { kind: 'action', action: 'print-config' },
  },
  {
    long: 'print-schema',
    group: 'General',
    help: 'print the JSON Schema of the configuration file',
    effect: { kind: 'action', action: 'print-schema' },
  },
  { short: 'h', long: 'help', group: 'General', help: 'print this text', effect: { kind: 'action', action: 'help' } },
  {
    short: 'v',
    long: 'version',
    group: 'General',
    help: 'print the version',
    effect: { kind: 'action', action: 'version' },
  },
  ...LEGACY_FLAGS,
];
