/**
 * Reads directories: MLSD where the server has it (RFC 3659 §7), LIST with care where not. LIST takes options and patterns
 * where a path should be, and answers a directory that it may not or cannot read with an empty listing, which would pass for
 * a directory without files. So the session goes into the directory for it, and back.
 */
import { ClientError, LocalError } from '../error.js';
import type { DataCommand, Features, Session } from '../session/session.js';
import { linesOf, type RemoteEntry } from './entry.js';
import { parseFactListing } from './facts.js';
import { listsItself, parseListing } from './lines.js';
import { cutShort, isCutShort, unread } from './refusals.js';

/** The most octets of a listing that is read as entries. */
const MAX_LISTING = 64 * 1024 * 1024;

/** The most lines of one: short ones would become a hundred times their size in memory. */
const MAX_LISTED = 1_000_000;

const LF = 0x0a;

/** The facts that an entry is made of; without the first, nothing is known of it. */
const WANTED_FACTS = ['type', 'size', 'modify'];

/**
 * `facts`: MLSD. `all`: LIST -a, which shows hidden files. `itself`: the same, and it has shown a directory itself, so that one
 * that it does not show was not read. `shown`: LIST, because the server takes `-a` for a name.
 */
type Manner = 'facts' | 'all' | 'itself' | 'shown';

export interface Listing {
  readonly entries: readonly RemoteEntry[];
  /** `doubtful`: there are none, which may also mean that the server could not read the directory. */
  readonly trust: 'certain' | 'doubtful';
}

export class DirectoryReader {
  readonly #session: Session;
  /** How this server lists, as far as it was found out. By what it said of itself: another login may be one to another place. */
  readonly #manners = new WeakMap<Features, Manner>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** @throws ClientError also where the path is no directory, and where the listing is in no form that can be read */
  async read(path: string | undefined, signal: AbortSignal | undefined): Promise<Listing> {
    const features = await this.#session.features();
    if (!this.#manners.has(features)) this.#manners.set(features, await this.#firstManner(features));
    if (this.#manners.get(features) === 'facts') {
      const lines = await this.lines({ verb: 'MLSD', path, type: 'I', signal }).catch(unless(500, 502));
      if (lines !== undefined) return { entries: parseFactListing(lines), trust: 'certain' };
      // It has no MLSD after all.
      this.#manners.set(features, 'all');
    }
    return path === undefined ? this.#list(features, signal) : this.inside(path, () => this.#list(features, signal));
  }

  /** The lines of a listing, as octets in latin1. @throws ClientError, also where the server says that there are more */
  async lines(command: DataCommand): Promise<readonly string[]> {
    const chunks: Uint8Array[] = [];
    let octets = 0;
    let lines = 0;
    const { reply } = await this.#session.receive(command, async (chunk) => {
      octets += chunk.length;
      if (octets > MAX_LISTING) throw new LocalError(`The listing is longer than ${MAX_LISTING} octets.`);
      for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) lines += 1;
      if (lines > MAX_LISTED) throw new LocalError(`The listing has more than ${MAX_LISTED} lines.`);
      chunks.push(chunk);
      return Promise.resolve();
    });
    if (isCutShort(reply)) throw cutShort(reply);
    return linesOf(Buffer.concat(chunks).toString('latin1'));
  }

  /** RFC 3659 §7.8: FEAT names the facts there are, with `*` those that are sent unless others are asked for. */
  async #firstManner(features: Features): Promise<Manner> {
    const facts = (features.get('MLST') ?? '').toLowerCase().split(';');
    const has = (fact: string): boolean => facts.includes(fact) || facts.includes(`${fact}*`);
    if (!has('type')) return 'all';
    const wanted = WANTED_FACTS.filter(has);
    if (wanted.some((fact) => !facts.includes(`${fact}*`))) {
      await this.#session.request('OPTS', `MLST ${wanted.map((fact) => `${fact};`).join('')}`);
    }
    return 'facts';
  }

  /** LIST of the working directory. */
  async #list(features: Features, signal: AbortSignal | undefined): Promise<Listing> {
    const manner = this.#manners.get(features);
    if (manner !== 'shown') {
      const all = this.lines({ verb: 'LIST', path: '-a', type: 'A', signal });
      const lines = await (manner === 'itself' ? all : all.catch(unless()));
      if (lines !== undefined && (manner === 'itself' || listsItself(lines))) {
        if (lines.length === 0) throw unread();
        this.#manners.set(features, 'itself');
        return { entries: parseListing(lines), trust: 'certain' };
      }
    }
    const entries = parseListing(await this.lines({ verb: 'LIST', type: 'A', signal }));
    // Where both list nothing, it is left open what -a is to the server.
    if (entries.length > 0) this.#manners.set(features, 'shown');
    return { entries, trust: entries.length > 0 ? 'certain' : 'doubtful' };
  }

  /** Does it with another working directory. @throws ClientError where there is no such directory */
  async inside<T>(path: string, work: () => Promise<T>): Promise<T> {
    const session = this.#session;
    const before = await session.workingDirectory();
    await session.request('CWD', path);
    try {
      return await work();
    } finally {
      await session.request('CWD', before).catch((error: unknown) => {
        // In another directory than the caller believes, the next command may do what nobody wants.
        if (error instanceof ClientError) session.connection.fail(error);
        throw error;
      });
    }
  }
}

/** Undefined in the place of a refusal with one of these codes, or with any. */
export function unless(...codes: readonly number[]): (error: unknown) => undefined {
  return (error) => {
    const reply = error instanceof ClientError && error.code === 'refused' ? error.reply : undefined;
    if (reply === undefined || (codes.length > 0 && !codes.includes(reply.code))) throw error;
  };
}
