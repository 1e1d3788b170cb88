/** Connections to one server: the first, on which its key is recognised or learned, and later ones to the same key only. */
import type { DsaPublicKey } from '../../crypto/dsa.js';
import type { EngineOutput, ReadyChannel } from '../engine/output.js';
import { ClientError } from '../error.js';
import { Connection } from '../session/connection.js';
import type { NewServers, Protection, Timeouts } from '../terms.js';
import { KnownServers, type KnownServer } from './known-servers.js';
import { sameKey, trustKey, withoutProtection } from './trust.js';

export type { Protection };

export interface ContactSetting {
  readonly host: string;
  readonly port: number;
  readonly protection: Protection;
  /** The file of known servers. */
  readonly knownServers: string;
  readonly newServers: NewServers;
  /** The address expected in M3 in place of the one dialled. */
  readonly expectAddress?: string | undefined;
  /** What a user can do about a new server without protection, a sentence; sftpc's own -9 if left out. */
  readonly insist?: string | undefined;
  /** How a user has a new server accepted, in half a sentence; sftpc's own words if left out. */
  readonly acceptNew?: string | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly trace?: ((line: Extract<EngineOutput, { kind: 'trace' }>) => void) | undefined;
  /** Told, in a sentence, what the user should know though nothing failed. */
  readonly notice?: ((text: string) => void) | undefined;
}

export class Contact {
  readonly #setting: ContactSetting;
  readonly #servers: KnownServers;
  /** What the server has proved to hold. */
  #key: DsaPublicKey | undefined;
  /** How the first connection stands; undefined before it does. */
  #channel: ReadyChannel['kind'] | undefined;

  constructor(setting: ContactSetting) {
    this.#setting = setting;
    this.#servers = new KnownServers(setting.knownServers);
  }

  /**
   * Connects, and remembers a new server once it has proved that the key is its own.
   * @throws ClientError
   */
  async first(signal?: AbortSignal): Promise<Connection> {
    const { host, port, protection } = this.#setting;
    const server = { host, port };
    const known = await this.#servers.find(server);
    if (protection === 'none') {
      if (known !== undefined) this.#notice(`${where(server)} can protect sessions; with -9 everything goes in clear`);
      return this.#open('none', signal, async () => Promise.resolve(false));
    }
    try {
      const connection = await this.#open('required', signal, (key) => this.#trust(key, known));
      await this.#remember(known).catch((error: unknown) => {
        connection.close();
        throw error;
      });
      return connection;
    } catch (error) {
      if (!(error instanceof ClientError) || error.failure?.code !== 'no-mechanism') throw error;
      if (protection !== 'preferred' || known !== undefined)
        throw withoutProtection(error, server, known, this.#setting.insist);
      this.#notice(`${where(server)} offers no protection: everything goes in clear, the password included`);
      return this.#open('none', signal, async () => Promise.resolve(false));
    }
  }

  /**
   * Connects once more, to the holder of the same key and nobody else.
   * @param address - dialled in place of looking the name up again
   * @throws ClientError
   */
  async again(signal?: AbortSignal, address?: string): Promise<Connection> {
    const { host, port } = this.#setting;
    if (this.#channel === undefined) return this.first(signal);
    const before = this.#key;
    const decide = async (key: DsaPublicKey): Promise<boolean> => Promise.resolve(sameKey({ host, port }, before, key));
    return this.#open(this.#channel === 'clear' ? 'none' : 'required', signal, decide, address);
  }

  async #trust(key: DsaPublicKey, known: KnownServer | undefined): Promise<boolean> {
    const { host, port, newServers, acceptNew } = this.#setting;
    return trustKey({ server: { host, port }, known, servers: this.#servers, newServers, acceptNew }, key);
  }

  async #remember(known: KnownServer | undefined): Promise<void> {
    if (known !== undefined || this.#key === undefined) return;
    const { host, port, newServers } = this.#setting;
    const server = { host, port };
    // Another sftpc may have met the server meanwhile; with another key, one of the two has met somebody else.
    await this.#servers.add([{ ...server, fingerprint: this.#key.fingerprint }]);
    // Who accepts every new server has asked not to hear of it.
    if (newServers !== 'accept') this.#notice(`remembered the key of ${where(server)} in ${this.#servers.file}`);
  }

  async #open(
    protection: 'required' | 'none',
    signal: AbortSignal | undefined,
    decide: (key: DsaPublicKey) => Promise<boolean>,
    address?: string,
  ): Promise<Connection> {
    const { host, port, expectAddress, timeouts, trace } = this.#setting;
    const { connection, channel } = await Connection.open({
      host,
      port,
      address,
      protection,
      expectAddress,
      timeouts,
      signal,
      trustKey: async (key) => {
        const trusted = await decide(key);
        if (trusted) this.#key = key;
        return trusted;
      },
      trace,
    });
    this.#channel = channel.kind;
    return connection;
  }

  #notice(text: string): void {
    this.#setting.notice?.(text);
  }
}

const where = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host} port ${port}`;
