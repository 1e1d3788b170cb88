/** The schema's complaints as problems an administrator can act on. */
import { nearest } from '../lib/nearest.js';
import { keysAt } from '../../schemas/keys.js';
import type { SchemaIssue } from '../../schemas/sftpd.js';
import { formatPath, type Problem, quote } from './diagnostics.js';

type Path = readonly PropertyKey[];

/** What zod reports, with what was found put in front of what is allowed, and a guess at what was meant. */
export function problemsOf(issues: readonly SchemaIssue[], value: unknown): readonly Problem[] {
  return issues.flatMap((issue) => problems(issue, issue.path, value));
}

/**
 * Paths whose values the schema refused, so that checks across keys leave them alone. An unknown key that looks like a
 * known one counts as that one: its default stands in for what the administrator meant to say.
 */
export function refusedPaths(issues: readonly SchemaIssue[]): readonly Path[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [issue.path];
    const allowed = keysAt(issue.path);
    return issue.keys.flatMap((key) => {
      const meant = nearest(key, allowed);
      return meant === undefined ? [] : [[...issue.path, meant]];
    });
  });
}

/** A copy of a value without what the schema refused: lists go as a whole, so that no index shifts. */
export function withoutRefused(value: unknown, issues: readonly SchemaIssue[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      const outer = at(copy, issue.path);
      if (isObject(outer)) for (const key of issue.keys) Reflect.deleteProperty(outer, key);
      continue;
    }
    for (let length = issue.path.length; length > 0; length--) {
      const outer = at(copy, issue.path.slice(0, length - 1));
      if (!isObject(outer) || Array.isArray(outer)) continue;
      Reflect.deleteProperty(outer, issue.path[length - 1] ?? '');
      break;
    }
  }
  return copy;
}

function problems(issue: SchemaIssue, path: Path, value: unknown): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysAt(path);
    return issue.keys.map((key) => ({
      severity: 'error',
      path: [...path, key],
      at: 'key',
      message: `unknown key${didYouMean(nearest(key, allowed))}; allowed here: ${allowed.join(', ')}`,
    }));
  }
  if (issue.code === 'invalid_union') {
    // "A list of names or a number": when it is a list, the problem is the name inside that is not allowed.
    const inside = issue.errors.find((branch) => branch.length > 0 && branch.every((each) => each.path.length > 0));
    if (inside !== undefined) return inside.flatMap((each) => problems(each, [...path, ...each.path], value));
  }
  const found = at(value, path);
  const hint =
    issue.code === 'invalid_value' && typeof found === 'string' ? nearest(found, issue.values.map(String)) : undefined;
  return [
    { severity: 'error', path, at: 'value', message: `${refusal(path, found, issue.message)}${didYouMean(hint)}` },
  ];
}

function refusal(path: Path, found: unknown, allowed: string): string {
  if (path.length === 0) return `the file holds ${shown(found)}, expected ${allowed} such as control: and data:`;
  const keys = keysAt(path);
  if (found === null && keys.length > 0) {
    return `empty section: leave ${formatPath(path.slice(-1))} out, or give it a key (${keys.join(', ')})`;
  }
  return `found ${shown(found)}, expected ${allowed}`;
}

function didYouMean(word: string | undefined): string {
  return word === undefined ? '' : ` (did you mean ${word}?)`;
}

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return 'a mapping';
  }
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, step) => (isObject(inner) ? Reflect.get(inner, step) : undefined), value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
