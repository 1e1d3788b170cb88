/** argv → what sftpc is asked to do. Wrong arguments are values: sentences for run.ts to print before exit 2. */
import { err, ok, type Result } from '../../lib/result.js';
import { MAXIMUM_BUFFER, MINIMUM_BUFFER } from '../../security/safetp1/profile.js';
import { canonicalAddress } from '../../wire/address.js';
import type { DataMode } from '../session/data-connection.js';
import { isUserLevel, type UserLevel } from '../terms.js';
import type { OutputForm, Talk } from '../terminal/console.js';
import type { Protection } from '../trust/contact.js';
import type { NetrcChoice } from './credentials.js';
import { OPTIONS, type LongOption } from './option-table.js';
import { scan, type Scanned } from './options.js';
import { placesOf, workOf, type Work } from './work.js';

export interface Settings {
  readonly kind: 'work';
  readonly work: Work;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly netrc: NetrcChoice;
  readonly mode: DataMode;
  readonly level: UserLevel;
  /** The PBSZ to ask for, in octets; the largest if undefined. */
  readonly bufferSize: number | undefined;
  /** `none`: -9. `preferred`: -Q. */
  readonly protection: Protection;
  readonly knownServers: string | undefined;
  readonly newServers: 'ask' | 'accept';
  readonly expectAddress: string | undefined;
  readonly trace: 'off' | 'on';
  /** Of the key exchange: -a. */
  readonly securityData: 'off' | 'on';
  readonly form: OutputForm;
  readonly talk: Talk;
  /** After a command that failed. */
  readonly onFailure: 'stop' | 'go-on';
}

export type Invocation = { readonly kind: 'help' } | { readonly kind: 'version' } | Settings;

/** Parses the words after the program's name. The error lists every mistake. */
export function parseArguments(argv: readonly string[]): Result<Invocation, readonly string[]> {
  const end = argv.indexOf('--');
  const scanned = scan(end < 0 ? argv : argv.slice(0, end), OPTIONS);
  if (!scanned.ok) return err([scanned.error]);
  const given = scanned.value;
  const { has, text, spelled } = given;
  if (has('help')) return ok({ kind: 'help' });
  if (has('version')) return ok({ kind: 'version' });
  const mistakes: string[] = [];
  const exclusive = (...options: LongOption[]): void => {
    const both = options.filter(has).map(spelled);
    if (both.length > 1) mistakes.push(`${both.join(' and ')} exclude each other`);
  };
  exclusive('prot', 'clear-data', 'integrity-only');
  exclusive('plain', 'fallback');
  exclusive('passive', 'active');
  exclusive('netrc', 'no-netrc');
  const level = levelOf(given, mistakes);
  const work = workOf(given, end < 0 ? undefined : argv.slice(end + 1), mistakes);
  if (has('json') && work.kind === 'download' && work.output === '-') {
    mistakes.push('--json and -o - both want standard output');
  }
  checkUsers(given, work, mistakes);
  const settings: Settings = {
    kind: 'work',
    work,
    user: text('user'),
    passwordFile: text('password-file'),
    netrc: netrcOf(given),
    mode: has('active') ? 'active' : 'passive',
    level,
    bufferSize: bufferSizeOf(given, mistakes),
    protection: has('plain') ? 'none' : has('fallback') ? 'preferred' : 'required',
    knownServers: text('known-servers'),
    newServers: has('accept-new') ? 'accept' : 'ask',
    expectAddress: addressOf(given, mistakes),
    trace: has('debug') ? 'on' : 'off',
    securityData: has('adat') ? 'on' : 'off',
    form: has('json') ? 'json' : 'text',
    talk: has('quiet') ? 'errors' : 'all',
    onFailure: has('keep-going') ? 'go-on' : 'stop',
  };
  return mistakes.length > 0 ? err(mistakes) : ok(settings);
}

function levelOf({ has, text, spelled }: Scanned<LongOption>, mistakes: string[]): UserLevel {
  const level = has('clear-data') ? 'C' : has('integrity-only') ? 'S' : (text('prot')?.toUpperCase() ?? 'P');
  if (!isUserLevel(level)) {
    mistakes.push('--prot takes C, S or P');
    return 'P';
  }
  if (has('plain')) {
    const surplus = (['integrity-only', 'prot', 'buffer-size'] as const)
      .filter(has)
      .filter((each) => each !== 'prot' || level !== 'C');
    if (surplus.length > 0) {
      mistakes.push(`${spelled('plain')} protects nothing: leave out ${surplus.map(spelled).join(' and ')}`);
    }
  }
  return level;
}

function bufferSizeOf({ text, spelled }: Scanned<LongOption>, mistakes: string[]): number | undefined {
  const size = text('buffer-size');
  if (size === undefined) return undefined;
  const octets = /^[0-9]{1,10}$/.test(size) ? Number(size) : 0;
  if (octets < MINIMUM_BUFFER || octets > MAXIMUM_BUFFER) {
    const range = `${MINIMUM_BUFFER} to ${MAXIMUM_BUFFER} octets`;
    mistakes.push(`${spelled('buffer-size')} takes ${range}, not ${JSON.stringify(size)}`);
  }
  return octets;
}

function addressOf({ text }: Scanned<LongOption>, mistakes: string[]): string | undefined {
  const address = text('expect-address');
  if (address !== undefined && canonicalAddress(address) === undefined) {
    mistakes.push(`--expect-address takes an IP address, not ${JSON.stringify(address)}`);
  }
  return address;
}

function netrcOf({ has, text }: Scanned<LongOption>): NetrcChoice {
  if (has('no-netrc')) return { from: 'nowhere' };
  const file = text('netrc');
  return file === undefined ? { from: 'usual' } : { from: 'file', file };
}

/** What is given once is for one user of one server. */
function checkUsers({ has, text }: Scanned<LongOption>, work: Work, mistakes: string[]): void {
  const places = placesOf(work);
  const user = text('user');
  const others = places.flatMap((place) => (place.user === undefined || place.user === user ? [] : [place.user]));
  if (user !== undefined && others[0] !== undefined) {
    mistakes.push(`two user names: ${JSON.stringify(user)} and, before the host, ${JSON.stringify(others[0])}`);
  }
  const servers = new Set(places.map(({ host, port }) => `${host.toLowerCase()} ${port}`));
  if (servers.size > 1 && (has('user') || has('password-file'))) {
    mistakes.push('--user and --password-file are for one server, and the URLs name several');
  }
}
