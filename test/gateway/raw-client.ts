/**
 * A client that does nothing by itself: every octet of the control and data connections is the test's to choose. Unlike
 * sftpc it goes on where a real client would give up.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { systemRandom } from '../../src/crypto/random.js';
import type { CommandProtection, SecurityContext } from '../../src/security/mechanism.js';
import { beginClientExchange, readServerKey } from '../../src/security/safetp1/client-exchange.js';
import { Transcript } from '../../src/security/transcript.js';
import { decodeBase64, encodeBase64 } from '../../src/wire/base64.js';
import { formatEprt, formatPort, parseEpsvReply, parsePasvReply } from '../../src/wire/host-port.js';
import { LineReader } from '../../src/wire/line.js';
import { ReplyAssembler, replyText, type Reply } from '../../src/wire/reply.js';
import { must } from '../security/association.js';

export interface Place {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
}

/** A reply, and how it came. */
export interface Heard extends Reply {
  readonly protection: CommandProtection | undefined;
}

/** How the client asks for its data connection. */
export type SetupVerb = 'PASV' | 'EPSV' | 'PORT' | 'EPRT';

export class RawClient {
  readonly control: Socket;
  readonly place: Place;
  /** Set once the exchange is complete; commands are protected from then on. */
  context: SecurityContext | undefined;
  /** How commands are protected. */
  protection: CommandProtection = 'ENC';
  /** Every octet from the first AUTH to the LF of the 235. */
  transcript = Transcript.empty;
  readonly #lines = new LineReader(2_000_000);
  readonly #assembler = new ReplyAssembler();
  #inner = new ReplyAssembler();
  #recording = false;
  #ended = false;

  private constructor(place: Place) {
    this.place = place;
    this.control = connect({ ...place, allowHalfOpen: true, noDelay: true });
    this.control.on('error', () => undefined);
    this.control.on('data', (chunk: Buffer) => this.#lines.push(chunk));
    for (const event of ['end', 'close']) this.control.on(event, () => (this.#ended = true));
  }

  /** Connects and reads the greeting, which must be a 220 unless `code` says otherwise. */
  static async open(place: Place, code = 220): Promise<RawClient> {
    const client = new RawClient(place);
    await client.expect(code);
    return client;
  }

  static async login(place: Place & { user: string; password: string }, how: 'clear' | 'C' | 'S' | 'P' = 'clear') {
    const { host, port, user, password } = place;
    const client = await RawClient.open({ host, port });
    if (how !== 'clear') await client.secure();
    client.send(`USER ${user}`);
    // A server that lets anonymous in without a password says 230 at once.
    const { code } = await client.reply();
    if (code === 331) await client.says(`PASS ${password}`, 230);
    await client.says('TYPE I', 200);
    if (how === 'S' || how === 'P') {
      await client.says('PBSZ 1048576', 200);
      await client.says(`PROT ${how}`, 200);
    }
    return client;
  }

  /** Writes octets as they are; a text as latin1. */
  write(octets: string | Uint8Array): void {
    const written = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets;
    if (this.#recording) this.transcript = this.transcript.append(written);
    this.control.write(written);
  }

  /** A command line, protected once the session is. */
  send(command: string): void {
    this.write(this.line(command));
  }

  /** The octets of a command line, protected once the session is; each may be sent once, and in order. */
  line(command: string): string {
    if (this.context === undefined) return `${command}\r\n`;
    const { message, context } = must(this.context.protect(this.protection, Buffer.from(command, 'latin1')));
    this.context = context;
    return `${this.protection} ${encodeBase64(message)}\r\n`;
  }

  /** The next reply, out of its protection. Rejects when the connection ends instead. */
  async reply(): Promise<Heard> {
    for (;;) {
      for (let event = this.#lines.next(); event !== undefined; event = this.#lines.next()) {
        if (event.kind !== 'line') throw new Error('a reply line without end');
        if (this.#recording) this.transcript = this.transcript.append(event.line.raw);
        const heard = this.#take(event.line.text);
        if (heard !== undefined) return heard;
      }
      if (this.#ended) throw new Error('the gateway closed the connection');
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      const events = ['data', 'end', 'close'];
      const wake = (): void => {
        for (const event of events) this.control.off(event, wake);
        resolve();
      };
      for (const event of events) this.control.on(event, wake);
    });
  }

  #take(line: string): Heard | undefined {
    const [, code, separator, body] = /^(631|632)([- ])(.*)$/.exec(line) ?? [];
    if (this.context === undefined || code === undefined) {
      const event = this.#assembler.accept(line);
      if (event?.kind === 'malformed') throw new Error(`not a reply: ${line}`);
      return event && { ...event.reply, protection: undefined };
    }
    const protection = code === '631' ? 'MIC' : 'ENC';
    const opened = must(this.context.unprotect(protection, must(decodeBase64(body ?? ''))));
    this.context = opened.context;
    const text = Buffer.from(opened.text).toString('latin1');
    if (text.endsWith('\r\n') !== (separator === '-'))
      throw new Error(`a fragment ends wrongly: ${JSON.stringify(text)}`);
    const event = this.#inner.accept(text.replace(/\r\n$/, ''));
    if (separator === '-') {
      if (event !== undefined) throw new Error('the reply ends before its last fragment');
      return undefined;
    }
    this.#inner = new ReplyAssembler();
    if (event?.kind !== 'reply') throw new Error(`the fragments are not a reply: ${text}`);
    return { ...event.reply, protection };
  }

  async expect(code: number): Promise<Heard> {
    const heard = await this.reply();
    if (heard.code !== code) throw new Error(`wanted ${code}, got: ${heard.lines.join(' | ')}`);
    return heard;
  }

  async says(command: string, code: number): Promise<Heard> {
    this.send(command);
    return this.expect(code);
  }

  /** The text of every reply until the gateway ends the connection. */
  async rest(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (;;) {
      try {
        lines.push(...(await this.reply()).lines);
      } catch {
        return lines;
      }
    }
  }

  /** AUTH and the first ADAT; gives the line of the second, which completes the exchange, and what follows from it. */
  async beginExchange(): Promise<{ readonly adat: string; readonly context: SecurityContext }> {
    this.#recording = true;
    const m1 = token(await this.says('AUTH X-SafeTP1', 334));
    const { host } = this.place;
    const begun = beginClientExchange({
      serverKey: must(readServerKey(m1)),
      serverAddress: host,
      random: systemRandom,
    });
    const m3 = token(await this.says(`ADAT ${encodeBase64(begun.token)}`, 335));
    const established = must(begun.exchange.step(m3));
    return { adat: `ADAT ${encodeBase64(established.token)}\r\n`, context: established.context };
  }

  /** The whole exchange. */
  async secure(): Promise<void> {
    const { adat, context } = await this.beginExchange();
    this.write(adat);
    await this.expect(235);
    this.#recording = false;
    this.context = context;
  }

  /** Sets up a data connection; `connected` gives it, which in active mode comes with the transfer. */
  async setUp(verb: SetupVerb = 'EPSV'): Promise<{ connected: () => Promise<Socket> }> {
    if (verb === 'PASV' || verb === 'EPSV') {
      const port = passivePort(await this.says(verb, verb === 'PASV' ? 227 : 229));
      const socket = connect({ ...this.place, port, allowHalfOpen: true });
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return { connected: () => Promise.resolve(socket) };
    }
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, this.control.localAddress);
    await once(server, 'listening');
    const address = this.control.localAddress!;
    const endpoint = { address, port: (server.address() as AddressInfo).port };
    await this.says(`${verb} ${verb === 'PORT' ? formatPort(endpoint) : formatEprt(endpoint)}`, 200);
    const arrived = once(server, 'connection').then(([socket]) => {
      server.close();
      (socket as Socket).on('error', () => undefined);
      return socket as Socket;
    });
    return { connected: () => arrived };
  }

  close(): void {
    this.control.destroy();
  }
}

export function passivePort(message: Reply): number {
  const port = parseEpsvReply(message);
  return port.ok ? port.value : must(parsePasvReply(message)).port;
}

/** The security data of a 334 or 335. */
const token = (message: Reply): Uint8Array => must(decodeBase64(replyText(message).replace('ADAT=', '')));
