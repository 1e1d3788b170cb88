/**
 * Somebody on the way between sftpc and the gateway: a relay that sees each line of the control connection and each block of
 * the data connections, and does with them what the test says. It stands on a loopback address of its own, on the gateway's
 * control port and on all of its passive ports: what the gateway says under protection needs no rewriting then, as it does not
 * for a router on the way.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BrokenConnection, chunksOf } from '../../src/client/session/socket-reader.js';
import { reset } from '../../src/data/pump.js';
import { FrameReader, frame } from '../../src/security/framing.js';
import { LineReader } from '../../src/wire/line.js';

export const RELAY_ADDRESS = '127.0.0.3';
export const GATEWAY_ADDRESS = '127.0.0.1';

/** The longest line that passes. */
const MAX_LINE = 1 << 20;

/** What goes on in the place of a line or a block; undefined: it passes as it is. */
export type InItsPlace<T> = readonly T[] | undefined;

export type Silence = 'control' | 'data' | 'all';

/** What a test can do besides to the session that it looks at. The results put nothing in the place of what was there. */
export interface Wire {
  /** Ends the control connection. The client's end is closed or reset; the gateway's is gone. */
  cut(how: 'end' | 'reset'): readonly [];
  /** The same of the data connection, its two ends alike. */
  cutData(how: 'end' | 'reset'): readonly [];
  /** From here on nothing passes, not even an end: both ways on the control connection, towards the client on data connections, or both ways on all. */
  silence(on: Silence): readonly [];
}

export interface Tampering {
  /** A line of the client, without its end, and its number on this connection, from 1. Lines in its place get CRLF. */
  readonly command?: (line: string, number: number, wire: Wire) => InItsPlace<string>;
  /** A reply's last line, as `command`. */
  readonly reply?: (line: string, number: number, wire: Wire) => InItsPlace<string>;
  /** A block of a download, without its length, and its number on this data connection, from 1. */
  readonly download?: (block: Buffer, number: number, wire: Wire) => InItsPlace<Uint8Array>;
  readonly upload?: (block: Buffer, number: number, wire: Wire) => InItsPlace<Uint8Array>;
}

export interface Relay {
  readonly host: string;
  readonly port: number;
  /** What is done from now on; an earlier silence is over. */
  tamper(tampering: Tampering): void;
  /** Whether wire.silence() was called. */
  readonly isSilent: boolean;
  /** Closes every connection and stops listening. */
  stop(): Promise<void>;
}

interface Ports {
  readonly low: number;
  readonly high: number;
}

/** @param data - the gateway's passive ports; without them nobody listens for data connections here */
export async function startRelay(gatewayPort: number, data: Ports | undefined): Promise<Relay> {
  const relay = new TamperingRelay();
  await relay.start(gatewayPort, data);
  return relay;
}

class TamperingRelay implements Relay {
  readonly host = RELAY_ADDRESS;
  port = 0;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #control: readonly [client: Socket, gateway: Socket] | undefined;
  #data: readonly [client: Socket, gateway: Socket] | undefined;
  #tampering: Tampering = {};
  #silent: 'none' | Silence = 'none';

  async start(gatewayPort: number, data: Ports | undefined): Promise<void> {
    this.port = await this.#listen(0, gatewayPort, (client, gateway) => this.#relayControl(client, gateway));
    for (let port = data?.low ?? 1; port <= (data?.high ?? 0); port++) {
      await this.#listen(port, port, (client, gateway) => this.#relayData(client, gateway));
    }
  }

  tamper(tampering: Tampering): void {
    this.#tampering = tampering;
    this.#silent = 'none';
  }

  get isSilent(): boolean {
    return this.#silent !== 'none';
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  async #listen(port: number, to: number, relay: (client: Socket, gateway: Socket) => void): Promise<number> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
      const gateway = connect({ host: GATEWAY_ADDRESS, port: to, allowHalfOpen: true, noDelay: true });
      gateway.pause();
      for (const socket of [client, gateway]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      }
      relay(client, gateway);
    });
    server.listen(port, RELAY_ADDRESS);
    await once(server, 'listening');
    this.#servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  #relayControl(client: Socket, gateway: Socket): void {
    this.#control = [client, gateway];
    const wire = this.#wire(client, gateway);
    void this.#relayLines(client, gateway, (line, number) => this.#tampering.command?.(line, number, wire));
    void this.#relayLines(gateway, client, (line, number) => this.#tampering.reply?.(line, number, wire));
  }

  #relayData(client: Socket, gateway: Socket): void {
    this.#data = [client, gateway];
    const wire = this.#wire(...(this.#control ?? [client, gateway]));
    const { download, upload } = this.#tampering;
    void this.#relayBlocks(gateway, client, download && ((block, number) => download(block, number, wire)));
    void this.#relayBlocks(client, gateway, upload && ((block, number) => upload(block, number, wire)));
  }

  #wire(client: Socket, gateway: Socket): Wire {
    return {
      cut: (how) => {
        end(client, how);
        gateway.destroy();
        return [];
      },
      cutData: (how) => {
        for (const socket of this.#data ?? []) end(socket, how);
        return [];
      },
      silence: (on) => {
        this.#silent = on;
        return [];
      },
    };
  }

  /** Numbers the last lines of replies, and all of the client's. */
  async #relayLines(from: Socket, to: Socket, tamper: (line: string, number: number) => InItsPlace<string>) {
    const lines = new LineReader(MAX_LINE);
    let number = 0;
    await this.#carry(from, to, (chunk) => {
      lines.push(chunk);
      for (let next = lines.next(); next?.kind === 'line' && this.#passes(to); next = lines.next()) {
        const { text, raw } = next.line;
        const instead = /^[0-9]{3}-/.test(text) ? undefined : tamper(text, ++number);
        if (instead === undefined) this.#write(to, raw);
        else for (const line of instead) this.#write(to, Buffer.from(`${line}\r\n`, 'latin1'));
      }
    });
  }

  async #relayBlocks(from: Socket, to: Socket, tamper?: (block: Buffer, number: number) => InItsPlace<Uint8Array>) {
    const frames = new FrameReader({ minimumBlock: 0, maximumBlock: MAX_LINE * 2 });
    let number = 0;
    await this.#carry(from, to, (chunk) => {
      // Data in clear has no blocks to tamper with.
      if (tamper === undefined) return this.#write(to, chunk);
      const blocks = frames.push(chunk);
      for (const block of blocks.ok ? blocks.value : []) {
        if (!this.#passes(to)) return;
        const instead = tamper(Buffer.from(block), ++number) ?? [block];
        for (const each of instead) this.#write(to, frame(each));
      }
    });
  }

  /** All of one direction, with its end as it was: in order or by a reset. */
  async #carry(from: Socket, to: Socket, take: (chunk: Uint8Array) => void): Promise<void> {
    try {
      for await (const chunk of chunksOf(from)) {
        take(chunk);
        // An error rejects these; 'close' follows it.
        if (to.writableNeedDrain) await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => undefined);
      }
      if (this.#passes(to)) to.end();
    } catch (error) {
      if (this.#passes(to)) reset(to);
      // What a test's own function throws is the test's failure.
      if (!(error instanceof BrokenConnection)) throw error;
    }
  }

  #passes(to: Socket): boolean {
    return !to.destroyed && !to.writableEnded && !this.#isSilenced(to);
  }

  #isSilenced(to: Socket): boolean {
    const isControl = this.#control?.includes(to) === true;
    switch (this.#silent) {
      case 'none':
        return false;
      case 'control':
        return isControl;
      case 'data':
        return this.#data?.[0] === to;
      case 'all':
        return true;
    }
  }

  #write(to: Socket, octets: Uint8Array): void {
    if (this.#passes(to)) to.write(octets);
  }
}

function end(socket: Socket, how: 'end' | 'reset'): void {
  if (socket.destroyed) return;
  if (how === 'end') socket.end();
  else reset(socket);
}
