// Data connections come late, from elsewhere, to elsewhere, or not at all. The session answers, goes on, and gives every port
// back however it ends.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DATA_CONNECT_TIMEOUT_MS } from '../../src/data/plane.js';
import { formatPort } from '../../src/wire/host-port.js';
import { freePort, freePorts } from '../peers/port.js';
import { passivePort, RawClient } from './raw-client.js';
import { startRig, type Rig, type RigOptions } from './rig.js';
import { startScriptedFtpd, type ScriptedFtpd } from './scripted-ftpd.js';
import { download, received, upload } from './transfers.js';

const FILE = Buffer.from('some octets');
const LONG = Buffer.alloc(16 * 1024 * 1024, 'long');
let ftpd: ScriptedFtpd;
beforeAll(async () => {
  ftpd = await startScriptedFtpd({
    RETR: async ({ say, data }) => {
      say('150 Here');
      (await data()).end(FILE, () => say('226 Done'));
    },
    // Says that it has sent everything, which is true of it, and not yet of the gateway.
    MLSD: async ({ say, data }) => {
      say('150 Here');
      (await data()).end(LONG);
      say('226 Done');
    },
    STOR: async ({ say, data }) => {
      const socket = await data();
      say('150 Go on');
      const got = await received(socket);
      socket.end();
      say(got.ended === 'clean' ? '226 Done' : '426 Broken');
    },
  });
});
afterAll(() => ftpd.stop());
afterEach(() => void vi.useRealTimers());

async function gateway(options: Omit<RigOptions, 'ftpd'> = {}): Promise<{ rig: Rig; login: () => Promise<RawClient> }> {
  const rig = await startRig({ ftpd, ...options });
  const clients: RawClient[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.close();
    await rig.stop();
  });
  const login = async (): Promise<RawClient> => {
    const client = await RawClient.login({ host: rig.host, port: rig.port, user: 'u', password: 'p' });
    clients.push(client);
    return client;
  };
  return { rig, login };
}

async function whole(client: RawClient): Promise<void> {
  const got = await download(client, 'RETR x');
  expect([got.final.code, got.whole, got.data]).toEqual([226, true, FILE]);
}

async function connected(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

describe('passive', () => {
  test('a client that never connects: 425 when the time is up, and the session goes on', async () => {
    const { login } = await gateway();
    const client = await login();
    await client.says('EPSV', 229);
    // Only these: sockets and the test itself keep their own time.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await client.says('RETR x', 150);
    vi.advanceTimersByTime(DATA_CONNECT_TIMEOUT_MS);
    await client.expect(425);
    vi.useRealTimers();
    await whole(client);
  });

  test('a stranger gets nothing, and the right one still gets in', async () => {
    const { rig, login } = await gateway();
    const client = await login();
    const port = passivePort(await client.says('EPSV', 229));
    const stranger = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
    stranger.on('data', () => expect.unreachable('a stranger was served'));
    // The reset may come before or after Node has noticed that it is connected.
    await new Promise((resolve) => stranger.on('error', resolve));
    const socket = await connected(port);
    client.send('RETR x');
    await client.expect(150);
    expect(await received(socket)).toEqual({ octets: FILE, ended: 'clean' });
    await client.expect(226);
    expect(rig.log().join('\n')).toMatch(/refused a data connection from elsewhere from=127\.0\.0\.2/);
  });

  test('a second connection is refused', async () => {
    const { login } = await gateway();
    const client = await login();
    const port = passivePort(await client.says('EPSV', 229));
    const first = await connected(port);
    const second = connect({ host: '127.0.0.1', port });
    await once(second, 'error');
    client.send('RETR x');
    await client.expect(150);
    expect((await received(first)).octets).toEqual(FILE);
    await client.expect(226);
  });

  test('a set-up that is not used is replaced', async () => {
    const { login } = await gateway();
    const client = await login();
    const unused = passivePort(await client.says('EPSV', 229));
    const early = await connected(unused);
    const gone = received(early);
    await client.says('EPSV', 229);
    expect((await gone).ended).toBe('reset');
    await once(connect({ host: '127.0.0.1', port: unused }), 'error');
    await whole(client);
  });

  test('a client that has gone before the transfer begins', async () => {
    const { login } = await gateway();
    const client = await login();
    (await connected(passivePort(await client.says('EPSV', 229)))).resetAndDestroy();
    client.send('RETR x');
    await client.expect(150);
    expect((await client.reply()).code).toBe(426);
    await whole(client);
  });

  test('a transfer without a set-up, and a second one with the same', async () => {
    const { login } = await gateway();
    const client = await login();
    await client.says('RETR x', 425);
    await whole(client);
    await client.says('RETR x', 425);
  });

  test('the whole file may be there before the command is', async () => {
    const { login } = await gateway();
    const client = await login();
    const socket = await connected(passivePort(await client.says('EPSV', 229)));
    await new Promise<void>((resolve) => socket.end(FILE, resolve));
    client.send('STOR x');
    await client.expect(150);
    await client.expect(226);
    socket.destroy();
  });
});

test('QUIT behind a download that the client reads late: the file, its 226, and only then the end', async () => {
  const { login } = await gateway();
  const client = await login();
  const socket = await connected(passivePort(await client.says('EPSV', 229)));
  client.send('MLSD');
  await client.expect(150);
  client.send('QUIT');
  // Time enough for the ftpd's 226, and for its 221 if anybody had asked for that already.
  for (let turns = 0; turns < 100; turns++) await turn();
  const got = await received(socket);
  expect([got.ended, got.octets.equals(LONG)]).toEqual(['clean', true]);
  expect(await client.rest()).toEqual(['226 Done', '221 Goodbye']);
});

describe('active', () => {
  test.each([
    ['another address', 'PORT 127,0,0,2,200,1', 504],
    ['another address', 'EPRT |1|127.0.0.2|51201|', 504],
    ['a privileged port', 'PORT 127,0,0,1,0,25', 504],
    ['no port', 'PORT 127,0,0,1', 501],
    ['no address', 'EPRT ||51201|', 501],
    ['an address of the other family', 'EPRT |2|::1|51201|', 504],
    ['no such protocol', 'EPRT |3|x|51201|', 522],
  ])('%s: %s is refused with %i', async (_, command, code) => {
    const { login } = await gateway();
    const client = await login();
    await client.says(command, code);
    await client.says('RETR x', 425);
    await whole(client);
  });

  test('a client that does not listen: 425 at once', async () => {
    const { login } = await gateway();
    const client = await login();
    const port = await freePort('127.0.0.1');
    await client.says(`PORT ${formatPort({ address: '127.0.0.1', port })}`, 200);
    client.send('RETR x');
    await client.expect(150);
    await client.expect(425);
    await whole(client);
  });
});

describe('EPSV ALL', () => {
  test('nothing else sets up a data connection from then on', async () => {
    const { login } = await gateway();
    const client = await login();
    await client.says('EPSV ALL', 200);
    for (const command of ['PASV', 'PORT 127,0,0,1,200,1', 'EPRT |1|127.0.0.1|51201|']) await client.says(command, 503);
    await whole(client);
  });
});

describe('a range of ports', () => {
  test('is kept to; used up, 425 at once; and comes back with each way in which a session can end', async () => {
    const passivePorts = await freePorts(2, ['127.0.0.1']);
    const { rig, login } = await gateway({ data: { passivePorts } });
    const ends: readonly ((client: RawClient) => unknown)[] = [
      (client) => client.control.end(),
      (client) => client.control.resetAndDestroy(),
      (client) => client.send('QUIT'),
      (client) => client.write('AUTH X-SafeTP1\r\nx'),
      async (client) => {
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
        await client.says('RETR never-fetched', 150);
        client.control.end();
        vi.advanceTimersByTime(DATA_CONNECT_TIMEOUT_MS);
        vi.useRealTimers();
      },
      (client) => client.send('EPSV'),
    ];
    for (const end of ends) {
      const holders = [await login(), await login()];
      const ports = [];
      for (const holder of holders) ports.push(passivePort(await holder.says('EPSV', 229)));
      expect(ports.toSorted()).toEqual([passivePorts.low, passivePorts.high]);
      const late = await login();
      await late.says('EPSV', 425);
      await late.says('NOOP', 200);
      for (const holder of holders) {
        await end(holder);
        holder.control.end();
      }
      while (rig.daemon.sessions > 1) await turn();
      await whole(late);
      late.close();
      while (rig.daemon.sessions > 0) await turn();
    }
  });

  test('a port that another program holds is passed over', async () => {
    const passivePorts = await freePorts(2, ['127.0.0.1']);
    const other = createServer().listen(passivePorts.low, '127.0.0.1');
    await once(other, 'listening');
    const { login } = await gateway({ data: { passivePorts } });
    const client = await login();
    for (let round = 0; round < 3; round++) {
      expect(passivePort(await client.says('PASV', 227))).toBe(passivePorts.high);
      expect((await upload(client, 'STOR x', FILE)).code).toBe(226);
    }
    expect((other.address() as AddressInfo).port).toBe(passivePorts.low);
    other.close();
  });
});

test('a transfer in which nothing moves ends with 426', async () => {
  const { login } = await gateway({ data: { stallTimeout: 50 } });
  const client = await login();
  const socket = await connected(passivePort(await client.says('EPSV', 229)));
  client.send('STOR x');
  await client.expect(150);
  expect((await received(socket)).ended).toBe('reset');
  await client.expect(426);
  await client.says('NOOP', 200);
});
