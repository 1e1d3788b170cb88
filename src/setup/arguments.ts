/** The command line of sftpd-setup. */
import path from 'node:path';
import { nearest } from '../lib/nearest.js';
import { err, ok, type Result } from '../lib/result.js';

/** What sftpd-setup is asked to do. */
export type SetupRequest =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'install';
      /** Absent: ask, or take the defaults. */
      readonly answers: string | undefined;
      readonly yes: boolean;
      readonly dryRun: boolean;
      readonly root: string;
    }
  | {
      readonly kind: 'uninstall';
      readonly purgeKey: boolean;
      readonly yes: boolean;
      readonly dryRun: boolean;
      readonly root: string;
    };

export const USAGE = `Usage: sftpd-setup [--answers FILE | --yes] [--dry-run] [--root PREFIX]
       sftpd-setup --uninstall [--purge-key] [--yes] [--dry-run] [--root PREFIX]
Sets this machine up to run sftpd: the user, the key, /etc/sftpd.yaml, entries
of /etc/services, and what starts it. On a terminal it asks, shows what it will
do, and asks once more.

  --answers FILE  take the answers from a YAML file, ask nothing; keys that are
                  not in it have their defaults (see below)
  --yes           take the defaults, or the answers given last time; ask nothing
  --dry-run       show what would be done, each file as a diff; change nothing
  --root PREFIX   work in the tree under PREFIX instead of /; run no programs
  --uninstall     take back what sftpd-setup did, and nothing else. What was
                  changed since is left and named; so is the key, with its user
  --purge-key     with --uninstall: remove the key too. Clients that have pinned
                  it will object to any other
  -h, --help      print this text
  -v, --version   print the version

Keys of an answers file, each of which may be left out:
  start            auto | systemd | inetd | xinetd | none (auto)
  port             where clients connect (21)
  ftpdHost         where the ftpd is (127.0.0.1)
  ftpdPort         the port of the ftpd (351)
  user             whom sftpd runs as (safetp)
  workdir          where DSA/ with the key is (/var/lib/sftpd)
  cleartext        allow | anonymous-only | deny (allow)
  protection       clear | safe | private (clear)
  externalAddress  what clients see behind NAT (null)
  passivePorts     a range such as 40000-40999 (null)
  keyBits          1024 | 2048 | 3072 (2048)
  program          the program sftpd (null: installed with sftpd-setup)

What was done is recorded in /var/lib/sftpd-setup/journal.json. A second run
with the same answers changes nothing. A failure takes back what the run did.
Exit status: 0 done or nothing to do, 1 failed or declined, 2 wrong arguments.
`;

const SWITCHES = ['--yes', '--dry-run', '--uninstall', '--purge-key'] as const;
const VALUES = ['--answers', '--root'] as const;
const NAMES: readonly string[] = [...SWITCHES, ...VALUES, '--help', '--version'];

/** Reads the arguments. The error names the flag. */
export function parseArguments(argv: readonly string[]): Result<SetupRequest, string> {
  const given = new Map<string, string>();
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name = word, attached] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    if (word === '-h' || word === '--help') return ok({ kind: 'help' });
    if (word === '-v' || word === '--version') return ok({ kind: 'version' });
    if (isOneOf(SWITCHES, name)) {
      if (attached !== undefined) return err(`${name} takes no value`);
      given.set(name, '');
    } else if (isOneOf(VALUES, name)) {
      const value = attached ?? rest.shift();
      if (value === undefined || value === '')
        return err(`${name} needs ${name === '--root' ? 'a directory' : 'a file'}`);
      if (given.has(name)) return err(`${name} is given twice: give it once`);
      given.set(name, value);
    } else return err(unknown(word));
  }
  const common = {
    yes: given.has('--yes'),
    dryRun: given.has('--dry-run'),
    root: path.resolve(given.get('--root') ?? '/'),
  };
  const answers = given.get('--answers');
  const purgeKey = given.has('--purge-key');
  if (given.has('--uninstall')) {
    // What was done is in the journal; answers could only contradict it.
    if (answers !== undefined) return err('--answers makes no sense with --uninstall');
    return ok({ kind: 'uninstall', purgeKey, ...common });
  }
  if (purgeKey) return err('--purge-key needs --uninstall');
  return ok({ kind: 'install', answers, ...common });
}

function isOneOf(words: readonly string[], word: string): boolean {
  return words.includes(word);
}

function unknown(word: string): string {
  if (!word.startsWith('-'))
    return `unexpected argument ${JSON.stringify(word)}: an answers file is named with --answers FILE`;
  const meant = nearest(word, NAMES);
  return `unknown option ${word}${meant === undefined ? '' : `: did you mean ${meant}?`}`;
}
