/** A raw client for the demo ftpd: sends what it is told, octet for octet, and reads replies. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startDemoFtpd, type DemoFtpdOptions } from '../../src/demo/ftpd.js';
import { commandOctets } from '../../src/wire/command.js';
import { parseEpsvReply, parsePasvReply } from '../../src/wire/host-port.js';
import { ReplyReader, type Reply } from '../../src/wire/reply.js';

/** Starts an ftpd over a new directory; both are gone when the test ends. */
export async function demo(
  options: Partial<DemoFtpdOptions> = {},
): Promise<{ root: string; port: number; host: string }> {
  const root = await mkdtemp(join(tmpdir(), 'demo-ftpd-'));
  const ftpd = await startDemoFtpd({ root, ...options });
  onTestFinished(async () => {
    await ftpd.close();
    await rm(root, { recursive: true });
  });
  return { root, port: ftpd.port, host: options.host ?? '127.0.0.1' };
}

export class Client {
  readonly #replies = new ReplyReader();
  readonly #host: string;
  readonly control: Socket;

  constructor(host: string, port: number) {
    this.#host = host;
    this.control = connect({ host, port });
    this.control.on('data', (chunk) => this.#replies.push(chunk));
    onTestFinished(() => void this.control.destroy());
  }

  /** Connects, logs in and gives the client. */
  static async login({ host, port }: { host: string; port: number }, user = 'u', password = 'p'): Promise<Client> {
    const client = new Client(host, port);
    await client.code(220);
    await client.says(`USER ${user}`, 331);
    await client.says(`PASS ${password}`, 230);
    return client;
  }

  send(text: string): void {
    this.control.write(commandOctets(text));
  }

  async reply(): Promise<Reply> {
    for (;;) {
      const event = this.#replies.next();
      if (event?.kind === 'reply') return event.reply;
      if (event !== undefined) throw new Error(event.why);
      await once(this.control, 'data');
    }
  }

  /** The next reply, which must have this code. */
  async code(code: number): Promise<Reply> {
    const reply = await this.reply();
    if (reply.code !== code) throw new Error(`wanted ${code}, got: ${reply.lines.join(' | ')}`);
    return reply;
  }

  async says(command: string, code: number): Promise<Reply> {
    this.send(command);
    return this.code(code);
  }

  /** A data connection by PASV, or EPSV where that is asked for. */
  async data(verb: 'PASV' | 'EPSV' = 'PASV'): Promise<Socket> {
    const answer = await this.says(verb, verb === 'PASV' ? 227 : 229);
    const endpoint = parsePasvReply(answer);
    const port = parseEpsvReply(answer);
    const target = endpoint.ok ? endpoint.value.port : port.ok ? port.value : 0;
    const socket = connect({ host: this.#host, port: target });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  }
}

export async function all(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}
