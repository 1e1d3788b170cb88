/**
 * The shell of one session: owns the two control connections and the timers, feeds events to step() and performs its
 * effects. It decides nothing.
 */
import type { Duplex } from 'node:stream';
import { LineReader } from '../wire/line.js';
import { MAX_COMMAND_LINE } from '../wire/limits.js';
import { ReplyReader } from '../wire/reply.js';
import { ControlChannel, NO_EVENTS } from './control-channel.js';
import { perform, type Hands } from './effects.js';
import { mayHandOn, unreadVerdict, type UnreadVerdict } from './hand-off.js';
import type { CloseReason, HandOff, SessionEvent } from './io.js';
import { passBothWays } from './passage.js';
import type { SessionSetting } from './policy.js';
import type { ConnectedSuccessor, DataPlane, Successor } from './ports.js';
import { KERBEROS_HAND_OFF, type SessionOptions, type SessionSummary } from './session-options.js';
import { SessionTimers } from './session-timers.js';
import { initialState, isOccupied, type SessionState } from './state.js';
import { step, wantsClientLine } from './step.js';
import { beginSuccession, isConnected } from './succession.js';

/** Octets of a client that are held while the session is busy; more stay in the socket. */
const MAX_UNTAKEN = 65_536;

export class Session {
  readonly #options: SessionOptions;
  readonly #client: ControlChannel;
  readonly #lines = new LineReader(MAX_COMMAND_LINE);
  readonly #replies = new ReplyReader();
  readonly #data: DataPlane;
  readonly #hands: Hands;
  readonly #timers: SessionTimers;
  /** Gives up what is being connected to or started. */
  readonly #starting = new AbortController();
  readonly #finished: (summary: SessionSummary) => void;
  /** Resolves when both connections and everything else of this session are gone. */
  readonly done: Promise<SessionSummary>;
  #setting: SessionSetting;
  #state: SessionState = initialState;
  #ftpd: ControlChannel | undefined;
  #clientEnded: 'no' | 'yes' = 'no';
  /** What has to be gone before the session is: connections, and a process. */
  readonly #open = new Set<ControlChannel | Successor>();
  #successor: Successor | ConnectedSuccessor | undefined;
  /** Set while step() runs, and while lines are handed over: both are loops, not recursions. */
  #running = false;
  #taking = false;
  readonly #queue: SessionEvent[] = [];
  #dataOctets = { download: 0, upload: 0 };
  #direction: 'download' | 'upload' = 'download';
  #mechanism: string | undefined;
  #reason: CloseReason | 'internal error' = 'client closed the connection';

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#timers = new SessionTimers(options.timers, (timer) => this.#dispatch({ type: 'timeout', timer }));
    this.#setting = { ...options.setting, ftpdAddress: '' };
    let finished: (summary: SessionSummary) => void = () => undefined;
    this.done = new Promise((resolve) => (finished = resolve));
    this.#finished = finished;
    this.#data = options.openData((event) => this.#dispatch(event));
    this.#client = new ControlChannel(options.client, {
      octets: (chunk) => {
        this.#lines.push(chunk);
        this.#takeLines();
      },
      ended: () => {
        this.#clientEnded = 'yes';
        this.#takeLines();
      },
      drained: () => {
        this.#ftpd?.resume();
        this.#takeLines();
      },
      closed: () => this.#clientClosed(),
    });
    this.#hands = {
      toClient: (octets) => this.#client.write(octets),
      toFtpd: (octets) => this.#ftpd?.write(octets),
      data: this.#data,
      begins: (direction) => (this.#direction = direction),
      timers: this.#timers,
      log: options.log,
      noteThirdParty: options.noteThirdParty,
      handOff: (to) => this.#handOff(to),
      passThrough: (opening) => this.#passThrough(opening),
      letGo: () => this.#client.destroy(),
      close: (reason) => this.#close(reason),
    };
    this.#open.add(this.#client);
    this.#client.pause();
    options.handOffs?.unread?.look((text) => this.#unreadLine(text));
  }

  /** Dials the ftpd and serves the client. */
  start(): void {
    this.#timers.start('login');
    this.#options.dial(this.#starting.signal).then(
      ({ stream, address }) => this.#connected(stream, address),
      (error: unknown) => {
        this.#dispatch({ type: 'ftpd-unreachable', why: error instanceof Error ? error.message : String(error) });
      },
    );
  }

  /** Ends the session in good order: the client is told. */
  shutDown(): void {
    this.#dispatch({ type: 'shutdown' });
  }

  /** Ends the session at once. */
  destroy(): void {
    this.#state = { phase: 'closing', reason: 'gateway stopped' };
    this.#close('gateway stopped');
    this.#client.destroy();
    this.#ftpd?.destroy();
  }

  #connected(stream: Duplex, address: string): void {
    if (this.#state.phase === 'closing') {
      stream.destroy();
      return;
    }
    this.#setting = { ...this.#setting, ftpdAddress: address };
    const ftpd = new ControlChannel(stream, {
      octets: (chunk) => {
        this.#replies.push(chunk);
        this.#takeReplies();
      },
      ended: () => this.#dispatch({ type: 'ftpd-closed' }),
      drained: () => undefined,
      closed: () => {
        this.#dispatch({ type: 'ftpd-closed' });
        this.#gone(ftpd);
      },
    });
    this.#ftpd = ftpd;
    this.#open.add(ftpd);
  }

  #clientClosed(): void {
    this.#dispatch({ type: 'client-closed' });
    this.#gone(this.#client);
  }

  #takeReplies(): void {
    for (let next = this.#replies.next(); next !== undefined; next = this.#replies.next()) {
      if (next.kind === 'reply') this.#dispatch({ type: 'ftpd-reply', reply: next.reply });
      else this.#dispatch({ type: 'ftpd-malformed', why: next.why });
    }
    // Replies that the client does not read stay with the ftpd.
    if (this.#client.full) this.#ftpd?.pause();
    this.#takeLines();
  }

  /** Hands over the client's lines as long as the engine wants them and the client reads its replies. */
  #takeLines(): void {
    if (this.#running || this.#taking) return;
    this.#taking = true;
    while (wantsClientLine(this.#state) && !this.#client.full) {
      const next = this.#lines.next();
      if (next === undefined) {
        // What a client has asked for before it ended its side is served to the end, as ftpds do.
        if (this.#clientEnded === 'yes' && !isOccupied(this.#state)) this.#dispatch({ type: 'client-closed' });
        break;
      }
      if (next.kind === 'too-long') this.#dispatch({ type: 'client-line-too-long' });
      else this.#dispatch({ type: 'client-line', line: next.line, pipelined: this.#lines.buffered > 0 });
    }
    this.#taking = false;
    if (this.#state.phase === 'closing' || this.#state.phase === 'transparent') return;
    // Read on while a command is under way, so that a client that goes away is noticed; but not without bound.
    const held = this.#state.phase === 'dialing' || this.#state.phase === 'handing-off';
    if (held || this.#lines.buffered > MAX_UNTAKEN) this.#client.pause();
    else this.#client.resume();
  }

  /** Runs one event, and those that its effects cause, one after the other. */
  #dispatch(event: SessionEvent): void {
    this.#queue.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next);
    } catch (error) {
      // A bug of ours: this session ends, the others go on.
      this.#options.log.event('errors', 'internal error', {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      this.#queue.length = 0;
      this.#state = { phase: 'closing', reason: 'gateway stopped' };
      this.#close('internal error');
    } finally {
      this.#running = false;
    }
    this.#takeLines();
  }

  #step(event: SessionEvent): void {
    if (event.type === 'data-done' || event.type === 'data-failed')
      this.#dataOctets[this.#direction] += event.summary.octets;
    this.#options.log.debug(3, `event: ${event.type}`);
    const { state, effects } = step(this.#state, event, this.#setting);
    this.#state = state;
    if (!mayHandOn(state)) this.#options.handOffs?.unread?.readOn();
    if (state.phase === 'serving' && state.channel.kind === 'secured')
      this.#mechanism = state.channel.context.mechanism;
    for (const effect of effects) perform(effect, this.#hands);
  }

  #close(reason: CloseReason | 'internal error'): void {
    this.#reason = reason;
    this.#timers.stopAll();
    this.#starting.abort();
    this.#data.abort();
    this.#client.end();
    this.#ftpd?.end();
    this.#successor?.stop();
    this.#settle();
  }

  #unreadLine(text: string): UnreadVerdict {
    // Lines that were read before this one come first.
    if (this.#running || this.#lines.buffered > 0 || this.#client.full) return 'wait';
    const verdict = unreadVerdict(this.#state, this.#setting.policy, text);
    if (verdict === 'leave') this.#dispatch({ type: 'login-unread', text });
    return verdict;
  }

  #handOff(to: HandOff): void {
    // Its own connection to the client is what the anonymous ftpd is given: the ordinary one is let go first.
    if (to.kind === 'anonymous') this.#leaveFtpd();
    beginSuccession(to, this.#options.handOffs, this.#starting.signal).then(
      (successor) => this.#started(successor),
      (error: unknown) => {
        this.#dispatch({ type: 'hand-off-failed', why: error instanceof Error ? error.message : String(error) });
      },
    );
  }

  #started(successor: Successor): void {
    this.#successor = successor;
    this.#open.add(successor);
    void successor.gone.then(() => {
      if (!isConnected(successor)) this.#dispatch({ type: 'hand-off-ended' });
      this.#gone(successor);
    });
    if (this.#state.phase === 'handing-off') return this.#dispatch({ type: 'handed-off', pid: successor.pid });
    // The session has ended in the meantime.
    if (isConnected(successor)) successor.stream.destroy();
    successor.stop();
  }

  /** Closes the connection to the ordinary ftpd, which has no more part in this session. */
  #leaveFtpd(): void {
    const ftpd = this.#ftpd;
    this.#ftpd = undefined;
    ftpd?.redirect({ ...NO_EVENTS, closed: () => this.#gone(ftpd) });
    ftpd?.end();
  }

  #passThrough(opening: Uint8Array): void {
    const successor = this.#successor;
    if (successor === undefined || !isConnected(successor)) throw new Error('nobody to pass octets to');
    this.#leaveFtpd();
    this.#mechanism = KERBEROS_HAND_OFF;
    const ftpd = new ControlChannel(successor.stream, NO_EVENTS);
    this.#ftpd = ftpd;
    this.#open.add(ftpd);
    passBothWays(this.#client, ftpd, {
      opening: [opening, this.#lines.drain()],
      clientEnded: this.#clientEnded === 'yes',
      halfClosed: () => this.#dispatch({ type: 'half-closed' }),
      clientClosed: () => this.#clientClosed(),
      ftpdClosed: () => this.#gone(ftpd),
      // A wrapper may be gone before what it started is, and a process before its last words have been read.
      ftpdEnded: () => void successor.gone.then(() => this.#dispatch({ type: 'hand-off-ended' })),
    });
  }

  #gone(part: ControlChannel | Successor): void {
    this.#open.delete(part);
    this.#settle();
  }

  /** Reports the session once nothing of it is left. */
  #settle(): void {
    if (this.#open.size > 0) return;
    this.#timers.stopAll();
    const { sent, received } = this.#client.counts;
    this.#finished({
      reason: this.#reason,
      mechanism: this.#mechanism,
      received: received + this.#dataOctets.upload,
      sent: sent + this.#dataOctets.download,
    });
  }
}
