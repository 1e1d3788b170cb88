/** Lines of MLSD and MLST, RFC 3659 §7.2: `fact=value;fact=value; name`. */
import { nameFromWire } from '../remote-name.js';
import { isEntryName, parseSize, type RemoteEntry } from './entry.js';
import { parseFactTime } from './fact-time.js';
import { unreadable, unsafe } from './refusals.js';

/** What a line says. */
export interface FactLine extends Omit<RemoteEntry, 'name'> {
  /** As the server has sent it: perhaps a path, perhaps nothing that a file can be called. */
  readonly path: string;
  /** Whether it is in the listed directory, or is this directory or a parent of it (`cdir`, `pdir`). */
  readonly place: 'inside' | 'above';
}

/**
 * One line. Undefined where it is none of this form.
 *
 * @param line - octets as latin1, without its end
 */
export function parseFacts(line: string): FactLine | undefined {
  // The name is all behind the first space, and may begin with one. Pure-FTPd names a link's target, with its spaces, in a
  // fact, so what ends the facts is the space behind a semicolon; other servers leave the last semicolon out.
  const [, text, wire] = /^((?:[^;= ]+=[^;]*;)*) (.*)$/s.exec(line) ?? /^(\S*) (.*)$/s.exec(line) ?? [];
  if (text === undefined || wire === undefined) return undefined;
  const facts = new Map(text.split(';').map((fact) => [factName(fact), fact.slice(fact.indexOf('=') + 1)]));
  const type = (facts.get('type') ?? '').toLowerCase();
  const kind = kindOf(type);
  return {
    path: nameFromWire(wire),
    place: type === 'cdir' || type === 'pdir' ? 'above' : 'inside',
    kind,
    size: kind === 'file' ? parseSize(facts.get('size')) : undefined,
    modified: parseFactTime(facts.get('modify') ?? ''),
  };
}

/** Names of facts are compared without regard to case (§7.5). */
const factName = (fact: string): string => fact.slice(0, Math.max(0, fact.indexOf('='))).toLowerCase();

function kindOf(type: string): RemoteEntry['kind'] {
  switch (type) {
    case 'file':
      return 'file';
    case 'dir':
    case 'cdir':
    case 'pdir':
      return 'directory';
    default:
      // Registered nowhere: Pure-FTPd has OS.unix=slink:target, ProFTPD OS.unix=symlink.
      return /^os\.[^=]*=(?:slink|symlink)/.test(type) ? 'link' : 'other';
  }
}

/**
 * The entries of a directory, of the lines of MLSD. A line that cannot be read is an error, as is a name that no file has: a
 * file that is silently passed over would be missing in a copy.
 *
 * @throws ClientError
 */
export function parseFactListing(lines: readonly string[]): readonly RemoteEntry[] {
  return lines.flatMap((line) => {
    const facts = parseFacts(line);
    if (facts === undefined) throw unreadable(line);
    const { path, place, ...rest } = facts;
    if (place === 'above') return [];
    // Some servers send whole paths; the last part is the entry's own name.
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (!isEntryName(name)) throw unsafe(path);
    return [{ name, ...rest }];
  });
}
