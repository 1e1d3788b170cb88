/** A TCP relay that the test holds: what passes can be looked at, kept back, and added to. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Relay {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** All that has passed or is kept, both ways, in latin1. */
  readonly seen: () => string;
  /** From now on what the server says is kept. */
  hold(): void;
  /** What is kept. */
  readonly held: () => string;
  /** Lets out what is kept, and more behind it, at once; nothing is kept any more. */
  release(more?: string): void;
  /** Breaks all connections off. */
  cut(): void;
}

/** @param change - makes another line of each line that the server says, which is seen whole */
export async function relay(
  to: { readonly host: string; readonly port: number },
  change: (line: string) => string = (line) => line,
): Promise<Relay> {
  const seen: Buffer[] = [];
  const sockets = new Set<Socket>();
  let held: Buffer[] | undefined;
  let client: Socket | undefined;
  const server = createServer((socket) => {
    client = socket;
    const upstream = connect(to);
    socket.on('data', (chunk) => {
      seen.push(chunk);
      upstream.write(chunk);
    });
    let rest = '';
    upstream.on('data', (octets: Buffer) => {
      const lines = `${rest}${octets.toString('latin1')}`.split('\r\n');
      rest = lines.pop() ?? '';
      const chunk = Buffer.from(lines.map((line) => `${change(line)}\r\n`).join(''), 'latin1');
      seen.push(chunk);
      if (held === undefined) socket.write(chunk);
      else held.push(chunk);
    });
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined).on('end', () => other.end());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    cut();
  });
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    seen: () => Buffer.concat(seen).toString('latin1'),
    hold: () => void (held = []),
    held: () => Buffer.concat(held ?? []).toString('latin1'),
    release: (more = '') => {
      client?.write(Buffer.concat([...(held ?? []), Buffer.from(more, 'latin1')]));
      held = undefined;
    },
    cut,
  };
}
