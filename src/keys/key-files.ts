/**
 * Where a server key lies, and what its files may look like: WORKDIR/DSA/private.pem (PKCS#8, 0600) and
 * WORKDIR/DSA/public.pem (SubjectPublicKeyInfo).
 */
import { join } from 'node:path';
import { shellWord } from '../lib/shell-word.js';

/** Where sftpd keeps its state unless told otherwise. */
export const DEFAULT_WORKDIR = '/var/lib/sftpd';

export interface KeyPaths {
  /** 0700. */
  readonly folder: string;
  /** 0600. */
  readonly privateFile: string;
  readonly publicFile: string;
}

export function keyPaths(workdir: string): KeyPaths {
  const folder = join(workdir, 'DSA');
  return { folder, privateFile: join(folder, 'private.pem'), publicFile: join(folder, 'public.pem') };
}

export const FOLDER_MODE = 0o700;
export const PRIVATE_MODE = 0o600;
export const PUBLIC_MODE = 0o644;

/** Reading and writing by group and by others. */
const SHARED_ACCESS = 0o066;

/** Whether a file's mode lets anyone but its owner read or write it. */
export function isShared(mode: number): boolean {
  return (mode & SHARED_ACCESS) !== 0;
}

/** The line that makes a key. */
export function keygenLine(workdir: string, ...options: readonly string[]): string {
  return ['sftpd-keygen', ...options, '-y', shellWord(workdir)].join(' ');
}

/** What a failed system call has to say, in a word, as `EACCES`. */
export function systemError(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}
