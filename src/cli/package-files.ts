/**
 * Files of this program's package, wherever it is installed: they lie two directories above this file in the source tree
 * and three above it when compiled.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PACKAGE_NAME = 'sftpd';

/** What this program needs of its package.json. */
export interface PackageFacts {
  readonly root: URL;
  readonly version: string;
}

/** The nearest package.json, upwards from here, that is this program's own; undefined when there is none. */
export function ownPackage(): PackageFacts | undefined {
  for (let directory = new URL('.', import.meta.url); ; directory = new URL('..', directory)) {
    const version = versionIn(new URL('package.json', directory));
    if (version !== undefined) return { root: directory, version };
    if (directory.pathname === '/' || new URL('..', directory).href === directory.href) return undefined;
  }
}

/** Path of the JSON Schema that is installed with this program; undefined when it is not. */
export function schemaFile(): string | undefined {
  const root = ownPackage()?.root;
  if (root === undefined) return undefined;
  const file = fileURLToPath(new URL('schemas/sftpd.schema.json', root));
  return existsSync(file) ? file : undefined;
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
