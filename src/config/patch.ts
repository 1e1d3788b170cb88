/** What flags of the command line lay over the file, before it is validated. */
import type { ConfigurationDocument } from './document.js';

/** One value from the command line. */
export interface Patch {
  /** The flag as it was given, as in `--listen 2121`: where a diagnostic says the problem is. */
  readonly flag: string;
  /** Where the value goes, as in ['data', 'passivePorts']. Keys only: a list is replaced as a whole. */
  readonly path: readonly string[];
  readonly value: unknown;
}

/** The document with patches laid over it, later ones over earlier ones. The file's own places stay. */
export function overlay(document: ConfigurationDocument, patches: readonly Patch[]): ConfigurationDocument {
  if (patches.length === 0) return document;
  return {
    file: document.file,
    value: patches.reduce<unknown>((value, patch) => assigned(value, patch.path, patch.value), document.value),
    place: (path, at) => {
      const patch = patches.findLast((each) => each.path.every((step, index) => path[index] === step));
      return patch === undefined ? document.place(path, at) : { kind: 'flag', flag: patch.flag };
    },
  };
}

/** A copy of a value with the value at a path replaced; what is in the way and is no mapping gives way to one. */
function assigned(value: unknown, path: readonly string[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  const outer: object = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  return { ...outer, [step]: assigned(Reflect.get(outer, step), rest, replacement) };
}
