/**
 * An ftpd that does what the test says, right or wrong. By itself it greets, lets everybody in, sets up data connections and
 * answers the rest with `200 <verb>`; a script takes over verbs.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { parseCommand } from '../../src/wire/command.js';
import { formatEpsvReply, formatPasvReply, parseEprt, parsePort } from '../../src/wire/host-port.js';
import { LineReader } from '../../src/wire/line.js';
import type { replyOctets } from '../../src/wire/reply.js';
import { must } from '../security/association.js';

/** One control connection, as a script sees it. */
export interface Visit {
  readonly control: Socket;
  /** Writes lines, each ended by CRLF. */
  readonly say: (...lines: readonly string[]) => unknown;
  /** The data connection that the client has set up. */
  readonly data: () => Promise<Socket>;
}

export type Script = Readonly<Record<string, (visit: Visit, argument: string) => unknown>>;

export interface ScriptedFtpd {
  readonly host: '127.0.0.1' | '::1';
  readonly port: number;
  /** Every command line of every client so far. */
  readonly heard: () => readonly string[];
  /** Data connections that did not end cleanly: what a real ftpd would call broken off. */
  readonly resets: () => number;
  readonly stop: () => Promise<void>;
}

const LOGIN: Script = {
  USER: ({ say }) => say('331 Password'),
  PASS: ({ say }) => say('230 Logged in'),
  QUIT: ({ say, control }) => {
    say('221 Goodbye');
    control.end();
  },
};

/** `GREET` stands for the connection itself. */
export async function startScriptedFtpd(
  script: Script,
  { host = '127.0.0.1' }: { host?: '127.0.0.1' | '::1' } = {},
): Promise<ScriptedFtpd> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  let resets = 0;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (control) => {
    keep(control);
    let data: (() => Promise<Socket>) | undefined;
    const visit: Visit = {
      control,
      say: (...lines) => control.write(lines.map((line) => `${line}\r\n`).join(''), 'latin1'),
      data: async () => {
        const socket = await data!();
        keep(socket);
        socket.on('error', () => resets++);
        return socket;
      },
    };
    const verbs: Script = {
      GREET: ({ say }) => say('220 Scripted'),
      ...LOGIN,
      PASV: async ({ say, control }) => {
        const listening = await listen(control.localAddress!);
        data = listening.socket;
        say(...replyLines(formatPasvReply({ address: '127.0.0.1', port: listening.port })));
      },
      EPSV: async ({ say, control }) => {
        const listening = await listen(control.localAddress!);
        data = listening.socket;
        say(...replyLines(formatEpsvReply(listening.port)));
      },
      PORT: ({ say }, argument) => {
        const { address, port } = must(parsePort(argument));
        data = () => dial(address, port);
        say('200 PORT');
      },
      EPRT: ({ say }, argument) => {
        const { address, port } = must(parseEprt(argument));
        data = () => dial(address, port);
        say('200 EPRT');
      },
      ...script,
    };
    void verbs['GREET']?.(visit, '');
    const lines = new LineReader(20_000);
    control.on('data', (chunk: Buffer) => {
      lines.push(chunk);
      for (let event = lines.next(); event !== undefined; event = lines.next()) {
        if (event.kind !== 'line') throw new Error('the gateway sent a line that is too long');
        heard.push(event.line.text);
        const { verb, argument = '' } = must(parseCommand(event.line.text));
        const known = verbs[verb];
        if (known === undefined) visit.say(`200 ${verb}`);
        else void known(visit, argument);
      }
    });
    control.on('end', () => control.end());
  }).listen(0, host);
  await once(server, 'listening');
  return {
    host,
    port: (server.address() as AddressInfo).port,
    heard: () => heard,
    resets: () => resets,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const replyLines = (message: Parameters<typeof replyOctets>[0]): readonly string[] => message.lines;

async function listen(address: string): Promise<{ port: number; socket: () => Promise<Socket> }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, address);
  await once(server, 'listening');
  const arrived = new Promise<Socket>((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => undefined);
      server.close();
      resolve(socket);
    });
  });
  return { port: (server.address() as AddressInfo).port, socket: () => arrived };
}

async function dial(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}
