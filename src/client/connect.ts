/** How a session begins: connect, recognise the server, protect, and log in where that was asked for. */
import { Secret } from '../lib/secret.js';
import { Client } from './client.js';
import type { EngineOutput } from './engine/output.js';
import type { Timeouts } from './session/connection.js';
import type { DataMode } from './session/data-connection.js';
import { Session, type Credentials, type UserLevel } from './session/session.js';
import { Contact, type Protection } from './trust/contact.js';
import { defaultKnownServersFile } from './trust/known-servers.js';
import type { NewServers } from './trust/trust.js';

/** RFC 959: the control connection's port. */
export const DEFAULT_PORT = 21;

export interface ConnectOptions {
  /** A name or an address. */
  readonly host: string;
  /** 21 if left out. */
  readonly port?: number | undefined;
  /** Logs in as this user; without it the session is not logged in, see Client.login(). */
  readonly user?: string | undefined;
  /** Asked for only when the server wants it. */
  readonly password?: string | Secret<string> | (() => Promise<string>) | undefined;
  /** `required` if left out: a server without X-SafeTP1 is refused. */
  readonly protection?: Protection | undefined;
  /** Data protection level after the login; P if left out. */
  readonly level?: UserLevel | undefined;
  /** The PBSZ to ask for, in octets of encoded block; the largest if left out. */
  readonly bufferSize?: number | undefined;
  /** `passive` if left out. */
  readonly mode?: DataMode | undefined;
  /** The file of known servers; sftpc's own if left out. */
  readonly knownServers?: string | undefined;
  /** `refuse` if left out. */
  readonly newServers?: NewServers | undefined;
  /** The server's own IP address, where NAT hides it. */
  readonly expectAddress?: string | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Gives up, until the session is there. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each line of the control connection, passwords replaced. */
  readonly trace?: ((line: Extract<EngineOutput, { kind: 'trace' }>) => void) | undefined;
  /** Told, in a sentence, what somebody should know though nothing failed. */
  readonly notice?: ((text: string) => void) | undefined;
}

/**
 * Opens a session with an FTP server behind sftpd.
 *
 * @throws ClientError: `connect`, no connection; `security`, refused for safety's sake; `login`; `command`, interrupted
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const { host, port = DEFAULT_PORT, level = 'P', signal, notice } = options;
  const contact = new Contact({
    host,
    port,
    protection: options.protection ?? 'required',
    knownServers: options.knownServers ?? defaultKnownServersFile(process.env),
    newServers: options.newServers ?? 'refuse',
    expectAddress: options.expectAddress,
    timeouts: options.timeouts,
    trace: options.trace,
    notice,
  });
  const connection = await contact.first(signal);
  const session = new Session({
    connection,
    mode: options.mode ?? 'passive',
    level,
    bufferSize: options.bufferSize,
    reconnect: (signal) => contact.again(signal),
    reopened: () => notice?.('the session was opened again: a transfer had broken off'),
  });
  const client = new Client(session);
  if (options.user !== undefined) {
    const interrupted = (): void => connection.close();
    signal?.addEventListener('abort', interrupted);
    try {
      await client.login(credentialsOf(options.user, options.password));
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', interrupted);
    }
  }
  return client;
}

function credentialsOf(user: string, password: ConnectOptions['password']): Credentials {
  return {
    user: () => Promise.resolve(user),
    password: async () => {
      if (password instanceof Secret) return password;
      return new Secret(typeof password === 'function' ? await password() : (password ?? ''));
    },
  };
}
