/**
 * Loads the key with which the gateway proves who it is. A failure says what to do about it.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import {
  dsaPublicKeyOf,
  importDsaPrivatePem,
  importDsaPublicPem,
  type DsaKeyFault,
  type DsaPrivateKey,
} from '../crypto/dsa.js';
import { err, ok, type Result } from '../lib/result.js';
import { wipe } from '../lib/secret.js';
import { shellWord } from '../lib/shell-word.js';
import { serverKeyOf, type ServerKey } from '../security/safetp1/server-key.js';
import { isShared, keygenLine, keyPaths, systemError, type KeyPaths } from './key-files.js';

/** Why there is no key. `text` is for the administrator. */
export interface KeyFailure {
  readonly code: 'key-missing' | 'key-permissions' | 'key-unreadable' | 'key-not-dsa' | 'key-mismatch';
  readonly text: string;
}

/** No key in PEM is nearly as long, in octets. */
const MAXIMUM_FILE = 16_384;

/** The key in WORKDIR/DSA. The public file may be missing, but it must not be another key's. */
export function loadServerKey(workdir: string): Result<ServerKey, KeyFailure> {
  const paths = keyPaths(workdir);
  const folder = checkFolder(paths, workdir);
  if (folder !== undefined) return err(folder);
  const privateKey = loadPrivate(paths, workdir);
  if (!privateKey.ok) return privateKey;
  const mismatch = checkPublic(paths, privateKey.value);
  return mismatch === undefined ? ok(serverKeyOf(privateKey.value)) : err(mismatch);
}

function checkFolder({ folder }: KeyPaths, workdir: string): KeyFailure | undefined {
  try {
    const { mode } = statSync(folder);
    return isShared(mode) ? shared('directory', folder, '700') : undefined;
  } catch (error) {
    return unopened(folder, workdir, error);
  }
}

function loadPrivate({ privateFile }: KeyPaths, workdir: string): Result<DsaPrivateKey, KeyFailure> {
  let file: ReadFile;
  try {
    file = readWhole(privateFile);
  } catch (error) {
    return err(unopened(privateFile, workdir, error));
  }
  if (isShared(file.mode)) {
    wipe(file.content ?? new Uint8Array());
    return err(shared('private key', privateFile, '600'));
  }
  if (file.content === undefined) return err({ code: 'key-unreadable', text: `${privateFile} is no key file.` });
  const key = importDsaPrivatePem(file.content);
  wipe(file.content);
  return key.ok ? key : err(unusable(privateFile, workdir, key.error));
}

function checkPublic({ privateFile, publicFile }: KeyPaths, privateKey: DsaPrivateKey): KeyFailure | undefined {
  let content: Uint8Array | undefined;
  try {
    content = readWhole(publicFile).content;
  } catch (error) {
    const why = systemError(error);
    // The private key holds the public one; the file is there for people.
    return why === 'ENOENT' ? undefined : { code: 'key-unreadable', text: `Cannot read ${publicFile}: ${why}.` };
  }
  const key = content && importDsaPublicPem(Buffer.from(content).toString('latin1'));
  if (key?.ok === true && key.value.fingerprint === dsaPublicKeyOf(privateKey).fingerprint) return undefined;
  const line = `rm ${shellWord(publicFile)}`;
  return {
    code: 'key-mismatch',
    text: `${publicFile} is not the public half of ${privateFile}. If the private key is the right one: ${line}`,
  };
}

interface ReadFile {
  readonly mode: number;
  /** Undefined when it is no file, or too long a one. */
  readonly content: Uint8Array | undefined;
}

/** Mode and content of one and the same file, whatever happens to its name meanwhile. Throws as the system calls do. */
function readWhole(path: string): ReadFile {
  // Not to wait for a writer, should it be a named pipe.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile() || status.size > MAXIMUM_FILE) return { mode: status.mode, content: undefined };
    const content = new Uint8Array(status.size);
    let filled = 0;
    for (let read = 1; read > 0 && filled < content.length; filled += read) {
      read = readSync(descriptor, content, filled, content.length - filled, null);
    }
    return { mode: status.mode, content: content.subarray(0, filled) };
  } finally {
    closeSync(descriptor);
  }
}

function unopened(path: string, workdir: string, error: unknown): KeyFailure {
  const why = systemError(error);
  if (why !== 'ENOENT' && why !== 'ENOTDIR') return { code: 'key-unreadable', text: `Cannot read ${path}: ${why}.` };
  return { code: 'key-missing', text: `There is no server key at ${path}. Make one: ${keygenLine(workdir)}` };
}

function shared(what: string, path: string, mode: string): KeyFailure {
  return {
    code: 'key-permissions',
    text: `The ${what} ${path} can be read or written by others than its owner. Close it: chmod ${mode} ${shellWord(path)}`,
  };
}

function unusable(path: string, workdir: string, fault: DsaKeyFault): KeyFailure {
  const another = `Make another: ${keygenLine(workdir, '--force')}`;
  switch (fault) {
    case 'not-dsa':
      return { code: 'key-not-dsa', text: `The private key ${path} is not a DSA key. ${another}` };
    case 'size':
      return { code: 'key-not-dsa', text: `The DSA key ${path} is of a size that is not accepted. ${another}` };
    case 'unreadable':
      return { code: 'key-unreadable', text: `${path} is no private key in PEM without a passphrase. ${another}` };
  }
}
