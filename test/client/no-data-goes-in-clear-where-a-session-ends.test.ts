/**
 * Somebody on the network holds the control connection's replies back until the transfer's 150 and 226 are there, and then says
 * 421 in clear behind them: the session is over before the client has looked at the data, which must not pass for clear then.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { Connection } from '../../src/client/session/connection.js';
import { DataConnector } from '../../src/client/session/data-connection.js';
import { download, upload } from '../../src/client/session/transfer.js';
import { startRig } from '../gateway/rig.js';
import { relay, type Relay } from './relay.js';
import { demoFtpd } from './sftpc.js';

/** A session under PROT P, at the moment before a transfer, and the way it takes. */
async function session(): Promise<{ connection: Connection; way: Relay }> {
  const { root, port } = await demoFtpd();
  await writeFile(join(root, 'a'), 'what was sealed');
  const gateway = await startRig({ ftpd: { host: '127.0.0.1', port } });
  onTestFinished(gateway.stop);
  const way = await relay({ host: '127.0.0.1', port: gateway.port });
  const { connection } = await Connection.open({
    host: '127.0.0.1',
    port: way.port,
    protection: 'required',
    trustKey: () => Promise.resolve(true),
  });
  for (const line of ['USER joe', 'PASS secret', 'PBSZ 1048576', 'PROT P', 'TYPE I']) {
    const [verb = '', argument] = line.split(' ');
    expect((await connection.command(verb, argument)).code).toBeLessThan(400);
  }
  return { connection, way };
}

it('a download is opened, though the session ended with its 226', async () => {
  const { connection, way } = await session();
  const connector = new DataConnector(connection, 'passive');
  const data = await connector.open();
  connector.open = () => Promise.resolve(data);
  way.hold();
  const got: Uint8Array[] = [];
  const done = download(connection, connector, { verb: 'RETR', argument: 'a' }, async (octets) => {
    got.push(octets);
    return Promise.resolve();
  });
  done.catch(() => undefined);
  await expect.poll(() => way.held().match(/^632 /gm)?.length).toBe(2);
  way.release('421 Somebody says goodbye\r\n');
  await done;
  expect(Buffer.concat(got).toString()).toBe('what was sealed');
});

it('an upload sends nothing, where the session ended with its 150', async () => {
  const { connection, way } = await session();
  const connector = new DataConnector(connection, 'passive');
  const data = await connector.open();
  const [recorded, here] = await recorder();
  connector.open = () => Promise.resolve({ connected: () => Promise.resolve(here), discard: () => data.discard() });
  way.hold();
  const source = Readable.from([Buffer.from('what is to be sealed')]);
  const done = upload(connection, connector, { verb: 'STOR', argument: 'b' }, source);
  done.catch(() => undefined);
  await expect.poll(() => way.held().match(/^632 /gm)?.length).toBe(1);
  way.release('421 Somebody says goodbye\r\n');
  await expect(done).rejects.toThrow('ended the session');
  here.end();
  expect(await recorded).not.toContain('sealed');
});

/** A connection, and everything that is sent over it until its end. */
async function recorder(): Promise<[recorded: Promise<string>, here: Socket]> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const recorded = new Promise<string>((resolve) => {
    server.once('connection', (socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined);
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    });
  });
  const here = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  here.on('error', () => undefined);
  await once(here, 'connect');
  return [recorded, here];
}
