/** The server that a door leads to. */
import type { EngineOutput } from '../engine/output.js';
import type { ClientError } from '../error.js';
import type { Timeouts } from '../terms.js';
import { Contact, type ContactSetting } from '../trust/contact.js';
import type { NewServers } from '../trust/trust.js';
import { Upstream } from './upstream.js';

export interface DestinationSetting {
  readonly host: string;
  readonly port: number;
  /** The file of known servers. */
  readonly knownServers: string;
  /** What becomes of a server that nobody has met: while programs wait, nobody is asked. */
  readonly newServers: 'refuse' | 'accept';
  /** The address expected in M3 in place of the one dialled. */
  readonly expectAddress?: string | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
}

/** What is told of one session with the server. */
export interface UpstreamObserver {
  readonly trace?: ((line: Extract<EngineOutput, { kind: 'trace' }>) => void) | undefined;
  readonly notice: (text: string) => void;
  readonly reopened: () => void;
  readonly failed: (error: ClientError) => void;
}

const INSIST = 'Nothing is passed on in clear: a program that may do without protection can connect there itself.';

export class Destination {
  readonly #setting: DestinationSetting;

  constructor(setting: DestinationSetting) {
    this.#setting = setting;
  }

  get host(): string {
    return this.#setting.host;
  }

  get port(): number {
    return this.#setting.port;
  }

  get name(): string {
    return `${this.#setting.host} port ${this.#setting.port}`;
  }

  /**
   * Sees whether the server is there and is the one that is known; at the first contact its key is remembered.
   * @throws ClientError
   */
  async meet(
    newServers: NewServers,
    observer: Pick<UpstreamObserver, 'trace' | 'notice'>,
    signal?: AbortSignal,
  ): Promise<void> {
    const connection = await this.#contact({ newServers, ...observer }).first(signal);
    await connection.quit();
  }

  /** A session for a program. Known servers are looked up each time: what the user has changed there holds. @throws ClientError */
  async open(observer: UpstreamObserver, signal: AbortSignal): Promise<Upstream> {
    const contact = this.#contact({ newServers: this.#setting.newServers, ...observer });
    const connection = await contact.first(signal);
    const close = (): void => connection.close();
    signal.addEventListener('abort', close);
    try {
      return await Upstream.open({
        connection,
        // The name may have several addresses, and the program's data connections go where its session has begun.
        reconnect: (again) => contact.again(again, connection.peerAddress),
        reopened: observer.reopened,
        failed: observer.failed,
      });
    } finally {
      signal.removeEventListener('abort', close);
    }
  }

  #contact(setting: Pick<ContactSetting, 'newServers' | 'trace' | 'notice'>): Contact {
    const { host, port, knownServers, expectAddress, timeouts } = this.#setting;
    return new Contact({
      host,
      port,
      protection: 'required',
      knownServers,
      expectAddress,
      insist: INSIST,
      timeouts,
      ...setting,
    });
  }
}
