/** What the suites under real inetds share: an ftpd, a configuration, the program under its own name, and a log to look at. */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { stringify } from 'yaml';
import { startDemoFtpd } from '../../src/demo/ftpd.js';
import { ReplyReader } from '../../src/wire/reply.js';
import { gatewayKeys } from '../peers/gateway.js';
import { servant } from '../peers/identity.js';
import { makeFolder, removeFolder, until } from '../peers/process.js';

export const program = path.resolve(import.meta.dirname, '../../dist/src/main.js');

/** PATH of a service: `#!/usr/bin/env node` has to find this Node. */
export const PATH = `${path.dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`;

/** Where everything of one suite is. */
export interface Rig {
  readonly folder: string;
  /** The program, called sftpd: what an inetd, or libwrap, sees. */
  readonly sftpd: string;
  /** The configuration file. Its log goes to {@link log} over UDP. */
  readonly config: string;
  /** The account that may read the keys. */
  readonly uid: number;
  /** Lines that came to the syslog of this rig. */
  log(): string;
  /** The setting of logging.syslog that leads there. */
  readonly syslog: Readonly<Record<string, unknown>>;
  /** Writes another configuration and gives its file. */
  configure(name: string, settings: Readonly<Record<string, unknown>>): string;
  readonly stop: () => Promise<void>;
}

/** Makes a rig around the demo ftpd: user u, password secret-word, one file. */
export async function makeRig(settings: Readonly<Record<string, unknown>> = {}): Promise<Rig> {
  if (!existsSync(program)) throw new Error(`${program} is not there: node scripts/build.mjs`);
  const folder = await makeFolder('inetd');
  const root = path.join(folder, 'files');
  const { uid, gid } = servant();
  cpSync(await gatewayKeys(), path.join(folder, 'keys'), { recursive: true });
  own(path.join(folder, 'keys'), uid, gid);
  execFileSync('mkdir', [root]);
  writeFileSync(path.join(root, 'hello.txt'), 'hello\r\n');
  const ftpd = await startDemoFtpd({ root, user: 'u', password: 'secret-word' });
  const sftpd = path.join(folder, 'sftpd');
  symlinkSync(program, sftpd);

  let text = '';
  const receiver = createSocket('udp4');
  receiver.on('message', (message) => (text += `${message.toString()}\n`));
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');

  const syslog = { transport: 'udp', port: receiver.address().port };
  const configure: Rig['configure'] = (name, further) => {
    const file = path.join(folder, name);
    const configuration = {
      workdir: path.join(folder, 'keys'),
      user: null,
      ftpd: { host: '127.0.0.1', port: ftpd.port },
      logging: { syslog },
      ...further,
    };
    writeFileSync(file, stringify(configuration));
    return file;
  };
  return {
    folder,
    sftpd,
    config: configure('sftpd.yaml', settings),
    uid,
    log: () => text,
    syslog,
    configure,
    stop: async () => {
      receiver.close();
      await ftpd.close();
      await removeFolder(folder);
    },
  };
}

function own(place: string, uid: number, gid: number): void {
  if (process.getuid?.() !== 0) return;
  chownSync(place, uid, gid);
  if (!existsSync(path.join(place, '.'))) return;
  for (const name of readdirSync(place, { recursive: true, encoding: 'utf8' }))
    chownSync(path.join(place, name), uid, gid);
}

/** One FTP session over a socket; keeps every octet that came. */
export class RawSession {
  readonly #replies = new ReplyReader();
  readonly socket: Socket;
  received = '';

  constructor(port: number, localAddress = '127.0.0.1') {
    this.socket = connect({ host: '127.0.0.1', port, localAddress });
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
      this.#replies.push(chunk);
    });
  }

  /** The next reply, as text; empty when the connection ended instead. */
  async reply(): Promise<string> {
    for (;;) {
      const next = this.#replies.next();
      if (next?.kind === 'reply') return next.reply.lines.join('|');
      if (next !== undefined) throw new Error(next.why);
      if (this.socket.closed || this.socket.readableEnded) return '';
      // Not events.once(): a refused connection is an answer too.
      await new Promise<void>((resolve) => {
        const events = ['data', 'end', 'close'];
        const heard = (): void => {
          for (const event of events) this.socket.off(event, heard);
          resolve();
        };
        for (const event of events) this.socket.on(event, heard);
      });
    }
  }

  async says(line: string): Promise<string> {
    this.socket.write(`${line}\r\n`);
    return this.reply();
  }

  /** Resolves when the connection is gone. */
  async gone(): Promise<void> {
    if (!this.socket.closed) await new Promise((resolve) => this.socket.once('close', resolve));
  }
}

/** A whole session: greeting, login, a listing, good-bye. Gives the replies and the listing. */
export async function wholeSession(port: number): Promise<{ replies: string[]; listing: string; octets: string }> {
  const session = new RawSession(port);
  const replies = [await session.reply(), await session.says('USER u'), await session.says('PASS secret-word')];
  const passive = await session.says('PASV');
  const [high, low] = /(\d+),(\d+)\)/.exec(passive)!.slice(1).map(Number);
  const data = connect({ host: '127.0.0.1', port: high! * 256 + low! });
  let listing = '';
  data.on('data', (chunk) => (listing += chunk.toString('latin1')));
  const ended = once(data, 'close');
  replies.push(await session.says('LIST'), await session.reply());
  await ended;
  replies.push(await session.says('QUIT'));
  await session.gone();
  return { replies, listing, octets: session.received };
}

/** The children of the process whose command line contains a text, zombies included: their names and states. */
export function childrenOf(text: string): string[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, name, state, parent] = /^\d+ \((.*)\) (.) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))!;
        return [{ pid, parent, label: `${name!} ${state!}`, command: readFileSync(`/proc/${pid}/cmdline`, 'latin1') }];
      } catch {
        return []; // gone meanwhile
      }
    });
  const parents = processes.filter(({ command, label }) => command.includes(text) && /inetd|socket-activ/.test(label));
  return processes.filter(({ parent }) => parents.some(({ pid }) => pid === parent)).map(({ label }) => label);
}

/** Waits until nobody started by that process is left, alive or as a zombie. */
export async function untilChildless(text: string): Promise<void> {
  await until(`the end of the processes under ${text}`, 15, () => {
    const left = childrenOf(text);
    return Promise.resolve(left.length === 0 ? true : undefined);
  });
}
