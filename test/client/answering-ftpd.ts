/** An ftpd whose every answer a test decides. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Client } from '../../src/client/client.js';
import { connect, type ConnectOptions } from '../../src/client/connect.js';
import { parseCommand } from '../../src/wire/command.js';
import { LineReader } from '../../src/wire/line.js';

/** What is done with the data connection of a command, and said at last. */
export type DataAct = (data: Socket, say: (reply: string) => void) => void;

/** A reply (further lines behind LF), data between a 150 and `final`, nothing, or what `when` says, now or later. */
export type Answer =
  | string
  | { readonly data: string | DataAct; readonly final?: string }
  | { readonly then: 'silence' }
  | { readonly when: (usual: () => void, say: (reply: string) => void) => void };

export interface AnsweringFtpd {
  readonly port: number;
  /** All commands that came, on whichever connection. */
  readonly commands: string[];
  /** How many connections there are now. */
  connections(): number;
  /** Breaks them off. */
  hangUp(): void;
}

/** Data without end: the same octets again and again, until the other side has had enough, which is answered 426. */
export function endless(octets: Uint8Array): Answer {
  return {
    data: (data, say) => {
      const more = (): void => {
        while (data.write(octets));
      };
      // What is not read does not hear of a reset.
      data.resume();
      data.on('drain', more).on('close', () => say('426 broken'));
      more();
    },
  };
}

const USUAL: Readonly<Record<string, string>> = {
  USER: '331 password?',
  PASS: '230 in',
  TYPE: '200 fine',
  CWD: '250 there',
  PWD: '257 "/" it is',
  FEAT: '211 none',
  QUIT: '221 bye',
};

export type Answers = (verb: string, line: string) => Answer | undefined;

/** A session in clear with an ftpd that gives these answers. */
export async function answeredSession(
  answer: Answers,
  options: Partial<ConnectOptions> = {},
): Promise<{ client: Client; ftpd: AnsweringFtpd }> {
  const ftpd = await answeringFtpd(answer);
  const client = await connect({ host: '127.0.0.1', port: ftpd.port, protection: 'none', ...options });
  onTestFinished(() => client.close());
  return { client, ftpd };
}

/**
 * Any user and any password may log in; EPSV and PASV work; `answer` comes before all that, and `otherwise` after it. Data is
 * latin1.
 */
export async function answeringFtpd(answer: Answers, otherwise = '502 no such thing'): Promise<AnsweringFtpd> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const control = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    const say = (text: string): void =>
      void socket.write(Buffer.from(`${text.replaceAll('\n', '\r\n')}\r\n`, 'latin1'));
    const arrived: Socket[] = [];
    let take: (() => void) | undefined;
    const data = createServer((each) => {
      each.on('error', () => undefined);
      arrived.push(each);
      take?.();
    }).listen(0, '127.0.0.1');
    socket.on('close', () => void data.close());
    const usual = (verb: string): void => {
      if (verb !== 'EPSV' && verb !== 'PASV') return say(USUAL[verb] ?? otherwise);
      // What came for a command that was refused.
      for (const stale of arrived.splice(0)) stale.destroy();
      const { port } = data.address() as AddressInfo;
      say(verb === 'EPSV' ? `229 here (|||${port}|)` : `227 here (127,0,0,1,${port >> 8},${port & 255})`);
    };
    const reply = (line: string): void => {
      const parsed = parseCommand(line);
      const verb = parsed.ok ? parsed.value.verb : '';
      const given = answer(verb, line);
      if (given === undefined) return usual(verb);
      if (typeof given === 'string') return say(given);
      if ('then' in given) return;
      if ('when' in given) return given.when(() => usual(verb), say);
      say('150 here it comes');
      take = () => {
        const connection = arrived.shift();
        if (connection === undefined) return;
        take = undefined;
        if (typeof given.data === 'function') return given.data(connection, say);
        connection.end(Buffer.from(given.data, 'latin1'), () => say(given.final ?? '226 done'));
      };
      take();
    };
    const lines = new LineReader(65_536);
    socket.on('data', (chunk) => {
      lines.push(chunk);
      for (let next = lines.next(); next?.kind === 'line'; next = lines.next()) {
        commands.push(next.line.text);
        reply(next.line.text);
      }
    });
    data.on('listening', () => say('220 ready'));
  });
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    hangUp();
    control.close();
  });
  return { port: (control.address() as AddressInfo).port, commands, connections: () => sockets.size, hangUp };
}
