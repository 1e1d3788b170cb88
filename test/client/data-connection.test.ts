// Whose word is taken for where data goes, and who may bring it.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Connection } from '../../src/client/session/connection.js';
import { DataConnector } from '../../src/client/session/data-connection.js';
import { parsePort } from '../../src/wire/host-port.js';
import { reply, type Reply } from '../../src/wire/reply.js';

const SERVER = '127.0.0.1';
const OTHER = '127.0.0.2';

interface Facts {
  readonly channel: 'clear' | 'protected';
  readonly level: 'C' | 'S' | 'P';
  readonly serverAddress?: string;
  readonly answer: (verb: string, argument?: string) => Reply;
}

/** As much of a connection to SERVER as data connections need, and what was sent on it. */
function connectionWith({ channel, level, serverAddress = SERVER, answer }: Facts): [Connection, string[]] {
  const sent: string[] = [];
  const connection = {
    engine: { channel, level },
    peerAddress: SERVER,
    localAddress: SERVER,
    serverAddress,
    timeouts: { connect: 2000, reply: 2000, stall: 2000 },
    command: (verb: string, argument?: string) => {
      sent.push(verb);
      return Promise.resolve(answer(verb, argument));
    },
  };
  return [connection as unknown as Connection, sent];
}

/** Listens on one port of several addresses. */
async function listen(...addresses: string[]): Promise<number> {
  let port = 0;
  for (const address of addresses) {
    const server = createServer((socket) => void socket.on('error', () => undefined));
    server.listen(port, address);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    port = (server.address() as AddressInfo).port;
  }
  return port;
}

/** A server whose 227 names OTHER. */
const passive =
  (port: number) =>
  (verb: string): Reply =>
    verb === 'EPSV' ? reply(229, `(|||${port}|)`) : reply(227, `(127,0,0,2,${port >> 8},${port & 255})`);

async function peerOf(connector: DataConnector): Promise<string | undefined> {
  const data = await connector.open();
  onTestFinished(() => data.discard());
  return (await data.connected()).remoteAddress;
}

describe('passive: the address in a 227', () => {
  it('is the word of the gateway at PROT C in a protected session', async () => {
    const port = await listen(SERVER, OTHER);
    const [connection, sent] = connectionWith({ channel: 'protected', level: 'C', answer: passive(port) });
    expect(await peerOf(new DataConnector(connection, 'passive'))).toBe(OTHER);
    expect(sent).toEqual(['PASV']);
  });

  it.each([
    ['protected', 'P'],
    ['protected', 'S'],
    ['clear', 'C'],
  ] as const)('is ignored in a %s session at PROT %s', async (channel, level) => {
    const port = await listen(SERVER, OTHER);
    const answer = (verb: string): Reply => (verb === 'EPSV' ? reply(500, 'what?') : passive(port)(verb));
    const [connection, sent] = connectionWith({ channel, level, answer });
    expect(await peerOf(new DataConnector(connection, 'passive'))).toBe(SERVER);
    expect(sent).toEqual(['EPSV', 'PASV']);
  });

  it('is taken for the control connection’s where the server knows itself by it', async () => {
    const port = await listen(SERVER, OTHER);
    const facts = { channel: 'protected', level: 'C', serverAddress: OTHER, answer: passive(port) } as const;
    const [connection] = connectionWith(facts);
    expect(await peerOf(new DataConnector(connection, 'passive'))).toBe(SERVER);
  });

  it('is not asked for again once it could not be reached', async () => {
    const port = await listen(SERVER);
    const [connection, sent] = connectionWith({ channel: 'protected', level: 'C', answer: passive(port) });
    const connector = new DataConnector(connection, 'passive');
    expect(await peerOf(connector)).toBe(SERVER);
    expect(await peerOf(connector)).toBe(SERVER);
    expect(sent).toEqual(['PASV', 'EPSV', 'EPSV']);
  });
});

describe('active: a connection from somebody else than the server', () => {
  /** Who is taken when OTHER connects to the announced port first and SERVER next. */
  async function taken(channel: 'clear' | 'protected', level: 'C' | 'S' | 'P'): Promise<string | undefined> {
    const callers: Socket[] = [];
    onTestFinished(() => callers.forEach((caller) => caller.destroy()));
    const call = async (port: number, localAddress: string): Promise<void> => {
      const caller = connect({ host: SERVER, port, localAddress });
      caller.on('error', () => undefined);
      callers.push(caller);
      await once(caller, 'connect');
    };
    let port = 0;
    const answer = (_: string, argument = ''): Reply => {
      const parsed = parsePort(argument);
      if (parsed.ok) port = parsed.value.port;
      return reply(200, 'fine');
    };
    const [connection] = connectionWith({ channel, level, answer });
    const data = await new DataConnector(connection, 'active').open();
    onTestFinished(() => data.discard());
    await call(port, OTHER).catch(() => undefined);
    await call(port, SERVER).catch(() => undefined);
    return (await data.connected()).remoteAddress;
  }

  it('is taken at PROT C in a protected session: it may be the ftpd', async () => {
    expect(await taken('protected', 'C')).toBe(OTHER);
  });

  it.each([
    ['protected', 'P'],
    ['protected', 'S'],
    ['clear', 'C'],
  ] as const)('is not taken in a %s session at PROT %s', async (channel, level) => {
    expect(await taken(channel, level)).toBe(SERVER);
  });
});
