/**
 * Lines of LIST, which no standard defines: the two forms in use, that of ls -l and that of MS-DOS, are read; a line in neither is
 * an error, since a file that is silently passed over would be missing in a copy. Every expression here is linear in the line:
 * a server chooses how long that is.
 */
import { nameFromWire } from '../remote-name.js';
import { isEntryName, parseSize, type RemoteEntry } from './entry.js';
import { unreadable, unsafe } from './refusals.js';

/** A line's entry, its name as octets. */
interface Line {
  readonly kind: RemoteEntry['kind'];
  readonly size: string | undefined;
  readonly wire: string;
}

/** The entries of a listing, without the directory itself and its parent. @throws ClientError */
export function parseListing(lines: readonly string[]): readonly RemoteEntry[] {
  return lines.flatMap((line) => {
    if (/^total [0-9]+$/.test(line)) return [];
    const found = unix(line) ?? dos(line);
    if (found === undefined) throw unreadable(line);
    const { kind, size, wire } = found;
    const name = nameFromWire(wire);
    if (isItself(name)) return [];
    if (!isEntryName(name)) throw unsafe(name);
    return [{ name, kind, size: kind === 'file' ? parseSize(size) : undefined, modified: undefined }];
  });
}

/** Whether a listing with `.` and `..` in it, as `LIST -a` gives them, has come. */
export const listsItself = (lines: readonly string[]): boolean =>
  lines.some((line) => isItself((unix(line) ?? dos(line))?.wire ?? ''));

const isItself = (name: string): boolean => name === '.' || name === '..';

/** `-rw-r--r--`, perhaps with a mark for an ACL (`+`), a security context (`.`) or attributes (`@`). */
const MODE = /^([-bcdlpsDn])[-rwxsStTlL]{9}[.+@]?\s/;

/**
 * Size, time and name: `1234 Nov 22 13:00 name`. What is before them differs from server to server (links, owner, group, or
 * only some of these, and blanks in them), so they are looked for. One blank stands before the name, which may begin with more.
 */
const TAIL =
  /(?<![0-9])([0-9]+)[ \t]+(?:[A-Z][a-z]{2}[ \t]+[0-9]{1,2}[ \t]+(?:[0-9]{1,2}:[0-9]{2}|[0-9]{4})|[0-9]{4}-[0-9]{2}-[0-9]{2}[ \t]+[0-9]{2}:[0-9]{2})[ \t](.+)$/s;

function unix(line: string): Line | undefined {
  const letter = MODE.exec(line)?.[1];
  if (letter === undefined) return undefined;
  const [, size, wire] = TAIL.exec(line) ?? [];
  if (size === undefined || wire === undefined) return undefined;
  switch (letter) {
    case '-':
      return { kind: 'file', size, wire };
    case 'd':
      // ls -F marks directories.
      return { kind: 'directory', size, wire: wire.replace(/(?<=.)\/$/s, '') };
    case 'l':
      return { kind: 'link', size, wire: withoutTarget(wire, Number(size)) };
    default:
      return { kind: 'other', size, wire };
  }
}

/** A link's name. Its size is the length of its target, which tells the arrow from one that is part of either. */
function withoutTarget(wire: string, targetOctets: number): string {
  const arrow = ' -> ';
  const at = wire.length - targetOctets - arrow.length;
  if (at > 0 && wire.startsWith(arrow, at)) return wire.slice(0, at);
  const first = wire.indexOf(arrow, 1);
  return first < 0 ? wire : wire.slice(0, first);
}

/** `11-22-26  01:00PM       <DIR>          name`. IIS puts ten blanks, or the size's one, before the name. */
const DOS =
  /^[0-9]{2}-[0-9]{2}-(?:[0-9]{4}|[0-9]{2})[ \t]+[0-9]{1,2}:[0-9]{2}(?:[AP]M)?[ \t]+(?:(<DIR>|<JUNCTION>|<SYMLINKD?>)(?: {10}|[ \t]+)|([0-9]+)[ \t])(.+)$/s;

function dos(line: string): Line | undefined {
  const [, mark, size, wire] = DOS.exec(line) ?? [];
  if (wire === undefined) return undefined;
  return { kind: mark === undefined ? 'file' : mark === '<DIR>' ? 'directory' : 'link', size, wire };
}
