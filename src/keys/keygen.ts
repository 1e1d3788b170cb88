/**
 * sftpd-keygen, from its arguments to what it prints.
 */
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { programVersion } from '../cli/version.js';
import {
  dsaPublicKeyOf,
  exportDsaPrivatePem,
  exportDsaPublicPem,
  generateDsaKey,
  type DsaModulusBits,
} from '../crypto/dsa.js';
import { err, ok, type Result } from '../lib/result.js';
import { parseArguments, USAGE, type KeygenRequest } from './arguments.js';
import { writeAtomically } from './atomic-file.js';
import { FOLDER_MODE, keygenLine, keyPaths, PRIVATE_MODE, PUBLIC_MODE, systemError } from './key-files.js';
import { loadServerKey } from './key-store.js';

/** What the program leaves behind: 0 done, 1 could not, 2 was not asked properly. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs sftpd-keygen with these arguments, the program's own name not among them. */
export function runKeygen(argv: readonly string[]): Outcome {
  const request = parseArguments(argv);
  if (!request.ok) {
    return { exitCode: 2, stdout: '', stderr: `sftpd-keygen: ${request.error}\nTry: sftpd-keygen --help\n` };
  }
  const done = perform(request.value);
  if (!done.ok) return { exitCode: 1, stdout: '', stderr: `sftpd-keygen: ${done.error}\n` };
  return { exitCode: 0, stdout: done.value, stderr: '' };
}

function perform(request: KeygenRequest): Result<string, string> {
  switch (request.kind) {
    case 'help':
      return ok(USAGE);
    case 'version':
      return ok(`sftpd-keygen ${programVersion()}\n`);
    case 'show':
      return show(request.workdir);
    case 'generate':
      return generate(request.workdir, request.bits, request.force);
  }
}

/** The fingerprint, and the public key in PEM. */
function show(workdir: string): Result<string, string> {
  const key = loadServerKey(workdir);
  if (!key.ok) return err(key.error.text);
  const pem = exportDsaPublicPem(dsaPublicKeyOf(key.value.privateKey));
  return ok(`${key.value.fingerprint}\n${pem}`);
}

function generate(workdir: string, bits: DsaModulusBits, force: boolean): Result<string, string> {
  const { folder, privateFile, publicFile } = keyPaths(workdir);
  const present = [privateFile, publicFile].find((path) => existsSync(path));
  if (present !== undefined && !force) return err(alreadyThere(present, workdir));
  const privateKey = generateDsaKey(bits);
  const publicKey = dsaPublicKeyOf(privateKey);
  try {
    mkdirSync(workdir, { recursive: true });
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    // It may have been there before, and open.
    chmodSync(folder, FOLDER_MODE);
    const content = exportDsaPrivatePem(privateKey).expose();
    if (!writeAtomically({ path: privateFile, content, mode: PRIVATE_MODE, replace: force })) {
      return err(alreadyThere(privateFile, workdir));
    }
    writeAtomically({ path: publicFile, content: exportDsaPublicPem(publicKey), mode: PUBLIC_MODE, replace: true });
  } catch (error) {
    return err(`cannot write the key into ${folder}: ${systemError(error)}`);
  }
  return ok(`A DSA key of ${bits} bits is in ${folder}\n${publicKey.fingerprint}\n`);
}

function alreadyThere(path: string, workdir: string): string {
  const line = keygenLine(workdir, '--force');
  return `${path} is there already. To replace it, which clients that have pinned it will take for an attack: ${line}`;
}
