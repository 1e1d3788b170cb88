/** A client on 127.0.0.2 of a gateway and an ftpd on 127.0.0.1: what stands for two hosts on one machine. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { vi } from 'vitest';
import type { Ftpd } from '../peers/ftpd.js';
import { parsePasvReply, type Endpoint } from '../../src/wire/host-port.js';
import { received } from '../data/socket-pair.js';
import { RawClient } from '../gateway/raw-client.js';
import { startRig, type Rig, type RigOptions } from '../gateway/rig.js';
import { must } from '../security/association.js';

export const FAR = '127.0.0.2';

export const gatewayFor = (ftpd: Ftpd, data: RigOptions['data'], control: RigOptions['control'] = {}): Promise<Rig> =>
  startRig({ ftpd, data: { relay: 'auto', ...data }, control });

/** Logs in from afar; `protect` completes an exchange first, and leaves PROT at C. */
export async function loginFromAfar(rig: Rig, ftpd: Ftpd, protect: 'clear' | 'protected'): Promise<RawClient> {
  const client = await RawClient.open({ host: rig.host, port: rig.port, localAddress: FAR });
  if (protect === 'protected') await client.secure();
  client.send(`USER ${ftpd.user}`);
  if ((await client.reply()).code === 331) await client.says(`PASS ${ftpd.password}`, 230);
  await client.says('TYPE I', 200);
  return client;
}

/** Fetches over a PORT of the client. */
export async function fetchActive(client: RawClient, name: string): Promise<Buffer> {
  const { connected } = await client.setUp('PORT');
  await client.says(`RETR ${name}`, 150);
  const { octets } = await received(await connected());
  await client.expect(226);
  return octets;
}

/** Connects to where a 227 says, as a client does that trusts its protected control connection. */
export async function passiveEndpoint(client: RawClient): Promise<Endpoint> {
  return must(parsePasvReply(await client.says('PASV', 227)));
}

/** A data connection to an endpoint, from afar, made as the 227 asks. Errors are for the test to see in its replies. */
export async function dataConnection(endpoint: Endpoint) {
  const socket = connect({ host: endpoint.address, port: endpoint.port, localAddress: FAR, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Octets from and to the client that the gateway has counted over the last session, from its log. */
export async function crossed(rig: Rig, client: RawClient): Promise<number> {
  client.send('QUIT');
  await client.rest();
  client.close();
  const line = await vi.waitFor(
    () => {
      const found = rig.log().findLast((each) => each.includes('disconnected'));
      if (found === undefined) throw new Error('the session has not ended');
      return found;
    },
    { timeout: 10_000 },
  );
  const [, received = '', sent = ''] = /received=(\d+) sent=(\d+)/.exec(line) ?? [];
  return Number(received) + Number(sent);
}

/** Lines of the log that say a third-party refusal was learned. */
export const refusals = (rig: Rig): readonly string[] =>
  rig.log().filter((line) => line.includes('refuses third-party transfers'));
