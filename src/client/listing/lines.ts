/**
 * Lines of LIST, which no standard defines: the two forms in use, that of ls -l and that of MS-DOS, are read; a line in neither is
 * an error, since a file that is silently passed over would be missing in a copy.
 */
import { ClientError } from '../error.js';
import type { RemoteEntry } from './entry.js';
import { nameFromWire } from '../session/remote-name.js';

/** The entries of a listing, without the directory itself and its parent. @throws ClientError */
export function parseListing(lines: readonly string[]): readonly RemoteEntry[] {
  return lines.flatMap((line) => {
    if (/^total [0-9]+/.test(line)) return [];
    const entry = unix(line) ?? dos(line);
    if (entry === undefined) {
      throw new ClientError(
        'command',
        `The server lists its files in a form that cannot be read: ${line.slice(0, 200)}`,
        {
          hint: 'Name the files one by one: get REMOTE.',
        },
      );
    }
    return entry.name === '.' || entry.name === '..' ? [] : [entry];
  });
}

/** `-rw-r--r--   1 owner group   1234 Nov 22 13:00 name`; group may be missing, and a device has major and minor. */
const UNIX =
  /^([-dlbcps])[-rwxsStTlL]{9}[.+@]?\s+[0-9]+\s+\S+(?:\s+\S+)??\s+(?:([0-9]+),\s*)?([0-9]+)\s+([A-Z][a-z]{2}\s+[0-9]{1,2}\s+(?:[0-9]{1,2}:[0-9]{2}|[0-9]{4})|[0-9]{4}-[0-9]{2}-[0-9]{2}\s+[0-9]{2}:[0-9]{2})\s(.+)$/;

function unix(line: string): RemoteEntry | undefined {
  const [, letter = '', major, size = '', , wire] = UNIX.exec(line) ?? [];
  if (wire === undefined) return undefined;
  const kind = letter === '-' ? 'file' : letter === 'd' ? 'directory' : letter === 'l' ? 'link' : 'other';
  const name = kind === 'link' ? wire.replace(/ -> .*$/s, '') : wire;
  // The time is in the server's zone, which is not said: no more is made of it than that it is unknown.
  return {
    name: nameFromWire(name),
    kind,
    size: kind === 'file' && major === undefined ? Number(size) : undefined,
    modified: undefined,
  };
}

/** `11-22-26  01:00PM       <DIR>          name` */
const DOS =
  /^[0-9]{2}-[0-9]{2}-(?:[0-9]{2}|[0-9]{4})\s+[0-9]{2}:[0-9]{2}(?:[AP]M)?\s+(?:(<DIR>|<JUNCTION>|<SYMLINKD?>)|([0-9]+))\s+(.+)$/;

function dos(line: string): RemoteEntry | undefined {
  const [, mark, size, wire] = DOS.exec(line) ?? [];
  if (wire === undefined) return undefined;
  const kind = mark === undefined ? 'file' : mark === '<DIR>' ? 'directory' : 'link';
  return { name: nameFromWire(wire), kind, size: size === undefined ? undefined : Number(size), modified: undefined };
}
