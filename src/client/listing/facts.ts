/** Lines of MLSD and MLST, RFC 3659 §7.2: `fact=value;fact=value; name`. */
import { nameFromWire } from '../session/remote-name.js';
import type { RemoteEntry } from './entry.js';
import { parseFactTime } from './fact-time.js';

/**
 * One line. Undefined for what is no entry: the directory itself and its parent (`cdir`, `pdir`), and lines that do not parse.
 *
 * @param line - octets as latin1, without its end
 */
export function parseFacts(line: string): RemoteEntry | undefined {
  // §7.2: the name is all behind the first space, and may begin with one.
  const space = line.indexOf(' ');
  const wire = line.slice(space + 1);
  if (space < 0 || wire === '') return undefined;
  const facts = new Map(
    line
      .slice(0, space)
      .split(';')
      .flatMap((fact): [string, string][] => {
        const at = fact.indexOf('=');
        return at < 1 ? [] : [[fact.slice(0, at).toLowerCase(), fact.slice(at + 1)]];
      }),
  );
  const type = (facts.get('type') ?? '').toLowerCase();
  if (type === 'cdir' || type === 'pdir') return undefined;
  const size = facts.get('size');
  // Some servers send the whole path; the last part is the entry's own.
  const name = nameFromWire(wire);
  return {
    name: name.slice(name.lastIndexOf('/') + 1),
    kind: kindOf(type),
    size: size !== undefined && /^[0-9]{1,15}$/.test(size) ? Number(size) : undefined,
    modified: parseFactTime(facts.get('modify') ?? ''),
  };
}

function kindOf(type: string): RemoteEntry['kind'] {
  if (type === 'file' || type === 'dir') return type === 'file' ? 'file' : 'directory';
  // Not in the RFC, and how vsftpd's kin and ProFTPD say it: OS.unix=slink:target, OS.unix=symlink.
  return type.startsWith('os.unix=sl') || type.startsWith('os.unix=symlink') ? 'link' : 'other';
}
