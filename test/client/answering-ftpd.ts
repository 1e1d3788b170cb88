/** An ftpd whose every answer a test decides. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { parseCommand } from '../../src/wire/command.js';
import { LineReader } from '../../src/wire/line.js';

/** A reply (further lines behind LF), data between a 150 and `final`, or nothing. */
export type Answer =
  | string
  | { readonly data: string | ((data: Socket, say: (reply: string) => void) => void); readonly final?: string }
  | { readonly then: 'silence' };

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

/** Any user and any password may log in; EPSV works; `answer` comes before all that, and 502 after it. Data is latin1. */
export async function answeringFtpd(
  answer: (verb: string, line: string) => Answer | undefined,
): Promise<AnsweringFtpd> {
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
    const reply = (line: string): void => {
      const parsed = parseCommand(line);
      const verb = parsed.ok ? parsed.value.verb : '';
      const given = answer(verb, line);
      if (given === undefined && verb === 'EPSV') {
        // What came for a command that was refused.
        for (const stale of arrived.splice(0)) stale.destroy();
        return say(`229 here (|||${(data.address() as AddressInfo).port}|)`);
      }
      if (given === undefined) return say(USUAL[verb] ?? '502 no such thing');
      if (typeof given === 'string') return say(given);
      if ('then' in given) return;
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
