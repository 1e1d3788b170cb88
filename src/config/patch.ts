/** What flags of the command line lay over the file, before it is validated. */
import { OVERRIDABLE_SECTIONS } from '../../schemas/listeners.js';
import type { ConfigurationDocument } from './document.js';

/** One value from the command line. */
export interface Patch {
  /** The flag as it was given, as in `--listen 2121`: where a diagnostic says the problem is. */
  readonly flag: string;
  /** Where the value goes, as in ['data', 'passivePorts']. `*` stands for each item of a list. */
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * The document with patches laid over it, later ones over earlier ones. A flag holds for all listeners: what a listener of
 * the file says against it gives way. The file's own places stay.
 */
export function overlay(document: ConfigurationDocument, patches: readonly Patch[]): ConfigurationDocument {
  if (patches.length === 0) return document;
  return {
    file: document.file,
    value: patches.reduce<unknown>(
      (value, patch) => withoutOverride(assigned(value, patch.path, patch.value), patch.path),
      document.value,
    ),
    place: (path, at) => {
      const patch = patches.findLast((each) =>
        each.path.every((step, index) => (step === '*' ? typeof path[index] === 'number' : path[index] === step)),
      );
      return patch === undefined ? document.place(path, at) : { kind: 'flag', flag: patch.flag };
    },
  };
}

/**
 * A copy of a value with the value at a path replaced. What is absent on the way becomes a mapping, or for `*` a list of
 * one; what is in the way and is neither stays, for the schema to refuse: a flag must not hide what is wrong in the file.
 */
function assigned(value: unknown, path: readonly string[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (step === '*') {
    const items: unknown = value ?? [{}];
    return Array.isArray(items) ? items.map((item) => assigned(item, rest, replacement)) : value;
  }
  const outer = value ?? {};
  if (!isMapping(outer)) return value;
  return { ...outer, [step]: assigned(outer[step], rest, replacement) };
}

/** A copy of the configuration in which no listener overrides the key of a section at a path. */
function withoutOverride(value: unknown, path: readonly string[]): unknown {
  const [section = '', key = ''] = path;
  if (!isMapping(value) || !OVERRIDABLE_SECTIONS.some((each) => each === section)) return value;
  const listeners = value['listeners'];
  if (!Array.isArray(listeners)) return value;
  return {
    ...value,
    listeners: listeners.map((listener: unknown) => {
      const overrides = isMapping(listener) ? listener[section] : undefined;
      if (!isMapping(listener) || !isMapping(overrides) || !Object.hasOwn(overrides, key)) return listener;
      const others = Object.entries(overrides).filter(([each]) => each !== key);
      return { ...listener, [section]: Object.fromEntries(others) };
    }),
  };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
