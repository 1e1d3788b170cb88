import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder, removeFolder } from './process.js';

/** A file of known content. */
export interface TestFile {
  /** How tests call it: `an empty file`. */
  label: string;
  name: string;
  size: number;
  path: string;
  sha256: string;
}

/** What a file is to be. */
export type TestFileKind = Pick<TestFile, 'label' | 'name' | 'size'>;

/** The files that interop suites send and fetch. */
export interface TestFiles {
  all: readonly TestFile[];
  remove(): Promise<void>;
}

/** What {@link makeTestFiles} makes; known before it does, so that tests can be named after them. */
export const testFileKinds = [
  { label: 'an empty file', name: 'empty.bin', size: 0 },
  { label: 'a file of one octet', name: 'one.bin', size: 1 },
  { label: 'a 50 MiB file', name: 'large.bin', size: 50 * 1024 * 1024 },
] as const;

/** Makes the test files: the same pseudo-random octets every time, different in each file. */
export async function makeTestFiles(kinds: readonly TestFileKind[] = testFileKinds): Promise<TestFiles> {
  const folder = await makeFolder('files');
  const all: TestFile[] = [];
  for (const kind of kinds) {
    const file = path.join(folder, kind.name);
    all.push({ ...kind, path: file, sha256: await writePseudoRandom(file, kind.size) });
  }
  return { all, remove: () => removeFolder(folder) };
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** Writes the keystream of a cipher: every octet value occurs, CR, LF, IAC and NUL in all their combinations. */
async function writePseudoRandom(file: string, size: number): Promise<string> {
  const key = createHash('sha256').update(`sftpd test file of ${size} octets`).digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const hash = createHash('sha256');
  const zeros = Buffer.alloc(1 << 20);
  const handle = await open(file, 'w');
  try {
    for (let left = size; left > 0; left -= zeros.length) {
      const block = stream.update(zeros.subarray(0, Math.min(left, zeros.length)));
      hash.update(block);
      await handle.write(block);
    }
  } finally {
    await handle.close();
  }
  await chmod(file, 0o644);
  return hash.digest('hex');
}
