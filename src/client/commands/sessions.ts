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

/** How sessions come about. Whose password goes where is decided there. */
export interface Entrance {
  /** Connects and logs in. */
  open(target: Target, signal: AbortSignal): Promise<Entered>;
  /** Logs in once more, in a session. @throws ClientError of kind `login` */
  login(client: Client, target: Target, signal: AbortSignal): Promise<Entered>;
}

export interface Entered {
  readonly client: Client;
  /** Who is logged in. */
  readonly user: string;
}

/** A session and what is known of it. */
interface Present {
  readonly client: Client;
  readonly target: Target;
  /** Undefined: nobody is logged in, since a login was refused. */
  readonly user: string | undefined;
}

export class Sessions {
  readonly #entrance: Entrance;
  /** The last one, also when it was lost; not when it was closed. */
  #session: Present | undefined;
  #target: Target | undefined;

  constructor(entrance: Entrance) {
    this.#entrance = entrance;
  }

  /** The session there is. @throws ClientError where there is none, or it was lost */
  get current(): Client {
    return this.#current.client;
  }

  /** As `current`, undefined where there is none; one that was lost is given all the same. */
  get client(): Client | undefined {
    return this.#session?.client;
  }

  /** Who is logged in; undefined: nobody, or there is no session. */
  get user(): string | undefined {
    return this.#session?.user;
  }

  /** Where `open` went last, whether it got there or not; undefined before the first. */
  get target(): Target | undefined {
    return this.#target;
  }

  /** Rejects when the session that is open now ends without having been closed; where none is open, it never settles. */
  get lost(): Promise<never> {
    const client = this.#session?.client;
    return client?.isOpen === true ? client.connection.failed : new Promise(() => undefined);
  }

  /** @throws ClientError, also when there is a session already */
  async open(target: Target, signal: AbortSignal): Promise<Client> {
    if (this.#session?.client.isOpen === true) {
      throw new ClientError('command', `There is a session with ${this.#session.target.host} already.`, {
        hint: 'End it first: close.',
      });
    }
    this.#session = undefined;
    this.#target = target;
    const { client, user } = await this.#entrance.open(target, signal);
    this.#target = { ...target, user };
    this.#session = { client, target: this.#target, user };
    return client;
  }

  /** Logs in as somebody else, in the session there is. @throws ClientError; `user` is then who is still logged in, if anybody */
  async login(user: string, signal: AbortSignal): Promise<void> {
    const before = this.#current;
    const target = { ...before.target, user };
    try {
      await this.#entrance.login(before.client, target, signal);
    } catch (error) {
      // Some servers let nobody change, and keep who there is; others have forgotten him by now.
      const isKept = await before.client.workingDirectory().then(
        () => true,
        () => false,
      );
      if (!isKept) this.#session = { ...before, user: undefined };
      throw error;
    }
    this.#target = target;
    this.#session = { ...before, target, user };
  }

  /** Ends the session in good order, if there is one. Never throws. */
  async close(): Promise<void> {
    const client = this.#session?.client;
    this.#session = undefined;
    await client?.quit();
  }

  get #current(): Present {
    if (this.#session?.client.isOpen === true) return this.#session;
    if (this.#session === undefined) throw noSession();
    throw new ClientError('connect', `The session with ${this.#session.target.host} is over.`, {
      hint: 'open connects again.',
    });
  }
}

export const noSession = (): ClientError =>
  new ClientError('command', 'There is no session.', { hint: 'Connect first: open HOST [PORT].' });
