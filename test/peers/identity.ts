import { execFileSync } from 'node:child_process';
import process from 'node:process';

export const isRoot = process.getuid?.() === 0;

/** The user and the group that root's servers serve files as: nobody and nogroup, whose numbers are these on every Debian. */
const nobody = 65534;

/** Whom servers run as that need no privileges: oneself, or nobody where oneself is root. */
export function servant(): { uid: number; gid: number } {
  return isRoot ? { uid: nobody, gid: nobody } : { uid: process.getuid!(), gid: process.getgid!() };
}

/** The name of a user. */
export function userName(uid: number): string {
  return execFileSync('id', ['-un', `${uid}`], { encoding: 'utf8' }).trim();
}

/** The name of a user's own group. */
export function groupName(uid: number): string {
  return execFileSync('id', ['-gn', `${uid}`], { encoding: 'utf8' }).trim();
}
