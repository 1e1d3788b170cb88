/**
 * Data connections from the client's side: EPSV and PASV (RFC 2428, RFC 959), or PORT and EPRT with --active.
 *
 * The peer is the control connection's: an address in a 227 is ignored (it may be a private one behind NAT, or somebody
 * else's: CVE-2020-8284), and only the server's address may connect to our listener. There is one exception, PROT C in a
 * protected session, where the gateway may have client and ftpd exchange the data directly (the manual's third-party
 * transfers). The 227 came under protection then, so its address is the gateway's word and nobody else's; and whoever connects
 * to our listener first is taken, since the ftpd's address is one that we cannot know. The latter lets somebody in who is not on
 * the way but guesses a port of the moment. Data in clear is anybody's to read and change who is on the way, and a user who
 * asked for it has said that this does not matter; S and P take neither exception.
 */
import { reset as resetConnection } from '../../data/pump.js';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  addressFamily,
  formatEprt,
  formatPort,
  parseEpsvReply,
  parsePasvReply,
  plainAddress,
  type Endpoint,
} from '../../wire/host-port.js';
import { isCompletion, type Reply } from '../../wire/reply.js';
import type { Connection } from './connection.js';
import { dial } from './dial.js';
import { ClientError, LocalError, messageOf, refusedCommand, StalledError, throwIfAborted } from '../error.js';
import type { DataMode } from '../terms.js';

export type { DataMode };

/** A data connection in the making. */
export interface DataConnection {
  /** The socket, paused, once it stands. Rejects with a ClientError when it does not come within the connect timeout. */
  connected(): Promise<Socket>;
  /** Gives it up: resets what stands and stops listening. */
  discard(): void;
}

/** Sets up the next data connection. Remembers whether the server has EPSV. */
export class DataConnector {
  readonly #connection: Connection;
  mode: DataMode;
  /** RFC 2428's commands first; RFC 959's once the server has refused them. */
  #extended = true;
  /** The address in a 227, where it is to be believed; EPSV once the server has named one that we cannot reach. */
  #direct: 'believe' | 'ignore' = 'believe';

  constructor(connection: Connection, mode: DataMode) {
    this.#connection = connection;
    this.mode = mode;
  }

  /** @throws ClientError; also when the signal says so, before the server is asked for data */
  async open(signal?: AbortSignal): Promise<DataConnection> {
    throwIfAborted(signal);
    const data = await (this.mode === 'passive' ? this.#passive(signal) : this.#active());
    if (signal?.aborted === true) data.discard();
    throwIfAborted(signal);
    return data;
  }

  /** Whether data may go to and come from others than the gateway: see above. */
  get #mayBeDirect(): boolean {
    const { engine } = this.#connection;
    return engine.channel === 'protected' && engine.level === 'C';
  }

  async #passive(signal: AbortSignal | undefined): Promise<DataConnection> {
    const { peerAddress, localAddress, serverAddress, timeouts } = this.#connection;
    const timeout = timeouts.connect;
    const endpoint = await this.#passiveEndpoint();
    const port = endpoint.port;
    // Where NAT stands before it, the gateway names the address it knows itself by; we reach it as we did before.
    if (endpoint.address !== peerAddress && endpoint.address !== serverAddress) {
      const socket = await dial({ host: endpoint.address, port, timeout, signal }).catch(() => undefined);
      if (socket !== undefined) return connected(socket);
      throwIfAborted(signal);
      this.#direct = 'ignore';
      return this.#passive(signal);
    }
    const socket = await dial({ host: peerAddress, port, timeout, localAddress, signal }).catch((error: unknown) => {
      throwIfAborted(signal);
      // The session stands; it is the command that failed.
      throw new ClientError('command', `No data connection: ${messageOf(error)}`, {
        code: 'passive-failed',
        hint: 'A firewall may be in the way. Have the server connect to you: --active, or passive off.',
      });
    });
    return connected(socket);
  }

  /** Where the server listens. Its address is the control connection's unless the server is believed. */
  async #passiveEndpoint(): Promise<Endpoint> {
    const address = this.#connection.peerAddress;
    const ipv4 = addressFamily(address) === 1;
    const believed = ipv4 && this.#direct === 'believe' && this.#mayBeDirect;
    if (!believed && (this.#extended || !ipv4)) {
      const reply = await this.#connection.command('EPSV');
      const port = parseEpsvReply(reply);
      if (port.ok) return { address, port: port.value };
      if (!refusesVerb(reply)) throw passiveRefused(reply);
      this.#extended = false;
    }
    const reply = await this.#connection.command('PASV');
    const endpoint = parsePasvReply(reply);
    if (believed && !endpoint.ok) {
      this.#direct = 'ignore';
      return this.#passiveEndpoint();
    }
    if (!endpoint.ok) throw passiveRefused(reply);
    return believed ? endpoint.value : { address, port: endpoint.value.port };
  }

  async #active(): Promise<DataConnection> {
    const connection = this.#connection;
    const { peerAddress, localAddress } = connection;
    const server = await listen(localAddress);
    let taken: Socket | undefined;
    const direct = this.#mayBeDirect;
    const arrived = new Promise<Socket>((resolve) => {
      server.on('connection', (socket) => {
        socket.on('error', () => undefined);
        if (taken !== undefined || (!direct && plainAddress(socket.remoteAddress ?? '') !== peerAddress)) {
          reset(socket);
          return;
        }
        taken = socket;
        server.close();
        resolve(socket);
      });
    });
    const discard = (): void => {
      server.close();
      if (taken !== undefined) reset(taken);
    };
    const endpoint = { address: localAddress, port: (server.address() as AddressInfo).port };
    try {
      const reply = await this.#announce(endpoint);
      if (!isCompletion(reply)) {
        throw refusedWith(reply, 'Connect to the server instead: --passive, or passive on.', 'active-failed');
      }
    } catch (error) {
      discard();
      throw error;
    }
    return { connected: () => inTime(arrived, connection.timeouts.connect), discard };
  }

  async #announce(endpoint: { readonly address: string; readonly port: number }): Promise<Reply> {
    // PORT is what every server knows; it cannot name an IPv6 address.
    return addressFamily(endpoint.address) === 1
      ? this.#connection.command('PORT', formatPort(endpoint))
      : this.#connection.command('EPRT', formatEprt(endpoint));
  }
}

/** Listens on a port that the system picks. @throws ClientError */
async function listen(host: string): Promise<Server> {
  const server = createServer({ pauseOnConnect: true });
  server.listen({ port: 0, host });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new LocalError(`This machine does not let the server connect to it: ${messageOf(error)}.`);
  }
  // A connection that cannot be accepted (EMFILE) is one that does not come.
  server.on('error', () => undefined);
  return server;
}

/** A data connection that stands. */
function connected(socket: Socket): DataConnection {
  socket.pause();
  socket.on('error', () => undefined);
  return {
    connected: () => Promise.resolve(socket),
    discard: () => {
      reset(socket);
    },
  };
}

/** Breaks a connection off so that the other end cannot take it for a clean end. */
export function reset(socket: Socket): void {
  if (!socket.destroyed) resetConnection(socket);
}

/** 500 to 504 and 522: the server does not have this verb, or not for this network. */
const refusesVerb = (reply: Reply): boolean => (reply.code >= 500 && reply.code <= 504) || reply.code === 522;

const passiveRefused = (reply: Reply): ClientError =>
  refusedWith(reply, 'Have the server connect to you instead: --active, or passive off.', 'passive-failed');

/** x3z (RFC 959 §4.2.1, RFC 2228 §4): the login or the protection will not do for either way of making a data connection. */
const isAboutLogin = ({ code }: Reply): boolean => Math.floor(code / 10) % 10 === 3;

/** @param otherWay - what may help where the refusal is about this way of making a data connection */
const refusedWith = (reply: Reply, otherWay: string, code: 'passive-failed' | 'active-failed'): ClientError =>
  refusedCommand('No data connection', reply, isAboutLogin(reply) ? undefined : otherWay, code);

async function inTime(arrived: Promise<Socket>, timeout: number): Promise<Socket> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new StalledError(
            `The server did not open the data connection within ${timeout / 1000} s.`,
            'A firewall may be in the way. Connect to the server: --passive, or passive on.',
            'active-failed',
          ),
        ),
      timeout,
    );
  });
  try {
    return await Promise.race([arrived, late]);
  } finally {
    clearTimeout(timer);
  }
}
