/** How whatever starts sftpd is to start it. */
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownPackage } from '../cli/package-files.js';
import { SetupError } from './target.js';

/** The PATH a service may count on. */
const SERVICE_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** A program and its first arguments; those of sftpd follow. */
export interface ProgramLine {
  readonly words: readonly [string, ...string[]];
  /** What may keep another user from starting it. */
  readonly warnings: readonly string[];
}

/**
 * The program sftpd: the one named, else the one installed beside sftpd-setup. Its first line asks env(1) for node, which a
 * service finds only in the usual places: where it is elsewhere, node is named first.
 *
 * @param invoked - how sftpd-setup was started: an npm that links programs into a bin/ links both into the same
 */
export function programLine(named: string | null, invoked: string | undefined): ProgramLine {
  const program = named ?? beside(invoked) ?? inPackage();
  const findsNode = SERVICE_PATH.some((folder) => existsSync(path.join(folder, 'node')));
  const words: [string, ...string[]] = findsNode ? [program] : [process.execPath, program];
  const odd = words.find((word) => !/^\/[\w.+@/-]+$/.test(word));
  if (odd !== undefined) {
    throw new SetupError(
      `the path ${odd} cannot stand in a unit file or inetd.conf: install sftpd where it has no spaces`,
    );
  }
  return { words, warnings: words.flatMap(unreachable) };
}

function beside(invoked: string | undefined): string | undefined {
  if (invoked === undefined) return undefined;
  const file = path.join(path.dirname(path.resolve(invoked)), 'sftpd');
  return existsSync(file) && isExecutable(file) ? file : undefined;
}

function inPackage(): string {
  const root = ownPackage()?.root;
  const file = root && fileURLToPath(new URL('dist/src/main.js', root));
  if (file !== undefined && existsSync(file)) return file;
  throw new SetupError('the program sftpd is not to be found: name it with program: in an answers file');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A directory on the way that is closed to others, as /root is. */
function unreachable(word: string): string[] {
  if (!existsSync(word)) return [`${word} is not there yet: what starts sftpd will not find it`];
  for (let folder = path.dirname(realpathSync(word)); folder !== '/'; folder = path.dirname(folder)) {
    if ((statSync(folder).mode & 0o001) !== 0) continue;
    return [`${folder} is closed to other users: what starts ${word} cannot reach it there; install it elsewhere`];
  }
  return [];
}
