/**
 * The configuration file as text and as YAML. Whatever the file holds, every failure is a value: the file may be half
 * written, binary or hostile, and a reload must survive it.
 */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  visit,
} from 'yaml';
import { err, ok, type Result } from '../lib/result.js';
import { arrangeDiagnostics, type Diagnostic, type Place } from './diagnostics.js';
import { parseYaml } from './yaml-text.js';

/** Longest configuration file, in octets. */
export const MAX_CONFIG_OCTETS = 1024 * 1024;

/** Most aliases (`*name`) in a file, and most often one anchor may be repeated by them. */
const MAX_ALIASES = 100;

/** A file that is YAML; whether it is a configuration is the schema's business. */
export interface ConfigurationDocument {
  readonly file: string;
  /** Plain values; an empty file is an empty mapping. */
  readonly value: unknown;
  /** Where a key or its value stands. For a path that is not in the file: its innermost part that is. */
  place(path: readonly PropertyKey[], at: 'key' | 'value'): Place;
}

/** Why a file could not be read. */
export interface ReadFailure {
  readonly kind: 'absent' | 'unreadable';
  readonly diagnostic: Diagnostic;
}

/** Reads a file, bounded. An absent file is told apart: the default file may be. */
export async function readConfigurationFile(file: string): Promise<Result<Uint8Array, ReadFailure>> {
  const failure = (message: string, kind: ReadFailure['kind'] = 'unreadable') =>
    err({ kind, diagnostic: problem({ kind: 'file', file }, message) });
  try {
    // Non-blocking: opening a FIFO would otherwise wait for a writer, for ever.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) return failure('not a regular file');
      const buffer = Buffer.alloc(MAX_CONFIG_OCTETS + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
        length += bytesRead;
        if (length > MAX_CONFIG_OCTETS)
          return failure(`longer than ${MAX_CONFIG_OCTETS} octets (1 MiB): is this the right file?`);
        if (bytesRead === 0) return ok(buffer.subarray(0, length));
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return failure('no such file: name one with --config FILE', 'absent');
    const why = code === 'EACCES' ? 'permission denied: sftpd must be able to read it' : (error as Error).message;
    return failure(`cannot be read: ${why}`);
  }
}

/** Parses a file's octets. */
export function parseDocument(octets: Uint8Array, file: string): Result<ConfigurationDocument, readonly Diagnostic[]> {
  if (!isUtf8(octets)) return err([notUtf8(octets, file)]);
  const text = new TextDecoder().decode(octets);
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    const start = lines.lineStarts[line - 1] ?? 0;
    const end = text.indexOf('\n', start);
    const source = text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
    return { kind: 'file', file, line: Math.max(1, line), column: Math.max(1, col), source };
  };
  const parsed = parseYaml(text, lines);
  if (!parsed.ok)
    return err(arrangeDiagnostics(parsed.error.map(({ offset, message }) => problem(placeAt(offset), message))));
  const document = parsed.value;
  const aliases = badAliases(document);
  if (aliases.length > 0) return err(aliases.map(({ offset, message }) => problem(placeAt(offset), message)));
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
  } catch (error) {
    const why = error instanceof ReferenceError ? 'the aliases repeat too much: write the values out' : String(error);
    return err([problem({ kind: 'file', file }, why)]);
  }
  return ok({
    file,
    value,
    place: (path, at) => {
      const offset = locate(document, path, at);
      return offset === undefined ? { kind: 'file', file } : placeAt(offset);
    },
  });
}

/** A document without a file: all defaults. */
export function emptyDocument(file: string): ConfigurationDocument {
  return { file, value: {}, place: () => ({ kind: 'file', file }) };
}

function problem(place: Place, message: string): Diagnostic {
  return { severity: 'error', place, path: '', message };
}

function notUtf8(octets: Uint8Array, file: string): Diagnostic {
  // Decoding replaces what is not UTF-8; the first octet that does not survive the way there and back is the bad one.
  const again = Buffer.from(Buffer.from(octets).toString('utf8'));
  const offset = octets.findIndex((octet, index) => octet !== again[index]);
  const before = Buffer.from(octets.subarray(0, offset)).toString('latin1');
  const line = before.split('\n').length;
  const column = Buffer.from(octets.subarray(before.lastIndexOf('\n') + 1, offset)).toString('utf8').length + 1;
  const octet = (octets[offset] ?? 0).toString(16).padStart(2, '0');
  return problem({ kind: 'file', file, line, column }, `not UTF-8 (octet 0x${octet}): save the file as UTF-8`);
}

/** Aliases to nothing, to what surrounds them, or too many. */
function badAliases(document: Document): readonly { readonly offset: number; readonly message: string }[] {
  const found: { readonly offset: number; readonly message: string }[] = [];
  let count = 0;
  visit(document, {
    Alias: (_key, alias, ancestors) => {
      const offset = alias.range?.[0] ?? 0;
      const target = alias.resolve(document);
      if (target === undefined)
        found.push({ offset, message: `*${alias.source} stands for nothing: no &${alias.source} before it` });
      else if (ancestors.some((each) => each === target))
        found.push({ offset, message: `*${alias.source} contains itself` });
      if (++count <= MAX_ALIASES) return undefined;
      found.push({ offset, message: `more than ${MAX_ALIASES} aliases: write the values out` });
      return visit.BREAK;
    },
  });
  return found;
}

/** The offset of the innermost node of a path that is in the file. */
function locate(document: Document, path: readonly PropertyKey[], at: 'key' | 'value'): number | undefined {
  let node: Node | undefined = resolved(document, document.contents);
  let offset: number | undefined;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined || !isPair(pair)) return offset;
      const key = startOf(pair.key);
      offset = last && at === 'value' ? (startOf(pair.value) ?? key) : key;
      node = resolved(document, pair.value);
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      if (item === undefined) return offset;
      offset = startOf(item) ?? offset;
      node = resolved(document, item);
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  // An empty value has a place too, but it is the end of its line or the start of the next: the key is clearer.
  if (!isNode(node) || (isScalar(node) && node.source === '')) return undefined;
  return node.range?.[0];
}

function resolved(document: Document, node: unknown): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isCollection(node) || isScalar(node) ? node : undefined;
}
