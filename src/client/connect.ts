/** How a session begins: connect, recognise the server, protect, and log in where that was asked for. */
import { checkOptions } from './checked-options.js';
import { Client } from './client.js';
import { interrupted } from './error.js';
import type { Password } from './options.js';
import { Session } from './session/session.js';
import {
  DEFAULT_PORT,
  type DataMode,
  type NewServers,
  type Protection,
  type Timeouts,
  type TraceLine,
  type UserLevel,
} from './terms.js';
import { Contact } from './trust/contact.js';
import { defaultKnownServersFile } from './trust/known-servers.js';

/** With whom to have a session, and how. */
export interface ConnectOptions {
  /** A name or an address. */
  readonly host: string;
  /** 21 if left out. */
  readonly port?: number | undefined;
  /** Logs in as this user; without it the session is not logged in, see Client.login(). */
  readonly user?: string | undefined;
  /** Empty if left out. */
  readonly password?: Password | undefined;
  /** For the few servers that ask for it (RFC 959 §4.1.1, ACCT). */
  readonly account?: Password | undefined;
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
  /** 30 s for a connection, 120 s for a reply and for data, for those that are left out. */
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Gives up, until the session is there. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each line of the control connection, passwords replaced. */
  readonly trace?: ((line: TraceLine) => void) | undefined;
  /** @internal What hints call options: sftpc's own words, in the place of the library's. */
  readonly words?: 'sftpc' | undefined;
  /** Told, in a sentence, what somebody should know though nothing failed. */
  readonly notice?: ((text: string) => void) | undefined;
}

/** What a caller can do about a server that is new, or has no protection. */
const WORDS = {
  acceptNew: "Meet it once with sftpc in a terminal, say newServers: 'accept' if the network is one you trust",
  insist: "To send everything in clear, password included, say protection: 'none'.",
};

/**
 * Opens a session with an FTP server behind sftpd.
 *
 * @throws ClientError: `connect`, no connection; `security`, refused for safety's sake; `login`; `command`, interrupted
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const { host, port = DEFAULT_PORT, level = 'P', signal, notice } = options;
  checkOptions(options);
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
    ...(options.words === 'sftpc' ? {} : WORDS),
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
  const { user, password, account } = options;
  if (user === undefined) return client;
  const abort = (): void => connection.fail(interrupted());
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  try {
    // A function that asks for the password may never come back.
    await Promise.race([client.login({ user, password, account }), connection.failed]);
    return client;
  } catch (error) {
    client.close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
