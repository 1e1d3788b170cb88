/** The built sftpc, the gateway, and each ftpd of Debian behind it that can be started on a high port. */
import { chown, mkdir, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { Ftpd, FtpdOptions } from '../peers/ftpd.js';
import { type Gateway, startGateway } from '../peers/gateway.js';
import { isRoot, servant } from '../peers/identity.js';
import type { PeerName } from '../peers/peer.js';
import { launch, makeFolder, removeFolder } from '../peers/process.js';
import { startProftpd } from '../peers/proftpd.js';
import { startPureFtpd } from '../peers/pureftpd.js';
import { startVsftpd } from '../peers/vsftpd.js';

export const SFTPC = path.resolve(import.meta.dirname, '../../dist/src/client/main.js');

/** Longer than one session takes on a loaded machine. */
export const SECONDS = 100;

export interface FtpdKind {
  readonly name: string;
  readonly peer: PeerName;
  readonly start: (options?: FtpdOptions) => Promise<Ftpd>;
  /** What it has to be told to convert text, and to go on with uploads. */
  readonly able: readonly string[];
  /** What it has to be told to move no more than a megabyte a second. */
  readonly slow: readonly string[];
  /** What it sends of a line that ends in CRLF in its file (type A): that line end, or a CR of the line and a line end. */
  readonly crlf: 'is a line end' | 'is CR and a line end';
  /** Names that it stores as others, or does not find again. */
  readonly loses: readonly string[];
}

/** In latin1. On the wire FF is doubled (RFC 2640 §3.1), which vsftpd and Pure-FTPd do not undo. */
export const WITH_FF = 'y\xffz';
/** Pure-FTPd stores it as `_blank first`. */
export const BLANK_FIRST = ' blank first';

/** vsftpd is anonymous here. */
export const FTPDS: readonly FtpdKind[] = [
  {
    name: 'vsftpd',
    peer: 'vsftpd',
    start: startVsftpd,
    able: ['ascii_upload_enable=YES', 'ascii_download_enable=YES'],
    slow: ['anon_max_rate=1000000'],
    crlf: 'is a line end',
    loses: [WITH_FF],
  },
  {
    name: 'ProFTPD',
    peer: 'proftpd',
    start: startProftpd,
    able: ['AllowStoreRestart on'],
    slow: ['TransferRate RETR,STOR 1000'],
    crlf: 'is a line end',
    loses: [],
  },
  {
    name: 'Pure-FTPd',
    peer: 'pure-ftpd',
    start: startPureFtpd,
    able: [],
    slow: ['-T', '1000:1000'],
    crlf: 'is CR and a line end',
    loses: [WITH_FF, BLANK_FIRST],
  },
];

export interface Site {
  readonly kind: FtpdKind;
  readonly ftpd: Ftpd;
  readonly gateway: Gateway;
  readonly stop: () => Promise<void>;
}

export interface SiteOptions extends Pick<FtpdOptions, 'address' | 'root'> {
  /** `slow`: the ftpd moves no more than a megabyte a second. */
  readonly pace?: 'slow';
}

export async function startSite(kind: FtpdKind, { pace, ...options }: SiteOptions = {}): Promise<Site> {
  const ftpd = await kind.start({ ...options, extra: [...kind.able, ...(pace === 'slow' ? kind.slow : [])] });
  try {
    const gateway = await startGateway({ ftpd, address: ftpd.host });
    const stop = async (): Promise<void> => {
      await gateway.stop();
      await ftpd.stop();
    };
    return { kind, ftpd, gateway, stop };
  } catch (error) {
    await ftpd.stop();
    throw error;
  }
}

/** A cell of a matrix: a place of its own on both sides, and the session's terms. */
export interface Cell {
  readonly site: Site;
  /** Where the same files are behind a slow ftpd. */
  readonly slow: Site;
  readonly level: 'C' | 'S' | 'P';
  readonly mode: 'passive' | 'active';
  /** The folder on this side. */
  readonly here: string;
  /** The same folder on the server, as files, and as a session calls it. */
  readonly there: string;
  readonly remote: string;
}

/** Does something in a cell, and leaves nothing of it behind. */
export async function inCell(
  terms: Omit<Cell, 'here' | 'there' | 'remote'>,
  work: (cell: Cell) => Promise<void>,
): Promise<void> {
  const here = await makeFolder('sftpc');
  const remote = path.basename(here);
  const there = path.join(terms.site.ftpd.root, remote);
  await mkdir(there);
  await give(there);
  try {
    await work({ ...terms, here, there, remote });
  } finally {
    await rm(there, { recursive: true, force: true });
    await removeFolder(here);
  }
}

/** The words that begin a session of this cell. */
export function wordsOf({ site, level, mode, here }: Cell): readonly string[] {
  const { ftpd, gateway } = site;
  const trust = ['--known-servers', path.join(here, '.known'), '--accept-new'];
  return ['--user', ftpd.user, ...trust, '--prot', level, `--${mode}`, gateway.host, `${gateway.port}`];
}

export interface Told {
  /** `exit 0`. */
  readonly ended: string;
  /** All that was printed. */
  readonly told: string;
}

/**
 * Runs a script of commands in the cell's folder on both sides.
 *
 * @param under - a program that runs sftpc, with its words
 */
export async function script(cell: Cell, lines: readonly string[], under: readonly string[] = []): Promise<Told> {
  const [file = '', ...args] = [...under, process.execPath, SFTPC, '-d', ...wordsOf(cell)];
  const program = launch({
    file,
    args,
    seconds: SECONDS,
    cwd: cell.here,
    env: { SFTPC_PASSWORD: cell.site.ftpd.password },
    input: [`cd ${cell.remote}`, ...lines, 'bye'].join('\n'),
  });
  const ended = await program.ended;
  return { ended, told: program.output() };
}

/** What `script` runs sftpc under to have its process's number in a file of that name. */
export const numbered = (file: string): readonly string[] => ['sh', '-c', `echo $$ >${file}; exec "$@"`, 'sftpc'];

/** Puts a file where the ftpd's user may do all with it. `sparse`: that many octets, which no disk has to hold. */
export async function plant(place: string | Buffer, content: string | Uint8Array | { sparse: number }): Promise<void> {
  if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(place, content);
  else {
    await writeFile(place, '');
    await truncate(place.toString(), content.sparse);
  }
  await give(place);
}

/** Gives a file or folder to the user that the ftpds serve files as. */
export async function give(place: string | Buffer): Promise<void> {
  const { uid, gid } = servant();
  if (isRoot) await chown(place, uid, gid);
}

/** The octets of the file in a folder whose name begins so, or of the temporary file, but not of its note; undefined while there is none. */
export async function sizeOfFirst(folder: string, beginning: string): Promise<number | undefined> {
  const name = (await readdir(folder)).find((each) => each.startsWith(beginning) && !each.endsWith('.json'));
  return name === undefined ? undefined : (await stat(path.join(folder, name))).size;
}
