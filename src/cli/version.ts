import { ownPackage } from './package-files.js';

/** The program's version, from its package.json; `unknown` when there is none. */
export function programVersion(): string {
  return ownPackage()?.version ?? 'unknown';
}
