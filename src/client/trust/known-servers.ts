/**
 * The keys of servers this user has met: one line `host port SHA256:…` each. What the manual calls the client's local
 * database; the trust of later connections rests on it, so the folder is 0700, the file 0600, and it is replaced in one step.
 */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ClientError } from '../error.js';
import { randomName, reasonOf } from '../files/local-file.js';

export interface ServerName {
  /** As the user writes it; compared without regard to case. */
  readonly host: string;
  readonly port: number;
}

export interface KnownServer extends ServerName {
  /** `SHA256:` and 43 characters of base64. */
  readonly fingerprint: string;
  /** Line in the file, from 1. */
  readonly line: number;
}

const LINE = /^(\S+)[ \t]+([0-9]{1,5})[ \t]+(SHA256:[A-Za-z0-9+/]{43})$/;

/** `$XDG_STATE_HOME/sftpc/known_servers`, or its place under ~/.local/state (XDG Base Directory 0.8). */
export function defaultKnownServersFile(env: Readonly<Record<string, string | undefined>>): string {
  const state = env['XDG_STATE_HOME'];
  // The XDG specification: a relative path is to be ignored.
  const base = state?.startsWith('/') === true ? state : join(env['HOME'] ?? homedir(), '.local', 'state');
  return join(base, 'sftpc', 'known_servers');
}

/**
 * Reads the file's text. Blank lines and `#` comments are passed over.
 * @throws ClientError naming the line that is neither: a line that cannot be read may be the one that would have warned.
 */
export function parseKnownServers(text: string, file: string): readonly KnownServer[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, host, port, fingerprint] = LINE.exec(line) ?? [];
    if (host === undefined || port === undefined || fingerprint === undefined) {
      throw new ClientError('security', `${file}:${index + 1}: not a line of the form "host port SHA256:…".`, {
        hint: 'Correct or remove that line.',
      });
    }
    return [{ host, port: Number(port), fingerprint, line: index + 1 }];
  });
}

export class KnownServers {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** The entry of a server, or undefined. @throws ClientError when the file cannot be read */
  async find(server: ServerName): Promise<KnownServer | undefined> {
    const known = parseKnownServers((await this.#text()) ?? '', this.file);
    return known.find((each) => sameServer(each, server));
  }

  /** Adds a server that is not there yet. @throws ClientError when the file cannot be written */
  async add(server: ServerName, fingerprint: string): Promise<void> {
    const before = (await this.#text()) ?? '';
    const separator = before === '' || before.endsWith('\n') ? '' : '\n';
    const text = `${before}${separator}${server.host.toLowerCase()} ${server.port} ${fingerprint}\n`;
    const temporary = `${this.file}.${randomName()}`;
    try {
      const folder = dirname(this.file);
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      // A folder of somebody else's making keeps its mode: --known-servers may name a file anywhere.
      if (made !== undefined) await chmod(folder, 0o700);
      await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
      await rename(temporary, this.file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new ClientError('security', `${this.file}: ${reasonOf(error)}: the server's key cannot be remembered.`, {
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
        hint: 'Name a file that can be read: --known-servers FILE.',
      });
    }
  }
}

const sameServer = (a: ServerName, b: ServerName): boolean =>
  a.port === b.port && a.host.toLowerCase() === b.host.toLowerCase();
