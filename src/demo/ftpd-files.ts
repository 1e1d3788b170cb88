/**
 * The demo ftpd's files: paths that cannot leave the root, and how a file is listed (RFC 959 LIST, RFC 3659 §7 facts).
 * A path is a latin1 text, one character per octet, as on the wire; file names in any character set come through unharmed.
 */
import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { posix } from 'node:path';

/** The path as `fs` wants it: octets, not a string that would be written out as UTF-8 a second time. */
export const octetsOf = (path: string): Buffer => Buffer.from(path, 'latin1');

/** A refusal that the client may read; anything else thrown by `fs` is told by its code alone. */
export class Refused extends Error {
  readonly code = 'EREFUSED';
}

/** A directory of the host as the root of all paths; `..` and symbolic links cannot lead out of it. */
export class Root {
  readonly #real: string;

  private constructor(real: string) {
    this.#real = real;
  }

  static async open(directory: string): Promise<Root> {
    return new Root(await realLatin1(Buffer.from(directory)));
  }

  /** Follows symbolic links: the file that a path leads to, which must exist. */
  async existing(path: string): Promise<string> {
    return this.#inside(await realLatin1(octetsOf(this.#real + path)));
  }

  /** Follows symbolic links up to the last name only: for making, renaming and removing the name itself. */
  async entry(path: string): Promise<string> {
    if (path === '/') throw new Refused('Not the root directory');
    return posix.join(await this.existing(posix.dirname(path)), posix.basename(path));
  }

  /** Where a file is to be written: the file itself, or a new name. A dangling link could point anywhere: refused. */
  async target(path: string): Promise<string> {
    const name = await this.entry(path);
    const found = await lstat(octetsOf(name)).catch(() => undefined);
    return found === undefined ? name : this.existing(path);
  }

  #inside(real: string): string {
    if (real === this.#real || real.startsWith(this.#real === '/' ? '/' : `${this.#real}/`)) return real;
    throw new Refused('Outside of the root directory');
  }
}

async function realLatin1(path: Buffer): Promise<string> {
  return (await realpath(path, { encoding: 'buffer' })).toString('latin1');
}

/** The path a client means: absolute, without `.`, `..` and doubled slashes. */
export function absolute(cwd: string, argument: string): string {
  const path = posix.resolve('/', cwd, argument);
  return path === '' ? '/' : path;
}

export type ListForm = 'list' | 'names' | 'facts';

/**
 * The lines of a listing, with CRLF, as they are found: a large directory is never held.
 *
 * @param prefix - what NLST puts before each name, since a client may use its lines as arguments
 */
export async function* listing(real: string, form: ListForm, prefix = ''): AsyncGenerator<Buffer> {
  const whole = await stat(octetsOf(real));
  const names = whole.isDirectory() ? await readdir(octetsOf(real), { encoding: 'buffer' }) : undefined;
  if (names === undefined) yield octetsOf(`${entryLine(posix.basename(real), whole, form, prefix)}\r\n`);
  for (const octets of names ?? []) {
    const name = octets.toString('latin1');
    // A file may be gone by now, or a link dangle; a name with a line end in it would be two lines to the client.
    const found = await stat(octetsOf(posix.join(real, name))).catch(() => undefined);
    if (found !== undefined && !/[\r\n]/.test(name)) yield octetsOf(`${entryLine(name, found, form, prefix)}\r\n`);
  }
}

function entryLine(name: string, found: Stats, form: ListForm, prefix: string): string {
  if (form === 'names') return prefix + name;
  if (form === 'facts') return `${facts(found)} ${name}`;
  const mode = [6, 3, 0].map((shift) =>
    ['r', 'w', 'x'].map((letter, bit) => ((found.mode >> shift) & (4 >> bit) ? letter : '-')),
  );
  const kind = found.isDirectory() ? 'd' : '-';
  const owner = `${String(found.uid).padEnd(8)} ${String(found.gid).padEnd(8)}`;
  return `${kind}${mode.flat().join('')} ${String(found.nlink).padStart(4)} ${owner} ${String(found.size).padStart(12)} ${date(found.mtime)} ${name}`;
}

/** The facts of RFC 3659 §7.5 that FEAT promises. */
export function facts(found: Stats): string {
  const mode = (found.mode & 0o7777).toString(8).padStart(4, '0');
  const type = found.isDirectory() ? 'dir' : 'file';
  return `type=${type};size=${found.size};modify=${timestamp(found.mtime)};UNIX.mode=${mode};`;
}

/** RFC 3659 §2.3: YYYYMMDDHHMMSS, UTC. */
export function timestamp(time: Date): string {
  return time.toISOString().replace(/[-:T]|\..*/g, '');
}

/** As `ls -l`: the time of day for the last half year, else the year. UTC. */
function date(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ');
  const recent = Math.abs(Date.now() - time.getTime()) < 182 * 86_400_000;
  return `${month ?? ''} ${(day ?? '').replace(/^0/, ' ')} ${recent ? (clock ?? '').slice(0, 5) : (year ?? '').padStart(5)}`;
}
