/**
 * The gateway's engine against the client's, in memory: octets of one become events of the other, with a scripted ftpd behind.
 * Every octet between the two passes through `tamper`, so that a test can be the man in the middle.
 */
import { systemRandom } from '../../src/crypto/random.js';
import { generateDsaKey, type DsaPublicKey } from '../../src/crypto/dsa.js';
import { ClientEngine } from '../../src/client/engine/engine.js';
import type { EngineFailure } from '../../src/client/engine/failure.js';
import type { EngineOutput, EngineSetting } from '../../src/client/engine/output.js';
import { createSafeTp1 } from '../../src/security/safetp1/exchange.js';
import { serverKeyOf } from '../../src/security/safetp1/server-key.js';
import type { Effect, Flow, SessionEvent } from '../../src/session/io.js';
import type { SessionSetting } from '../../src/session/policy.js';
import { initialState, type SessionState } from '../../src/session/state.js';
import { step } from '../../src/session/step.js';
import { localSetting, openPolicy } from '../session/transcript-player.js';
import { LineReader } from '../../src/wire/line.js';
import { MAX_COMMAND_LINE } from '../../src/wire/limits.js';
import { ReplyReader, reply, type Reply } from '../../src/wire/reply.js';

export const serverKey = serverKeyOf(generateDsaKey(1024));
export const SERVER_ADDRESS = '192.0.2.1';

export interface PairOptions {
  /** What the ftpd answers; by default a login and 200 for all else. */
  ftpd?: (line: string) => readonly Reply[];
  /** Changes octets on their way to the client. Gets whole writes of the gateway. */
  toClient?: (octets: Uint8Array) => Uint8Array;
  toServer?: (octets: Uint8Array) => Uint8Array;
  client?: Partial<EngineSetting>;
  /** Octets handed to the client at once; all of a write if left out. */
  chunk?: number;
  onKey?: (key: DsaPublicKey) => 'accept' | 'reject' | 'wait';
}

export class Pair {
  readonly client: ClientEngine;
  readonly outputs: EngineOutput[] = [];
  readonly #options: PairOptions;
  readonly #setting: SessionSetting;
  readonly #lines = new LineReader(MAX_COMMAND_LINE);
  readonly #ftpdReplies = new ReplyReader();
  readonly #ftpdLines = new LineReader(MAX_COMMAND_LINE);
  #gateway: SessionState = initialState;
  /** What the gateway would do with the data of the last transfer. */
  flow: Flow | undefined;

  constructor(options: PairOptions = {}) {
    this.#options = options;
    this.client = new ClientEngine({
      protection: 'required',
      serverAddress: SERVER_ADDRESS,
      random: systemRandom,
      ...options.client,
    });
    const mechanisms = [createSafeTp1({ key: serverKey, random: systemRandom })];
    this.#setting = { ...localSetting, serverAddress: SERVER_ADDRESS, policy: { ...openPolicy, mechanisms } };
  }

  /** The ftpd greets, and everything up to `ready` or a failure happens. */
  static started(options: PairOptions = {}): Pair {
    const pair = new Pair(options);
    pair.#event({ type: 'ftpd-reply', reply: reply(220, 'ready') });
    return pair;
  }

  /** Sends a command; gives the replies to it. */
  command(verb: string, argument?: string): readonly Reply[] {
    const before = this.outputs.length;
    this.perform(this.client.command({ verb, argument }));
    return this.outputs.slice(before).flatMap((output) => (output.kind === 'reply' ? [output.reply] : []));
  }

  /** What the gateway sends without having been asked by the client. */
  inject(event: SessionEvent): void {
    this.#event(event);
  }

  get failure(): EngineFailure | undefined {
    return this.outputs.flatMap((output) => (output.kind === 'failed' ? [output.failure] : []))[0];
  }

  get ready(): EngineOutput | undefined {
    return this.outputs.find(({ kind }) => kind === 'ready');
  }

  /** Carries the client's outputs out. */
  perform(outputs: readonly EngineOutput[]): void {
    for (const output of outputs) {
      this.outputs.push(output);
      if (output.kind === 'send') this.#toGateway(this.#options.toServer?.(output.octets) ?? output.octets);
      if (output.kind !== 'server-key') continue;
      const answer = this.#options.onKey?.(output.key) ?? 'accept';
      if (answer !== 'wait') this.perform(answer === 'accept' ? this.client.acceptKey() : this.client.rejectKey());
    }
  }

  receive(octets: Uint8Array): void {
    const size = this.#options.chunk ?? octets.length;
    for (let at = 0; at < octets.length; at += size) this.perform(this.client.receive(octets.slice(at, at + size)));
  }

  #toGateway(octets: Uint8Array): void {
    this.#lines.push(octets);
    for (let next = this.#lines.next(); next !== undefined; next = this.#lines.next()) {
      if (next.kind === 'line') {
        this.#event({ type: 'client-line', line: next.line, pipelined: this.#lines.buffered > 0 });
      }
    }
  }

  #event(event: SessionEvent): void {
    const { state, effects } = step(this.#gateway, event, this.#setting);
    this.#gateway = state;
    for (const effect of effects) this.#effect(effect);
  }

  #effect(effect: Effect): void {
    switch (effect.do) {
      case 'send-client':
        return this.receive(this.#options.toClient?.(effect.octets) ?? effect.octets);
      case 'send-ftpd':
        return this.#toFtpd(effect.octets);
      case 'listen':
        return this.#event({
          type: 'listening',
          side: effect.side,
          endpoint: { address: SERVER_ADDRESS, port: 2000 },
        });
      case 'start-transfer':
        this.flow = effect.plan.flow;
        return;
      case 'close':
        return this.perform(this.client.connectionLost());
      default:
        return;
    }
  }

  #toFtpd(octets: Uint8Array): void {
    this.#ftpdLines.push(octets);
    for (let next = this.#ftpdLines.next(); next !== undefined; next = this.#ftpdLines.next()) {
      if (next.kind !== 'line') continue;
      const replies = (this.#options.ftpd ?? login)(next.line.text);
      for (const each of replies) this.#ftpdReplies.push(Buffer.from(`${each.lines.join('\r\n')}\r\n`, 'latin1'));
      for (let said = this.#ftpdReplies.next(); said !== undefined; said = this.#ftpdReplies.next()) {
        if (said.kind === 'reply') this.#event({ type: 'ftpd-reply', reply: said.reply });
      }
    }
  }
}

export function login(line: string): readonly Reply[] {
  if (line.startsWith('USER')) return [reply(331, 'password')];
  if (line.startsWith('PASS')) return [reply(230, 'in')];
  return [reply(200, `did ${line}`)];
}

/** The octets with one bit of the character at `index` changed so that it stays base64. */
export function flip(octets: Uint8Array, index: number): Uint8Array {
  const changed = Uint8Array.from(octets);
  const was = changed[index]!;
  changed[index] = was === 0x41 ? 0x42 : 0x41;
  return changed;
}
