/** What a server says of one file: SIZE, MDTM and MLST, RFC 3659 §3, §4, §7; MFMT, draft-somers-ftp-mfxx. */
import { isCompletion, replyText } from '../../wire/reply.js';
import { refusedCommand } from '../error.js';
import type { Session } from '../session/session.js';
import { isEntryName, parseSize, type RemoteEntry } from './entry.js';
import { formatFactTime, parseFactTime } from './fact-time.js';
import { parseFacts } from './facts.js';
import { unless, type DirectoryReader } from './directory-reader.js';

/** In octets; undefined where the server has no SIZE or no such file. */
export async function sizeOf(session: Session, path: string): Promise<number | undefined> {
  // Some servers give no size, or that of the text, in type A.
  await session.represent('I');
  return parseSize(await ask(session, 'SIZE', path));
}

/** Undefined where the server has no MDTM or no such file. */
export async function modifiedOf(session: Session, path: string): Promise<Date | undefined> {
  return parseFactTime((await ask(session, 'MDTM', path)) ?? '');
}

/**
 * What there is at a path; its name is the path's last part. SIZE and MDTM come first, since they tell of what would be
 * received (ProFTPD's MLST gives a link's own size); then MLST, or the directory above, for what is no file.
 */
export async function statusOf(
  session: Session,
  directories: DirectoryReader,
  path: string,
): Promise<RemoteEntry | undefined> {
  const at = path.replace(/\/+$/, '');
  const name = at.slice(at.lastIndexOf('/') + 1);
  const size = await sizeOf(session, path);
  if (size !== undefined) return { name, kind: 'file', size, modified: await modifiedOf(session, path) };
  if ((await session.features()).has('MLST')) return ofFacts(session, path, name);
  if (!isEntryName(name)) {
    // No file is called so: what these lead to is a directory, or not there.
    const directory: RemoteEntry = { name, kind: 'directory', size: undefined, modified: undefined };
    return directories.inside(path, () => Promise.resolve(directory)).catch(unless(450, 550));
  }
  const above = at.slice(0, Math.max(0, at.lastIndexOf('/')));
  const where = above === '' ? (at.startsWith('/') ? '/' : undefined) : above;
  // 450 and 550: the directory is not there, or not for this user.
  const listing = await directories.read(where, undefined).catch(unless(450, 550));
  return listing?.entries.find((entry) => entry.name === name);
}

/** Sets when a file was last changed, to the second. False where the server cannot, or refuses. */
export async function setModifiedOf(session: Session, path: string, time: Date): Promise<boolean> {
  const seconds = formatFactTime(time);
  const features = await session.features();
  if (features.has('MFMT')) return isCompletion(await session.command('MFMT', `${seconds} ${path}`));
  if (!features.has('MDTM')) return false;
  // To a server that can only be asked, this is the name of another file.
  const reply = await session.command('MDTM', `${seconds} ${path}`);
  if (!isCompletion(reply)) return false;
  return (await ask(session, 'MDTM', path)) === seconds;
}

async function ofFacts(session: Session, path: string, name: string): Promise<RemoteEntry | undefined> {
  const reply = await session.command('MLST', path);
  if (reply.code === 550) return undefined;
  if (reply.code !== 250) throw refusedCommand(path, reply);
  const line = reply.lines.slice(1, -1).map((text) => parseFacts(text.replace(/^ |^250-/, '')))[0];
  if (line === undefined) throw refusedCommand(path, reply);
  const { kind, size, modified } = line;
  return { name, kind, size, modified };
}

/** The text of a 213, undefined where the server refuses. */
async function ask(session: Session, verb: string, path: string): Promise<string | undefined> {
  const reply = await session.command(verb, path);
  if (reply.code === 213) return replyText(reply).trim();
  if (isCompletion(reply)) throw refusedCommand(verb, reply);
  return undefined;
}
