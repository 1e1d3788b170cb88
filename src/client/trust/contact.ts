/** Connections to the one server of a run: the first, on which its key is recognised or learned, and later ones. */
import type { DsaPublicKey } from '../../crypto/dsa.js';
import type { Settings } from '../cli/arguments.js';
import { Connection, type Timeouts } from '../session/connection.js';
import type { Console } from '../terminal/console.js';
import type { ReadyChannel } from '../engine/output.js';
import { ClientError } from '../error.js';
import { KnownServers } from './known-servers.js';
import { sameKey, trustKey, withoutProtection } from './trust.js';

export interface ContactSetting {
  readonly settings: Settings;
  readonly knownServers: string;
  readonly console: Console;
  /** Asks the user yes or no; undefined where nobody can be asked. */
  readonly ask: ((text: string) => Promise<boolean>) | undefined;
  readonly timeouts: Partial<Timeouts> | undefined;
}

export class Contact {
  readonly #setting: ContactSetting;
  /** What the server has proved to hold in this run. */
  #key: DsaPublicKey | undefined;

  constructor(setting: ContactSetting) {
    this.#setting = setting;
  }

  /**
   * Connects, and remembers a new server once it has proved that the key is its own.
   * @throws ClientError
   */
  async first(signal: AbortSignal): Promise<Connection> {
    const { settings, console, ask, knownServers } = this.#setting;
    const { host, port, protection } = settings;
    const server = { host, port };
    const servers = new KnownServers(knownServers);
    const known = await servers.find(server);
    if (protection === 'none' && known !== undefined) {
      console.note(
        `sftpc: ${host} port ${port} can protect sessions; with -9 everything, the password included, goes in clear`,
      );
    }
    const acceptNew = settings.newServers === 'accept';
    try {
      const { connection, channel } = await this.#open(signal, (key) =>
        trustKey({ server, known, servers, acceptNew, ask }, key),
      );
      if (known === undefined && this.#key !== undefined) {
        await servers.add(server, this.#key.fingerprint).catch((error: unknown) => {
          connection.close();
          throw error;
        });
        console.note(`sftpc: remembered the key of ${host} port ${port} in ${servers.file}`);
      }
      if (ask !== undefined) console.note(describe(settings, channel));
      return connection;
    } catch (error) {
      const droppedDown = error instanceof ClientError && error.failure?.code === 'no-mechanism';
      throw droppedDown ? withoutProtection(error, server, known) : error;
    }
  }

  /**
   * Connects once more, to the holder of the same key and nobody else.
   * @throws ClientError
   */
  async again(signal: AbortSignal | undefined): Promise<Connection> {
    const { host, port } = this.#setting.settings;
    const before = this.#key;
    const { connection } = await this.#open(signal, async (key) =>
      Promise.resolve(sameKey({ host, port }, before, key)),
    );
    return connection;
  }

  async #open(
    signal: AbortSignal | undefined,
    decide: (key: DsaPublicKey) => Promise<boolean>,
  ): ReturnType<typeof Connection.open> {
    const { settings, console, timeouts } = this.#setting;
    const { host, port, protection, expectAddress } = settings;
    return Connection.open({
      host,
      port,
      protection,
      expectAddress,
      timeouts,
      signal,
      trustKey: async (key) => {
        const trusted = await decide(key);
        if (trusted) this.#key = key;
        return trusted;
      },
      trace: settings.trace === 'on' ? (line) => console.trace(line) : undefined,
    });
  }
}

function describe({ host, port }: Settings, channel: ReadyChannel): string {
  switch (channel.kind) {
    case 'clear':
      return `Connected to ${host} port ${port}. Nothing is protected.`;
    case 'protected':
      return `Connected to ${host} port ${port}, protected by X-SafeTP1.`;
  }
}
