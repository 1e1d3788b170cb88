/**
 * One step of a serving session in the making: the state as it becomes, and the effects so far. It lives for one call of
 * step() and nothing outside sees it, so step() stays a pure function while its handlers read like a procedure.
 */
import { Transcript } from '../security/transcript.js';
import type { CommandProtection } from '../security/mechanism.js';
import { encodeBase64 } from '../wire/base64.js';
import { commandOctets, formatCommand, type Command } from '../wire/command.js';
import { reply, replyOctets, type Reply } from '../wire/reply.js';
import type { CloseReason, Effect, HandOff, SessionLogCategory } from './io.js';
import type { SessionPolicy, SessionSetting } from './policy.js';
import type { Awaiting, Channel, DataPath, Incoming, Login, Negotiation, Serving, SessionState } from './state.js';
import { shownCommand, shownReply } from './shown-command.js';

/** Reply codes of protected replies (RFC 2228 §5.2). */
const PROTECTED_REPLY: Record<CommandProtection, number> = { MIC: 631, ENC: 632, CONF: 633 };

/** A protected reply of more lines than this has several in a fragment … */
const MAX_LINES_APART = 100;

/** … of about this many octets; its base 64 fits a reply line of any client. */
const FRAGMENT_OCTETS = 3_000;

export class Turn {
  readonly setting: SessionSetting;
  readonly #effects: Effect[] = [];
  #state: Serving;
  #closing: CloseReason | undefined;
  #handOff: HandOff | undefined;

  constructor(state: Serving, setting: SessionSetting) {
    this.#state = state;
    this.setting = setting;
  }

  get state(): Serving {
    return this.#state;
  }

  get policy(): SessionPolicy {
    return this.setting.policy;
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Whether this session takes up no more commands. */
  get over(): boolean {
    return this.closing || this.#handOff !== undefined;
  }

  result(): { readonly state: SessionState; readonly effects: readonly Effect[] } {
    if (this.#closing === undefined) {
      const serving = this.#state;
      const state: SessionState =
        this.#handOff === undefined ? serving : { phase: 'handing-off', to: this.#handOff, serving };
      return { state, effects: this.#effects };
    }
    const { channel } = this.#state;
    if (channel.kind === 'secured') channel.context.wipe();
    return { state: { phase: 'closing', reason: this.#closing }, effects: this.#effects };
  }

  effect(effect: Effect): void {
    if (!this.closing) this.#effects.push(effect);
  }

  log(category: SessionLogCategory, message: string, fields?: Readonly<Record<string, string | number>>): void {
    this.effect({ do: 'log', category, message, ...(fields === undefined ? {} : { fields }) });
  }

  debug(level: 1 | 2 | 3, message: string): void {
    this.effect({ do: 'debug', level, message });
  }

  setChannel(channel: Channel): void {
    this.#state = { ...this.#state, channel };
  }

  setData(data: DataPath): void {
    this.#state = { ...this.#state, data };
  }

  setLogin(login: Login): void {
    this.#state = { ...this.#state, login };
  }

  setNegotiation(negotiation: Negotiation): void {
    this.#state = { ...this.#state, negotiation };
  }

  update(part: Partial<Omit<Serving, 'phase'>>): void {
    this.#state = { ...this.#state, ...part };
  }

  /** Puts a command to the ftpd; `kind` says what its reply means. */
  ask(incoming: Incoming, kind: Awaiting['kind'], command: Command = incoming.command): void {
    this.tell(command);
    this.#state = { ...this.#state, awaiting: [...this.#state.awaiting, { incoming, kind }] };
  }

  /** Sends the ftpd a command whose reply is already provided for. */
  tell(command: Command): void {
    const session = this.#state.channel.kind === 'secured' ? 'protected' : 'clear';
    this.debug(2, `to ftpd: ${shownCommand(command, session)}`);
    this.effect({ do: 'send-ftpd', octets: commandOctets(formatCommand(command)) });
  }

  /** Answers a command, at the protection it came with (RFC 2228 §7). */
  answer(incoming: Incoming, message: Reply): void {
    this.send(message, incoming.protection);
  }

  /** Sends a reply that no command caused, at the protection of the latest command. */
  announce(message: Reply): void {
    const { channel } = this.#state;
    this.send(message, channel.kind === 'secured' ? channel.latest : undefined);
  }

  /** Sends a reply to the client; unprotected where `protection` is undefined. */
  send(message: Reply, protection: CommandProtection | undefined): void {
    const how = protection === undefined ? '' : ` (${protection})`;
    this.debug(2, `to client${how}: ${shownReply(message, protection === undefined ? 'clear' : 'protected')}`);
    const octets = protection === undefined ? replyOctets(message) : this.#protectReply(message, protection);
    if (octets === undefined) return;
    const { negotiation } = this.#state;
    if (negotiation.transcript !== undefined && this.#negotiable()) {
      this.setNegotiation({ ...negotiation, transcript: negotiation.transcript.append(octets) });
    }
    this.effect({ do: 'send-client', octets });
  }

  /** Notes octets of the client for DIGT: everything since the first AUTH, until the exchange is complete. */
  recordForDigest(raw: Uint8Array, command: string): void {
    const { negotiation } = this.#state;
    if (!this.#negotiable()) return;
    if (negotiation.transcript === undefined && command !== 'AUTH') return;
    this.setNegotiation({ ...negotiation, transcript: (negotiation.transcript ?? Transcript.empty).append(raw) });
  }

  /** Whether an exchange may still come, or is under way: until then DIGT has to know every octet. */
  #negotiable(): boolean {
    return this.#state.channel.kind !== 'secured' && this.#state.login.stage === 'none';
  }

  /** Gives the session to another ftpd, once that is there. */
  handOff(to: HandOff): void {
    this.effect({ do: 'abort-data' });
    this.effect({ do: 'hand-off', to });
    this.#handOff = to;
  }

  /** Ends the session once everything sent so far is out. */
  close(reason: CloseReason): void {
    if (this.closing) return;
    this.effect({ do: 'abort-data' });
    this.effect({ do: 'close', reason });
    this.#closing = reason;
  }

  /** Says why and ends the session (RFC 959 §4.2, 421). */
  closeWith(code: 421 | 535, text: string, reason: CloseReason): void {
    this.announce(reply(code, text));
    this.close(reason);
  }

  /**
   * Every fragment of a reply is a message of its own (RFC 2228 §5.2), with its CRLF except for the last, and the outer lines are
   * formed strictly, code and hyphen on all but the last.
   */
  #protectReply(message: Reply, protection: CommandProtection): Uint8Array | undefined {
    const code = PROTECTED_REPLY[protection];
    const out: string[] = [];
    const fragments = fragmentsOf(message.lines);
    for (const [index, fragment] of fragments.entries()) {
      const { channel } = this.#state;
      if (channel.kind !== 'secured') throw new Error('a protected reply needs a security context');
      const sealed = channel.context.protect(protection, Buffer.from(fragment, 'latin1'));
      if (!sealed.ok) {
        this.close('sequence numbers used up');
        return undefined;
      }
      this.setChannel({ ...channel, context: sealed.value.context });
      const last = index === fragments.length - 1;
      out.push(`${code}${last ? ' ' : '-'}${encodeBase64(sealed.value.message)}\r\n`);
    }
    return Buffer.from(out.join(''), 'latin1');
  }
}

/**
 * A line each, as long as there are few. Of a long reply (the status of a large directory) several lines share a fragment: each costs a
 * cipher and a MAC, and all of them are one turn of the event loop.
 */
function fragmentsOf(lines: readonly string[]): readonly string[] {
  const ended = lines.map((line, index) => (index === lines.length - 1 ? line : `${line}\r\n`));
  if (ended.length <= MAX_LINES_APART) return ended;
  const fragments: string[] = [];
  let fragment = '';
  for (const line of ended) {
    if (fragment !== '' && fragment.length + line.length > FRAGMENT_OCTETS) {
      fragments.push(fragment);
      fragment = '';
    }
    fragment += line;
  }
  return [...fragments, fragment];
}
