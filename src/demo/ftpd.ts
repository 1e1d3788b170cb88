/**
 * A small ftpd inside the process, for trying the gateway out and for tests ONLY. It listens on loopback and refuses any
 * other address: it keeps no log, limits no logins and knows a single account.
 *
 * RFC 959, 2389, 2428, 3659 without record structure, block mode and EBCDIC. IPv4 and IPv6. An upload whose connection
 * ends with a clean FIN is a whole file, as it is to every ftpd in stream mode; one that breaks off is answered 426 and
 * what has come stays.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { isLoopback } from '../wire/address.js';
import { formatCommand, parseCommand, type Command } from '../wire/command.js';
import { plainAddress } from '../wire/host-port.js';
import { MAX_COMMAND_LINE } from '../wire/limits.js';
import { LineReader } from '../wire/line.js';
import { reply, replyOctets, type Reply } from '../wire/reply.js';
import { dataDirection, mayOvertake } from '../wire/verbs.js';
import { Refused, Root } from './ftpd-files.js';
import type { Session } from './ftpd-session.js';
import { transfer } from './ftpd-transfer.js';
import { VERBS } from './ftpd-verbs.js';

const MAX_QUEUED_COMMANDS = 64;

export interface DemoFtpdOptions {
  /** The directory that clients see as `/`. */
  readonly root: string;
  /** A loopback address; 127.0.0.1 if left out. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** The account. Either left out: any user name, any password. */
  readonly user?: string;
  readonly password?: string;
  readonly greeting?: string;
}

export interface DemoFtpd {
  readonly port: number;
  /** Stops listening and breaks off all sessions. */
  close(): Promise<void>;
}

/** Starts the demo ftpd. Rejects if `host` is not loopback, `root` does not exist or the port is taken. */
export async function startDemoFtpd(options: DemoFtpdOptions): Promise<DemoFtpd> {
  const host = options.host ?? '127.0.0.1';
  if (!isLoopback(host)) throw new RangeError(`not loopback: ${host}`);
  const root = await Root.open(options.root);
  const account = { user: options.user, password: options.password };
  const connections = new Set<Socket>();
  const server = createServer((control) => {
    connections.add(control);
    control.on('close', () => connections.delete(control));
    new ControlConnection(control, root, account).start(options.greeting ?? 'sftpd demo ftpd ready.');
  });
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const control of connections) control.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One client: commands in turn, except those that may overtake a transfer. */
class ControlConnection {
  readonly #control: Socket;
  readonly #lines = new LineReader(MAX_COMMAND_LINE);
  readonly #queue: string[] = [];
  readonly #session: Session;
  #working = false;
  #transfer: AbortController | undefined;
  /** What is to be said once the transfer that it has overtaken has ended. */
  #afterTransfer: 'ABOR' | 'QUIT' | undefined;

  constructor(control: Socket, root: Root, account: Session['account']) {
    this.#control = control;
    const blank = { cwd: '/', user: undefined, loggedIn: false, offset: 0, renameFrom: undefined, epsvAll: false };
    const [local, client] = [control.localAddress ?? '', control.remoteAddress ?? ''].map(plainAddress);
    this.#session = {
      root,
      account,
      local: local ?? '',
      client: client ?? '',
      umask: 0o022,
      data: undefined,
      ...blank,
    };
  }

  start(greeting: string): void {
    this.#control.setNoDelay(true);
    this.#control.on('error', () => undefined);
    this.#control.on('close', () => {
      this.#transfer?.abort();
      this.#session.data?.close();
    });
    this.#control.on('data', (chunk) => {
      this.#lines.push(chunk);
      this.#take();
    });
    this.#send(reply(220, greeting));
  }

  #take(): void {
    for (let event = this.#lines.next(); event !== undefined; event = this.#lines.next()) {
      const text = event.kind === 'line' ? event.line.text : undefined;
      if (text === undefined) this.#send(reply(500, 'Line too long.'));
      else if (!this.#overtakes(text)) this.#queue.push(text);
      void this.#work();
    }
    if (this.#queue.length > MAX_QUEUED_COMMANDS) this.#control.pause();
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let text = this.#queue.shift(); text !== undefined; text = this.#queue.shift()) {
      await this.#run(text);
      // A client that does not read its replies gets no further commands done.
      while (this.#control.writableNeedDrain && !this.#control.destroyed) {
        await Promise.race([once(this.#control, 'drain'), once(this.#control, 'close')]).catch(() => undefined);
      }
    }
    this.#working = false;
    this.#control.resume();
  }

  async #run(text: string): Promise<void> {
    const parsed = parseCommand(text);
    if (!parsed.ok) {
      this.#send(reply(500, 'Command not understood.'));
      return;
    }
    try {
      await this.#perform(parsed.value);
    } catch (error) {
      this.#send(failure(error));
    }
  }

  async #perform(command: Command): Promise<void> {
    const { verb, argument = '' } = command;
    const known = VERBS.get(verb);
    if (verb === 'QUIT') this.#quit();
    else if (verb === 'ABOR') {
      this.#session.data?.close();
      this.#session.data = undefined;
      this.#send(reply(226, 'No transfer to abort.'));
    } else if (known === undefined && dataDirection(verb) === undefined)
      this.#send(reply(502, 'Command not implemented.'));
    else if (known?.who !== 'anyone' && !this.#session.loggedIn)
      this.#send(reply(530, 'Please login with USER and PASS.'));
    else if (known === undefined) await this.#runTransfer(command);
    else if (known.argument === 'needed' && argument === '') this.#send(reply(501, `${verb} needs an argument.`));
    else this.#send(await known.run(this.#session, argument));
  }

  async #runTransfer({ verb, argument = '' }: Command): Promise<void> {
    const { root, cwd, offset, umask, data } = this.#session;
    this.#session.offset = 0;
    this.#session.data = undefined;
    if (argument === '' && /^(?:RETR|STOR|APPE)$/.test(verb)) this.#send(reply(501, `${verb} needs an argument.`));
    else if (data === undefined) this.#send(reply(425, 'Use PORT, EPRT, PASV or EPSV first.'));
    else {
      this.#transfer = new AbortController();
      const { signal } = this.#transfer;
      try {
        for await (const said of transfer({ verb, argument, root, cwd, offset, umask, data, signal })) this.#send(said);
      } catch (error) {
        data.close();
        this.#send(failure(error));
      }
      this.#transfer = undefined;
      this.#endOvertaking();
    }
  }

  /** Handles a line that need not wait for the running transfer. */
  #overtakes(text: string): boolean {
    const parsed = parseCommand(text);
    if (this.#transfer === undefined || !parsed.ok || !mayOvertake(parsed.value.verb)) return false;
    const line = formatCommand(parsed.value);
    if (line === 'STAT') this.#send(reply(211, ['Demo ftpd', 'A transfer is running.', 'End of status']));
    else if (parsed.value.verb === 'QUIT') this.#afterTransfer ??= 'QUIT';
    else if (parsed.value.verb === 'ABOR') {
      this.#afterTransfer ??= 'ABOR';
      this.#transfer.abort();
    } else return false;
    return true;
  }

  #endOvertaking(): void {
    const what = this.#afterTransfer;
    this.#afterTransfer = undefined;
    if (what === 'ABOR') this.#send(reply(226, 'Abort successful.'));
    if (what === 'QUIT') this.#quit();
  }

  #quit(): void {
    this.#queue.length = 0;
    this.#send(reply(221, 'Goodbye.'));
    this.#control.end();
  }

  #send(what: Reply): void {
    if (this.#control.writable) this.#control.write(replyOctets(what));
  }
}

const TEXTS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'No such file or directory.'],
  ['EEXIST', 'File exists.'],
  ['ENOTDIR', 'Not a directory.'],
  ['EISDIR', 'Is a directory.'],
  ['ENOTEMPTY', 'Directory not empty.'],
  ['EACCES', 'Permission denied.'],
]);

/** The reply for what `fs` has thrown. Its message is not passed on: it holds paths of the host. */
function failure(error: unknown): Reply {
  if (error instanceof Refused) return reply(550, `${error.message}.`);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code === undefined ? reply(451, 'Local error.') : reply(550, TEXTS.get(code) ?? 'Failed.');
}
