/** The files of this project, for tests about them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..', '..');

/** The text of a file. */
export const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The texts of TypeScript files: those named, and all in the folders named. */
export function sourcesOf(...places: readonly string[]): readonly string[] {
  return places.flatMap((place) => {
    const at = path.join(root, place);
    if (place.endsWith('.ts')) return [readFileSync(at, 'utf8')];
    return readdirSync(at, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(path.join(at, file), 'utf8'));
  });
}
