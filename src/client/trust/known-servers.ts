/**
 * The keys of servers this user has met: one line `host port SHA256:…` each. What the manual calls the client's local
 * database; the trust of later connections rests on it, so the folder is 0700 and the file 0600, and several sftpc may change
 * it at once (shared-file.ts). Comments, and lines of other servers, are kept as they are.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { domainToASCII } from 'node:url';
import { err, ok, type Result } from '../../lib/result.js';
import { shellWord } from '../../lib/shell-word.js';
import { canonicalAddress } from '../../wire/address.js';
import { isPort } from '../../wire/host-port.js';
import { ClientError } from '../error.js';
import { reasonOf } from '../local/local-file.js';
import { stateFolder } from '../local/state-folder.js';
import { changeFile } from './shared-file.js';

export interface ServerName {
  /** As the user writes it; compared by isSameHost(). */
  readonly host: string;
  readonly port: number;
}

/** A server and its key. */
export interface ServerKeyEntry extends ServerName {
  /** `SHA256:` and 43 characters of base64. */
  readonly fingerprint: string;
}

export interface KnownServer extends ServerKeyEntry {
  /** Line in the file, from 1. */
  readonly line: number;
}

/** What came of a server that was to be added. */
export interface Added {
  readonly entry: ServerKeyEntry;
  /** The key that was known before: the same, another that was replaced, or none. */
  readonly before: string | undefined;
}

const LINE = /^(\S+)[ \t]+([0-9]{1,5})[ \t]+(SHA256:[A-Za-z0-9+/]{43})$/;

export const isFingerprint = (text: string): boolean => /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);

/** `known_servers` in the state folder. */
export function defaultKnownServersFile(env: Readonly<Record<string, string | undefined>>): string {
  return join(stateFolder(env), 'known_servers');
}

/**
 * Reads the file's text. Blank lines and `#` comments are passed over. The error is a sentence that names the first line that is neither.
 *
 * @param file - its name, for the sentence
 */
export function parseKnownServers(text: string, file: string): Result<readonly KnownServer[], string> {
  const found: KnownServer[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, host, digits, fingerprint] = LINE.exec(line) ?? [];
    const port = Number(digits);
    if (host === undefined || fingerprint === undefined || !isPort(port)) {
      return err(`${file}:${index + 1}: not a line of the form "host port SHA256:…".`);
    }
    found.push({ host, port, fingerprint, line: index + 1 });
  }
  return ok(found);
}

export class KnownServers {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** All entries, in the order of the file. @throws ClientError when the file cannot be read */
  async all(): Promise<readonly KnownServer[]> {
    return this.#parsed((await this.#text()) ?? '');
  }

  /** The entry of a server, or undefined. @throws ClientError when the file cannot be read */
  async find(server: ServerName): Promise<KnownServer | undefined> {
    return (await this.all()).find((each) => nameOf(each) === nameOf(server));
  }

  /**
   * Adds servers: all of them or none.
   *
   * @param known - what to do where another key is known already
   * @throws ClientError where another key is known and must not be replaced, or the file cannot be written
   */
  async add(entries: readonly ServerKeyEntry[], known: 'refuse' | 'replace' = 'refuse'): Promise<readonly Added[]> {
    let added: Added[] = [];
    await this.#change((text) => {
      added = [];
      const keys = new Map(this.#parsed(text).map((each) => [nameOf(each), each.fingerprint]));
      const changed = new Map<string, ServerKeyEntry>();
      for (const entry of entries) {
        const name = nameOf(entry);
        const before = keys.get(name);
        added.push({ entry, before });
        if (before === entry.fingerprint) continue;
        if (before !== undefined && known === 'refuse') throw this.#anotherKey(entry, before);
        keys.set(name, entry.fingerprint);
        changed.set(name, entry);
      }
      const kept = this.#without(text, new Set(changed.keys()));
      const separator = kept === '' || kept.endsWith('\n') ? '' : '\n';
      return changed.size === 0 ? text : `${kept}${separator}${[...changed.values()].map(lineOf).join('')}`;
    });
    return added;
  }

  /** Forgets a server; gives what was known of it, which may be nothing. @throws ClientError when the file cannot be written */
  async remove(server: ServerName): Promise<readonly KnownServer[]> {
    let removed: readonly KnownServer[] = [];
    await this.#change((text) => {
      removed = this.#parsed(text).filter((each) => nameOf(each) === nameOf(server));
      return this.#without(text, new Set([nameOf(server)]));
    });
    return removed;
  }

  /** @throws ClientError where a line cannot be read: it may be the one that would have warned */
  #parsed(text: string): readonly KnownServer[] {
    const parsed = parseKnownServers(text, this.file);
    if (parsed.ok) return parsed.value;
    throw new ClientError('security', parsed.error, { code: 'known-servers', hint: 'Correct or remove that line.' });
  }

  #without(text: string, names: ReadonlySet<string>): string {
    const gone = this.#parsed(text).filter((each) => names.has(nameOf(each)));
    const lines = new Set(gone.map(({ line }) => line));
    return text
      .split('\n')
      .filter((_, index) => !lines.has(index + 1))
      .join('\n');
  }

  #anotherKey(entry: ServerKeyEntry, before: string): ClientError {
    const { host, port, fingerprint } = entry;
    const message = [
      `Another key of ${host} port ${port} is known already, and stays.`,
      `  known: ${before}`,
      `  new:   ${fingerprint}`,
    ];
    const hint = [
      "Ask the server's administrator which of them is right. If it is the new one:",
      `    ${keysCommand(['import', '--replace'], this.file, entry)}`,
    ];
    return new ClientError('security', message.join('\n'), { code: 'key-changed', hint: hint.join('\n') });
  }

  async #change(change: (text: string) => string): Promise<void> {
    try {
      await changeFile(this.file, change);
    } catch (error) {
      if (error instanceof ClientError) throw error;
      throw new ClientError('security', `${this.file}: ${reasonOf(error)}: the keys of servers cannot be changed.`, {
        code: 'known-servers',
        hint: 'Name a file that can be written: --known-servers FILE.',
      });
    }
  }

  async #text(): Promise<string | undefined> {
    try {
      return await readFile(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new ClientError('security', `${this.file}: ${reasonOf(error)}: no server can be recognised.`, {
        code: 'known-servers',
        hint: 'Name a file that can be read: --known-servers FILE.',
      });
    }
  }
}

/**
 * A host by one spelling out of many: the resolver takes `FTP.example.org.` for `ftp.example.org`, `127.1` for `127.0.0.1` and
 * `0:0:0:0:0:0:0:1` for `::1`. A server that is known must not be taken for a new one because of that.
 */
function hostOf(host: string): string {
  const ascii = domainToASCII(host);
  const name = canonicalAddress(host) ?? (ascii === '' ? host : ascii);
  return name.toLowerCase().replace(/(?<=.)\.$/, '');
}

/** Whether two ways to write a host mean the same one. */
export const isSameHost = (a: string, b: string): boolean => hostOf(a) === hostOf(b);

export const isSameServer = (a: ServerName, b: ServerName): boolean => nameOf(a) === nameOf(b);

/** What tells servers apart. */
const nameOf = ({ host, port }: ServerName): string => `${hostOf(host)} ${port}`;

const lineOf = (entry: ServerKeyEntry): string => `${nameOf(entry)} ${entry.fingerprint}\n`;

/**
 * A `sftpc keys` command as a shell takes it.
 *
 * @param action - with its options
 * @param fingerprint - the last argument, where the action takes one
 */
export function keysCommand(
  action: readonly string[],
  file: string,
  { host, port, fingerprint }: ServerName & { readonly fingerprint?: string },
): string {
  const where = file === defaultKnownServersFile(process.env) ? [] : ['--known-servers', resolve(file)];
  const words = [
    'sftpc',
    'keys',
    ...action,
    ...where,
    host,
    `${port}`,
    ...(fingerprint === undefined ? [] : [fingerprint]),
  ];
  return words.map(shellWord).join(' ');
}
