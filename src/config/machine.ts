/** What the checks look up on this machine. */
import { accessSync, constants, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { CheckSetting } from './findings.js';
import { readServices } from './services.js';

/** Looks this machine up, as it is now. */
export async function inspectMachine(): Promise<CheckSetting> {
  const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return {
    services: await readServices(),
    localAddresses: interfaces.map(({ address }) => address),
    programFault,
    logFileFault,
  };
}

/** Why a program cannot be started by this user; undefined when it can. */
export function programFault(file: string): string | undefined {
  return faultOf(() => {
    if (!statSync(file).isFile()) return 'is not a file: name the program itself';
    accessSync(file, constants.X_OK);
    return undefined;
  }, 'is not executable by this user: chmod +x, or name another program');
}

/** Why a file cannot be appended to, or made, by this user; undefined when it can. */
export function logFileFault(file: string): string | undefined {
  const fault = faultOf(() => {
    const stat = statSync(file);
    // A FIFO or a terminal may well be meant; a directory never is.
    if (stat.isDirectory()) return 'is a directory: name a file in it';
    accessSync(file, constants.W_OK);
    return undefined;
  }, 'cannot be written by this user: change its owner or its mode');
  if (fault !== ABSENT) return fault;
  const folder = path.dirname(file);
  return faultOf(
    () => {
      accessSync(folder, constants.W_OK | constants.X_OK);
      return undefined;
    },
    `is not there and cannot be made in ${folder} by this user: make it, or change the directory's owner or mode`,
    `is not there, and neither is its directory ${folder}: make that first`,
  );
}

const ABSENT = 'is not there: install it, or correct the path';

function faultOf(look: () => string | undefined, forbidden: string, absent = ABSENT): string | undefined {
  try {
    return look();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return absent;
    if (code === 'EACCES' || code === 'EPERM') return forbidden;
    if (code === 'EROFS') return 'lies on a file system that is mounted read-only';
    return `cannot be looked at: ${error instanceof Error ? error.message : String(error)}`;
  }
}
