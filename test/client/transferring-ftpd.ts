/** An ftpd that says and sends whatever a test wants of it, over as many sessions as come. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { LineReader } from '../../src/wire/line.js';

/** What is done for a command: a reply, or a transfer. Undefined: what any ftpd would do. */
export type Answer =
  | string
  | { readonly send: string | Uint8Array; readonly final?: string }
  | { readonly take: (octets: Buffer) => string }
  | undefined;

export interface TransferringFtpd {
  readonly port: number;
  /** All lines that came, of all sessions. */
  readonly lines: readonly string[];
}

const COMMON: Readonly<Record<string, string>> = {
  USER: '331 password',
  PASS: '230 in',
  PWD: '257 "/" it is',
  TYPE: '200 type',
  CWD: '250 there',
  QUIT: '221 bye',
  NOOP: '200 yes',
  FEAT: '211-These\r\n MLST type*;size*;modify*;\r\n REST STREAM\r\n SIZE\r\n MDTM\r\n211 End',
  MKD: '257 made',
  REST: '350 from there',
};

export async function transferringFtpd(answer: (verb: string, argument: string) => Answer): Promise<TransferringFtpd> {
  const lines: string[] = [];
  const port = await listen(createServer((control) => serve(control, lines, answer)));
  return { port, lines };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function serve(control: Socket, seen: string[], answer: (verb: string, argument: string) => Answer): void {
  const reader = new LineReader(65_536);
  const say = (text: string): void => {
    if (control.writable) control.write(`${text}\r\n`, 'latin1');
  };
  let data: Promise<Socket> | undefined;
  const passive = async (): Promise<void> => {
    const server = createServer({ allowHalfOpen: true });
    data = new Promise((resolve) =>
      server.once('connection', (socket) => resolve(socket.on('error', () => undefined))),
    );
    say(`229 here (|||${await listen(server)}|)`);
  };
  const transfer = async (wanted: Exclude<Answer, string | undefined>): Promise<void> => {
    say('150 here it comes');
    const socket = await data;
    if (socket === undefined) {
      say('425 no data connection');
      return;
    }
    if ('take' in wanted) {
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk as Buffer);
      socket.destroy();
      say(wanted.take(Buffer.concat(chunks)));
      return;
    }
    const { send, final = '226 done' } = wanted;
    // Said when the client has taken all of it.
    socket.on('close', () => say(final)).resume();
    socket.end(send);
  };
  control.setNoDelay(true);
  control.on('error', () => undefined);
  control.on('data', (chunk) => {
    reader.push(chunk);
    for (let next = reader.next(); next?.kind === 'line'; next = reader.next()) {
      const { text } = next.line;
      seen.push(text);
      const [, verb = '', argument = ''] = /^(\S*) ?(.*)$/s.exec(text) ?? [];
      const wanted = answer(verb, argument) ?? (verb === 'EPSV' ? undefined : (COMMON[verb] ?? '502 not here'));
      if (wanted === undefined) void passive();
      else if (typeof wanted === 'string') say(wanted);
      else void transfer(wanted);
    }
  });
  say('220 ready');
}
