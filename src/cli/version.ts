/**
 * The program's version, from package.json, which lies two directories above this file in the source tree and three above
 * it when compiled.
 */
import { readFileSync } from 'node:fs';

const PACKAGE_NAME = 'sftpd';

/** The version of the nearest package.json, upwards from here, that is this program's own; `unknown` when there is none. */
export function programVersion(): string {
  for (let directory = new URL('.', import.meta.url); ; directory = new URL('..', directory)) {
    const version = versionIn(new URL('package.json', directory));
    if (version !== undefined) return version;
    if (directory.pathname === '/' || new URL('..', directory).href === directory.href) return 'unknown';
  }
}

function versionIn(file: URL): string | undefined {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: unknown; readonly version?: unknown };
    return content.name === PACKAGE_NAME && typeof content.version === 'string' ? content.version : undefined;
  } catch {
    // No such file, or another's: look further up.
    return undefined;
  }
}
