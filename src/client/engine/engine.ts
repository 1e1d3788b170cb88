/**
 * The client's engine: RFC 959 control connection, RFC 2228 with X-SafeTP1 around it. It takes the server's octets and the
 * caller's commands and gives outputs (output.ts) to be performed in order. No I/O, no clock; randomness is an argument. What
 * a server can send never makes it throw: it ends in one `failed` output with a name.
 */
import type { BlockOpener, BlockSealer, ProtectionLevel, SecurityContext } from '../../security/mechanism.js';
import { commandOctets, formatCommand, parseCommand, type Command } from '../../wire/command.js';
import { isFailure, isPreliminary, type Reply } from '../../wire/reply.js';
import { dataDirection, type DataDirection } from '../../wire/verbs.js';
import { DataTransfers, type TransferState } from './data-transfers.js';
import { engineFailure, type EngineFailure } from './failure.js';
import { sendM2, type NegotiationStage } from './negotiation.js';
import { lastLine, takeOpeningReply, type Negotiating, type Opening, type Ready } from './opening.js';
import type { EngineOutput, EngineSetting, Protection } from './output.js';
import { ReplyStream, type Received } from './reply-stream.js';
import {
  afterReply,
  openerOf,
  protectCommand,
  protectsData,
  sealerOf,
  type SecuredChannel,
} from './secured-channel.js';
import { shownCommand } from './trace.js';

/** Commands that may be unsettled at once: one, and those that overtake a transfer. */
export const MAX_UNSETTLED = 8;

type Phase = Opening | Ready | { readonly name: 'over' };

export class ClientEngine {
  readonly #setting: EngineSetting;
  readonly #stream = new ReplyStream();
  readonly #transfers = new DataTransfers();
  #phase: Phase = { name: 'greeting' };
  /** Commands of the caller without a final reply, oldest first. */
  #unsettled: readonly Command[] = [];
  /** The one of them that has been answered 1yz. */
  #begun: Command | undefined;
  #outputs: EngineOutput[] = [];
  /** Of a session that is over: what opens a download that the server has called whole. */
  #last: SecurityContext | undefined;

  constructor(setting: EngineSetting) {
    this.#setting = setting;
  }

  /** Where the session stands. `over` after a failure, or once it was closed in good order. */
  get phase(): Phase['name'] {
    return this.#phase.name;
  }

  /** Whether the session is protected; `clear` before that is settled. */
  get channel(): 'clear' | 'protected' {
    return this.#secured === undefined ? 'clear' : 'protected';
  }

  /** Data protection level that the server has accepted (RFC 2228 §3); C in a session that is not protected. */
  get level(): ProtectionLevel {
    return this.#secured?.level ?? 'C';
  }

  /** The agreed PBSZ in octets of encoded block. */
  get bufferSize(): number | undefined {
    return this.#secured?.bufferSize;
  }

  /** Takes octets of the server. The chunk is taken over uncopied and must not be written to afterwards. */
  receive(octets: Uint8Array): readonly EngineOutput[] {
    if (this.#phase.name === 'over') return [];
    this.#stream.push(octets);
    while (!this.#isOver()) {
      const received = this.#stream.next(this.#secured?.context);
      if (received === undefined) break;
      this.#received(received);
    }
    return this.#taken();
  }

  /**
   * The connection has ended. In good order only behind a settled QUIT.
   *
   * @param how - the beginning of a sentence, which is ended with what was awaited
   */
  connectionLost(how = 'The server closed the connection'): readonly EngineOutput[] {
    if (this.#isOver()) return [];
    const code = this.#phase.name === 'greeting' ? 'no-greeting' : 'connection-lost';
    this.#fail(engineFailure(code, `${how}${this.#awaited()}.`));
    return this.#taken();
  }

  /**
   * The caller trusts the key of the `server-key` output; the exchange goes on.
   * @throws RangeError when no key is being decided on.
   */
  acceptKey(): readonly EngineOutput[] {
    const { phase, key } = this.#deciding();
    const step = sendM2(key, this.#setting);
    this.#phase = { ...phase, stage: step.stage };
    if (step.command !== undefined) this.#send(step.command);
    return this.#taken();
  }

  /**
   * The caller does not trust the key: the session is over.
   * @throws RangeError when no key is being decided on.
   */
  rejectKey(): readonly EngineOutput[] {
    this.#deciding();
    this.#fail(engineFailure('key-rejected', "The server's key was not accepted."));
    return this.#taken();
  }

  /**
   * Sends a command. Its replies come as `reply` outputs, in the order of the commands.
   * @throws RangeError when the session is not ready, MAX_UNSETTLED commands are open, the line is not one command, or it asks
   * for a protected transfer in a direction that is not `in-step`
   */
  command(command: Command): readonly EngineOutput[] {
    if (this.#phase.name !== 'ready') throw new RangeError(`no command can be sent: the session is ${this.phase}`);
    if (this.#unsettled.length >= MAX_UNSETTLED) throw new RangeError('too many commands without a reply');
    if (!parseCommand(formatCommand(command)).ok) throw new RangeError('not one command line');
    if (this.#phase.channel !== undefined && protectsData(this.#phase.channel)) this.#transfers.asked(command);
    this.#unsettled = [...this.#unsettled, command];
    this.#send(command);
    return this.#taken();
  }

  /** Where protected transfers of a direction stand. It matters to none in clear (PROT C). */
  transferState(direction: DataDirection): TransferState {
    return this.#transfers.state(direction);
  }

  /** Opens the blocks of the download that was asked for; undefined where data goes in clear. */
  opener(): BlockOpener | undefined {
    return this.#transfers.opener(() => this.#secured && openerOf(this.#secured));
  }

  /** Seals the upload that was asked for; undefined where data goes in clear. */
  sealer(): BlockSealer | undefined {
    return this.#transfers.sealer(() => this.#secured && sealerOf(this.#secured));
  }

  /** The transfer that was asked for last is over: its command is settled, its data connection closed. */
  endTransfer(): void {
    const channel = this.#secured;
    if (channel !== undefined) this.#setChannel({ ...channel, context: this.#transfers.ended(channel.context) });
    this.#last?.wipe();
  }

  /** Ends the session from this side and forgets its keys; where a whole download is still arriving, in endTransfer(). */
  close(): void {
    const context = this.#secured?.context;
    if (this.#transfers.isArriving) this.#last ??= context;
    else context?.wipe();
    if (this.#phase.name === 'negotiating' && this.#phase.stage.on === 'complete') this.#phase.stage.context.wipe();
    this.#phase = { name: 'over' };
  }

  /** What is being waited for, as the end of a sentence. */
  #awaited(): string {
    switch (this.#phase.name) {
      case 'greeting':
        return ' while its greeting was awaited';
      case 'negotiating':
      case 'verifying':
        return ' during the key exchange';
      case 'ready': {
        const [command] = this.#unsettled;
        if (command === undefined) return '';
        return this.#begun === command ? ` during ${command.verb}` : ` while the reply to ${command.verb} was awaited`;
      }
      case 'over':
        return '';
    }
  }

  get #secured(): SecuredChannel | undefined {
    return this.#phase.name === 'ready' || this.#phase.name === 'verifying' ? this.#phase.channel : undefined;
  }

  #isOver(): boolean {
    return this.#phase.name === 'over';
  }

  #deciding(): { readonly phase: Negotiating; readonly key: Extract<NegotiationStage, { on: 'key' }>['key'] } {
    const phase = this.#phase;
    if (phase.name !== 'negotiating' || phase.stage.on !== 'key') throw new RangeError('no key is being decided on');
    return { phase, key: phase.stage.key };
  }

  #received({ raw, context, shown, outcome }: Received): void {
    this.#note(raw);
    const channel = this.#secured;
    if (channel !== undefined && context !== undefined) this.#setChannel({ ...channel, context });
    for (const text of shown.lines) this.#trace('server', shown.protection, text);
    if (!outcome.ok) return this.#fail(outcome.error);
    if (outcome.value !== undefined) this.#reply(outcome.value);
  }

  #setChannel(channel: SecuredChannel): void {
    if (this.#phase.name === 'ready' || this.#phase.name === 'verifying') this.#phase = { ...this.#phase, channel };
  }

  /** A whole reply, out of its protection. */
  #reply(reply: Reply): void {
    const phase = this.#phase;
    if (phase.name === 'over') return;
    if (reply.code === 421) {
      return this.#fail(engineFailure('service-ended', `The server ended the session: ${lastLine(reply)}`));
    }
    if (phase.name === 'ready') return this.#settle(phase.channel, reply);
    const step = takeOpeningReply(phase, reply, this.#setting.protection);
    if (!step.ok) return this.#fail(step.error);
    this.#phase = step.value.phase;
    this.#outputs.push(...(step.value.outputs ?? []));
    if (step.value.send !== undefined) this.#send(step.value.send);
  }

  #settle(channel: SecuredChannel | undefined, reply: Reply): void {
    const [command, ...later] = this.#unsettled;
    // RFC 2228 §4. Of a transfer it may be said of the data alone, and whoever waits for the data hears it.
    if (reply.code === 535 && channel !== undefined && dataDirection(command?.verb ?? '') === undefined) {
      return this.#fail(engineFailure('check-refused', `The server refuses what it received: ${lastLine(reply)}`));
    }
    if (command === undefined) {
      return this.#fail(
        engineFailure('unexpected-reply', `The server said something nobody asked for: ${lastLine(reply)}`),
      );
    }
    this.#outputs.push({ kind: 'reply', command, reply });
    this.#transfers.replied(command, reply);
    if (isPreliminary(reply)) {
      this.#begun = command;
      return;
    }
    this.#unsettled = later;
    if (channel !== undefined) this.#phase = { name: 'ready', channel: afterReply(channel, command, reply) };
    if (command.verb === 'QUIT' && !isFailure(reply)) this.close();
  }

  /** Sends a command, protected where the session is. */
  #send(command: Command): void {
    const channel = this.#secured;
    if (channel === undefined) {
      const octets = commandOctets(formatCommand(command));
      this.#note(octets);
      return this.#sent('clear', command, octets);
    }
    const protection = this.#setting.commands ?? 'ENC';
    const sealed = protectCommand(channel, protection, command);
    if (!sealed.ok) return this.#fail(sealed.error);
    this.#setChannel(sealed.value.channel);
    this.#sent(protection, command, sealed.value.octets);
  }

  #sent(protection: Protection, command: Command, octets: Uint8Array): void {
    this.#trace('client', protection, shownCommand(command));
    this.#outputs.push({ kind: 'send', octets });
  }

  /** Octets of the negotiation, which DIGT covers. */
  #note(octets: Uint8Array): void {
    if (this.#phase.name !== 'negotiating') return;
    this.#phase = { ...this.#phase, transcript: this.#phase.transcript.append(octets) };
  }

  #trace(from: 'client' | 'server', protection: Protection, shown: string): void {
    this.#outputs.push({ kind: 'trace', from, protection, text: shown });
  }

  #fail(failure: EngineFailure): void {
    this.close();
    this.#outputs.push({ kind: 'failed', failure });
  }

  #taken(): readonly EngineOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}
