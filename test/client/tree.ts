/** Trees of files, for tests that copy them. */
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Content by path; a path that ends in a slash is an empty directory. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Names that are hard on programs which take names apart. */
export const ODD_FILES: Files = {
  'plain.txt': 'plain',
  'two words.txt': 'words',
  ' leading blank': 'blank',
  '-leading dash': 'dash',
  '-d/-r': 'deep dash',
  '~tilde': 'tilde',
  'grüße 日本語.txt': 'UTF-8',
  'brackets [a-z] {b}*?': 'brackets',
  'quote " and \' and \\': 'quotes',
  'empty file': '',
  'empty directory/': '',
  'deep/er/and/deeper/file': 'deep',
  'a;b=c; d': 'facts',
  '.hidden': 'hidden',
  '.hidden directory/file': 'hidden too',
};

export async function plant(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const place = join(root, path);
    await mkdir(path.endsWith('/') ? place : dirname(place), { recursive: true });
    if (!path.endsWith('/')) await writeFile(place, content);
  }
}

/** Each path with the SHA-256 of its file, or what else it is. */
export async function survey(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(root, { recursive: true })).sort()) {
    const place = join(root, name);
    const stats = await lstat(place);
    if (stats.isDirectory()) found[name] = 'directory';
    else if (stats.isFile())
      found[name] = createHash('sha256')
        .update(await readFile(place))
        .digest('hex');
    else found[name] = stats.isSymbolicLink() ? 'link' : 'other';
  }
  return found;
}
