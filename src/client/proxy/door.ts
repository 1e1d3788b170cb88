/**
 * The local door: programs connect to it in clear, and each has a session of its own with the server, under X-SafeTP1. The session
 * engine is the gateway's, seen from the other side: its client is in clear here, and its ftpd is the protected server.
 */
import type { Server, Socket } from 'node:net';
import { MAXIMUM_BUFFER } from '../../security/safetp1/profile.js';
import type { SessionPolicy } from '../../session/policy.js';
import { Session } from '../../session/session.js';
import { plainAddress } from '../../wire/address.js';
import type { Endpoint } from '../../wire/host-port.js';
import { reply, replyOctets } from '../../wire/reply.js';
import { ClientError } from '../error.js';
import type { Destination, UpstreamObserver } from './destination.js';
import type { DoorLog } from './door-log.js';
import {
  DESTROY_TIME,
  IDLE_TIMEOUT,
  LINGER_TIME,
  LOGIN_TIMEOUT,
  MAX_LOGIN_FAILURES,
  MAX_SESSIONS,
  STALL_TIMEOUT,
} from './limits.js';
import { listen, type ListenWish } from './listening.js';
import { leadsTo } from './own-address.js';
import { serverSide } from './server-side.js';

export interface DoorOptions {
  readonly listen: ListenWish;
  readonly destination: Destination;
  readonly log: DoorLog;
  /** `on`: each line of the sessions with the server is shown, passwords replaced. */
  readonly trace: 'off' | 'on';
  /** Milliseconds without an octet in a transfer; STALL_TIMEOUT if left out. */
  readonly stallTimeout?: number | undefined;
  /** Programs at once; MAX_SESSIONS if left out. */
  readonly maxSessions?: number | undefined;
}

/** Nothing is protected towards the programs, and nothing goes past the door. */
const POLICY: SessionPolicy = {
  mechanisms: [],
  cleartext: 'allow',
  protection: 'clear',
  relay: 'always',
  activeTarget: 'client',
  directPassive: false,
  banner: null,
  maxBlock: MAXIMUM_BUFFER,
  loginFailures: MAX_LOGIN_FAILURES,
};

export class Door {
  readonly #options: DoorOptions;
  readonly #servers: readonly Server[];
  readonly #sessions = new Set<Session>();
  #last = 0;

  private constructor(options: DoorOptions, servers: readonly Server[]) {
    this.#options = options;
    this.#servers = servers;
    for (const server of servers) server.on('connection', (socket) => void this.#serve(socket));
  }

  /** @throws ClientError where an address cannot be listened on, or is the very one that the door leads to */
  static async open(options: DoorOptions): Promise<Door> {
    const servers = await listen(options.listen);
    const { destination } = options;
    if (await leadsTo(destination, servers.flatMap(endpointOf))) {
      for (const server of servers) server.close();
      throw new ClientError('usage', `The door would lead to itself: it is to listen on ${destination.name}.`, {
        hint: 'Choose another address or port: --listen.',
      });
    }
    return new Door(options, servers);
  }

  /** Where programs can connect. */
  get endpoints(): readonly Endpoint[] {
    return this.#servers.flatMap(endpointOf);
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** Lets nobody in any more and ends all sessions: at once those without a transfer, and after `drain` ms the others too. */
  async close(drain: number): Promise<void> {
    for (const server of this.#servers) server.close();
    for (const session of this.#sessions) session.shutDown();
    await this.#allGone(drain);
    for (const session of this.#sessions) session.destroy();
    await this.#allGone(DESTROY_TIME);
  }

  async #serve(socket: Socket): Promise<void> {
    const { log } = this.#options;
    // Until a session takes it.
    socket.on('error', () => undefined);
    const { localAddress, remoteAddress, remotePort = 0 } = socket;
    if (localAddress === undefined || remoteAddress === undefined) {
      // Reset before we looked.
      socket.destroy();
      return;
    }
    const number = ++this.#last;
    const program = { local: plainAddress(localAddress), peer: plainAddress(remoteAddress) };
    const limit = this.#options.maxSessions ?? MAX_SESSIONS;
    if (this.#sessions.size >= limit) {
      log.warn(`turned away ${program.peer} port ${remotePort}: ${limit} programs are here already`, number);
      turnAway(socket, `This door has ${limit} programs already: try again later.`);
      return;
    }
    log.say(`connected from ${program.peer} port ${remotePort}`, number);
    const started = performance.now();
    const session = this.#session(socket, program, number);
    this.#sessions.add(session);
    session.start();
    const summary = await session.done;
    this.#sessions.delete(session);
    log.ended(summary, performance.now() - started, number);
  }

  #session(client: Socket, program: { readonly local: string; readonly peer: string }, number: number): Session {
    const { destination, log, trace, stallTimeout = STALL_TIMEOUT } = this.#options;
    const observer: UpstreamObserver = {
      trace: trace === 'on' ? (line) => log.trace(line, number) : undefined,
      notice: (text) => log.say(text, number),
      reopened: () => log.say('opened again: a transfer had broken off', number),
      failed: (error) => log.error(error, number),
    };
    return new Session({
      client,
      setting: {
        policy: POLICY,
        clientAddress: program.peer,
        serverAddress: program.local,
        thirdParty: () => 'refused',
      },
      timers: { login: LOGIN_TIMEOUT, idle: IDLE_TIMEOUT, silence: IDLE_TIMEOUT },
      ...serverSide({
        program,
        open: (signal) => destination.open(observer, signal),
        refused: observer.failed,
        onStranger: (address) => log.warn(`refused a data connection from ${address}`, number),
        stallTimeout,
      }),
      log: log.forSession(number),
      noteThirdParty: () => undefined,
    });
  }

  async #allGone(timeout: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeout)));
    await Promise.race([Promise.all([...this.#sessions].map((session) => session.done)), late]);
    clearTimeout(timer);
  }
}

function endpointOf(server: Server): readonly Endpoint[] {
  const bound = server.address();
  return bound === null || typeof bound === 'string' ? [] : [{ address: bound.address, port: bound.port }];
}

function turnAway(socket: Socket, why: string): void {
  socket.setTimeout(LINGER_TIME, () => socket.destroy());
  socket.on('end', () => socket.destroy());
  socket.resume();
  socket.end(replyOctets(reply(421, why)));
}
