/** The session that commands work in: none, or one at a time, as `open` and `close` say. */
import type { Client } from '../client.js';
import { ClientError } from '../error.js';

/** Where to connect to. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Asked for where it is left out. */
  readonly user?: string | undefined;
}

/** Connects and logs in. */
export type OpenSession = (target: Target, signal: AbortSignal) => Promise<Client>;

export class Sessions {
  readonly #connect: OpenSession;
  #client: Client | undefined;

  constructor(connect: OpenSession) {
    this.#connect = connect;
  }

  /** The session there is. @throws ClientError where there is none */
  get current(): Client {
    if (this.#client === undefined) {
      throw new ClientError('command', 'There is no session.', { hint: 'Connect first: open HOST [PORT].' });
    }
    return this.#client;
  }

  /** As `current`, undefined where there is none. */
  get client(): Client | undefined {
    return this.#client;
  }

  /** @throws ClientError, also when there is a session already */
  async open(target: Target, signal: AbortSignal): Promise<Client> {
    if (this.#client?.isOpen === true) {
      throw new ClientError('command', 'There is a session already.', { hint: 'End it first: close.' });
    }
    this.#client = await this.#connect(target, signal);
    return this.#client;
  }

  /** Ends the session in good order, if there is one. Never throws. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.quit();
  }
}
