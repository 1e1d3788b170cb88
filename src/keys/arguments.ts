/**
 * The command line of sftpd-keygen.
 */
import { DSA_SIZES, type DsaModulusBits } from '../crypto/dsa.js';
import { err, ok, type Result } from '../lib/result.js';
import { DEFAULT_WORKDIR } from './key-files.js';

/** What sftpd-keygen is asked to do. */
export type KeygenRequest =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'show'; readonly workdir: string }
  | { readonly kind: 'generate'; readonly workdir: string; readonly bits: DsaModulusBits; readonly force: boolean };

/** 112-bit strength, as triple DES has it: the size to have unless an old client can do 1024 only. */
export const DEFAULT_BITS: DsaModulusBits = 2048;

export const USAGE = `Usage: sftpd-keygen [-y DIR] [--bits 1024|2048|3072] [--force]
       sftpd-keygen [-y DIR] --show
Makes the DSA key with which sftpd proves to X-SafeTP1 clients who it is.

  -y DIR, --workdir DIR  the work directory; the key lies in DIR/DSA (${DEFAULT_WORKDIR})
  --bits N               size of the key in bits: 1024, 2048 or 3072 (${DEFAULT_BITS})
  --force                replace a key that is there; clients that have pinned it will object
  --show                 print the fingerprint and the public key that are there
  -h, --help             print this text
  -v, --version          print the version
`;

/** Reads the arguments. The error names the flag. */
export function parseArguments(argv: readonly string[]): Result<KeygenRequest, string> {
  let workdir = DEFAULT_WORKDIR;
  let bits: DsaModulusBits | undefined;
  let force = false;
  let show = false;
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const { flag, attached } = splitFlag(word);
    if (attached !== undefined && !TAKES_VALUE.has(flag)) return err(`${flag} takes no value`);
    switch (flag) {
      case '-h':
      case '--help':
        return ok({ kind: 'help' });
      case '-v':
      case '--version':
        return ok({ kind: 'version' });
      case '-y':
      case '--workdir': {
        const value = attached ?? rest.shift();
        if (value === undefined || value === '') return err(`${flag} needs a directory`);
        workdir = value;
        break;
      }
      case '--bits': {
        const value = attached ?? rest.shift();
        bits = sizeOf(value);
        if (bits === undefined) return err(`--bits must be 1024, 2048 or 3072${value ? `, not ${value}` : ''}`);
        break;
      }
      case '--force':
        force = true;
        break;
      case '--show':
        show = true;
        break;
      default:
        return err(word.startsWith('-') ? `unknown flag ${flag}` : `unexpected argument ${word}`);
    }
  }
  if (!show) return ok({ kind: 'generate', workdir, bits: bits ?? DEFAULT_BITS, force });
  // A key that is only looked at has its size already, and nothing is replaced.
  if (force) return err('--force makes no sense with --show');
  if (bits !== undefined) return err('--bits makes no sense with --show');
  return ok({ kind: 'show', workdir });
}

const TAKES_VALUE: ReadonlySet<string> = new Set(['-y', '--workdir', '--bits']);

/** `-yDIR` and `--flag=value` carry their value with them. */
function splitFlag(word: string): { readonly flag: string; readonly attached: string | undefined } {
  if (word.startsWith('-y') && word.length > 2) return { flag: '-y', attached: word.slice(2) };
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  if (equals < 0) return { flag: word, attached: undefined };
  return { flag: word.slice(0, equals), attached: word.slice(equals + 1) };
}

function sizeOf(value: string | undefined): DsaModulusBits | undefined {
  const sizes = Object.keys(DSA_SIZES).map(Number) as DsaModulusBits[];
  return sizes.find((size) => String(size) === value);
}
