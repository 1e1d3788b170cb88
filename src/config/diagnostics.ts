/** What is wrong with a configuration, and where. */

/** Where a problem is: a place of the file, or a flag of the command line. */
export type Place =
  | {
      readonly kind: 'file';
      readonly file: string;
      /** 1-based; absent when the problem is not at a place of the text (an absent key, an unreadable file). */
      readonly line?: number;
      /** 1-based, in UTF-16 code units. */
      readonly column?: number;
      /** The line's text. */
      readonly source?: string;
    }
  | { readonly kind: 'flag'; readonly flag: string };

/** One problem. */
export interface Diagnostic {
  /** An error keeps the configuration from being used; a warning does not. */
  readonly severity: 'error' | 'warning';
  readonly place: Place;
  /** As in `listeners[0].port`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, and what is allowed. */
  readonly message: string;
}

/** A problem before its place is known. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly path: readonly PropertyKey[];
  /** Which end of `key: value` is meant. */
  readonly at: 'key' | 'value';
  readonly message: string;
}

/** More problems than anyone reads at once; the rest is counted. */
export const MAX_DIAGNOSTICS = 100;

/** Longest part of a source line that is shown, in characters. */
const MAX_SOURCE = 100;

/**
 * Renders one problem as `file:line:col: path: message`, warnings marked as such.
 *
 * @param options.source - show the line and a caret beneath it
 */
export function formatDiagnostic(diagnostic: Diagnostic, options: { readonly source?: boolean } = {}): string {
  const { place, path, message, severity } = diagnostic;
  const parts = [where(place), ...(severity === 'warning' ? ['warning'] : []), ...(path === '' ? [] : [path]), message];
  const head = parts.join(': ');
  return options.source === true ? [head, ...excerpt(place)].join('\n') : head;
}

/** Renders problems one below the other, each ended by a line end. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: { readonly source?: boolean } = {},
): string {
  return diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic, options)}\n`).join('');
}

/** Puts problems in the order of the file, drops repetitions and cuts what nobody reads. */
export function arrangeDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map(diagnostics.map((diagnostic) => [formatDiagnostic(diagnostic), diagnostic]));
  const sorted = [...seen.values()].sort((a, b) => {
    const [lineA, columnA] = order(a.place);
    const [lineB, columnB] = order(b.place);
    return lineA - lineB || columnA - columnB;
  });
  const first = sorted[0];
  const more = sorted.length - MAX_DIAGNOSTICS;
  if (first === undefined || more <= 0) return sorted;
  const file: Place = first.place.kind === 'file' ? { kind: 'file', file: first.place.file } : first.place;
  const severity = sorted.slice(MAX_DIAGNOSTICS).some((each) => each.severity === 'error') ? 'error' : 'warning';
  return [
    ...sorted.slice(0, MAX_DIAGNOSTICS),
    { severity, place: file, path: '', message: `and ${more} more problems` },
  ];
}

/** `listeners[0].port`; keys that are not plain words are quoted. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = String(step);
    if (!/^[A-Za-z_][\w-]{0,63}$/.test(key)) return `${text}[${quote(key)}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** A text of the file inside a message: quoted, on one line, bounded. */
export function quote(text: string, limit = 60): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return JSON.stringify(cut).replaceAll(/[\x7f-\x9f\p{Cf}\u2028\u2029]/gu, (char) => {
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

function where(place: Place): string {
  if (place.kind === 'flag') return place.flag;
  const { file, line, column } = place;
  return [file, ...(line === undefined ? [] : [line, column ?? 1])].join(':');
}

function order(place: Place): readonly [number, number] {
  // Flags stand after the file, the file as a whole before its lines.
  return place.kind === 'flag' ? [Number.MAX_SAFE_INTEGER, 0] : [place.line ?? 0, place.column ?? 0];
}

/** The line and a caret. A long line is shown from some way before the place. */
function excerpt(place: Place): string[] {
  if (place.kind === 'flag' || place.source === undefined || place.line === undefined) return [];
  const column = place.column ?? 1;
  const from = column > MAX_SOURCE ? column - Math.floor(MAX_SOURCE / 2) : 0;
  // One character each, so that the caret stays below its place; tabs and controls must not reach the terminal.
  const shown = place.source.slice(from, from + MAX_SOURCE).replaceAll(/[\x00-\x1f\x7f-\x9f\p{Cf}]/gu, ' ');
  const margin = String(place.line);
  return [`  ${margin} | ${shown}`, `  ${' '.repeat(margin.length)} | ${' '.repeat(Math.max(0, column - 1 - from))}^`];
}
