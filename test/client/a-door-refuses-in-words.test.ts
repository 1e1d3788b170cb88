// What a program at the local door reads in place of a greeting, word for word, and what the door says of it on its own terminal.
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RawClient } from '../gateway/raw-client.js';
import { startRig, type Rig, type RigOptions } from '../gateway/rig.js';
import { startScriptedFtpd, type ScriptedFtpd } from '../gateway/scripted-ftpd.js';
import { received } from '../gateway/transfers.js';
import { freePort } from '../peers/port.js';
import { doorTo, openDoor, type OpenDoor } from './door.js';
import { expectGolden, goldenNames } from './golden.js';
import { relay } from './relay.js';
import { demoFtpd } from './sftpc.js';

async function scripted(script: Parameters<typeof startScriptedFtpd>[0] = {}): Promise<ScriptedFtpd> {
  const ftpd = await startScriptedFtpd(script);
  onTestFinished(ftpd.stop);
  return ftpd;
}

async function gatewayTo(port: number, options: Partial<RigOptions> = {}): Promise<Rig> {
  const rig = await startRig({ ftpd: { host: '127.0.0.1', port }, ...options });
  onTestFinished(rig.stop);
  return rig;
}

/** A program connects; golden is what it reads until the end, and what the door says of it, with what differs from run to run replaced. */
async function expectRefused(name: string, door: OpenDoor, to: { port: number }): Promise<void> {
  const before = door.said().length;
  const socket = connect(door);
  const { octets } = await received(socket);
  socket.destroy();
  expectTold(name, door, to, octets.toString('utf8'), before);
}

function expectTold(name: string, door: OpenDoor, to: { port: number }, read: string, before: number): void {
  expect(read).toMatch(/^421.*\r\n$/m);
  const said = door.said().slice(before);
  const lines = said.flatMap((text) => text.split('\n')).filter((line) => !/: (connected|ended|login) /.test(line));
  const told = ['the program reads:', ...read.trimEnd().split('\r\n'), '', 'the door says:', ...lines, ''].join('\n');
  expectGolden(
    `door/${name}`,
    told
      .replaceAll(door.knownServers, 'FILE')
      .replaceAll(/SHA256:(?!x{43})\S{43}/g, 'SHA256:KEY')
      .replaceAll(/session \d+/g, 'session N')
      .replaceAll(new RegExp(`(port | )${to.port}\\b`, 'g'), '$1PORT'),
  );
}

const KNOWN = `SHA256:${'x'.repeat(43)}`;

describe('a program hears', () => {
  it('that the key of the server has changed, and the way to accept it; and is served once that is done', async () => {
    const { port } = await demoFtpd();
    const door = await doorTo({ host: '127.0.0.1', port });
    (await RawClient.open(door)).close();
    const known = await readFile(door.knownServers, 'utf8');
    await writeFile(door.knownServers, known.replace(/SHA256:.*/, KNOWN));
    await expectRefused('another-key', door, door.rig);
    await writeFile(door.knownServers, known);
    (await RawClient.open(door)).close();
  });

  it('that a server which is known offers no protection any more', async () => {
    const ftpd = await scripted({ AUTH: ({ say }) => say('500 What?') });
    const door = await openDoor(ftpd);
    await writeFile(door.knownServers, `127.0.0.1 ${ftpd.port} ${KNOWN}\n`);
    await expectRefused('drop-down', door, ftpd);
    expect(ftpd.heard()).toEqual(['AUTH X-SafeTP1']);
  });

  it('that a server has no protection', async () => {
    const ftpd = await scripted({ AUTH: ({ say }) => say('500 What?') });
    await expectRefused('no-protection', await openDoor(ftpd), ftpd);
    expect(ftpd.heard()).toEqual(['AUTH X-SafeTP1']);
  });

  it('that nobody has met the server yet', async () => {
    const { port } = await demoFtpd();
    const door = await doorTo({ host: '127.0.0.1', port }, { newServers: 'refuse' });
    await expectRefused('new-server', door, door.rig);
  });

  it('that the server knows itself by another address, unless that is expected', async () => {
    const { port } = await demoFtpd();
    const rig = await gatewayTo(port, { externalAddress: '192.0.2.1' });
    const door = await openDoor(rig);
    await expectRefused('another-address', door, rig);
    await expect(readFile(door.knownServers)).rejects.toThrow('ENOENT');
    (await RawClient.open(await openDoor(rig, { expectAddress: '192.0.2.1' }))).close();
  });

  it('that somebody has changed the negotiation', async () => {
    const { port } = await demoFtpd();
    const way = await relay(await gatewayTo(port), (line) => line.replace(/^235 .*/, '235 Somebody was here'));
    await expectRefused('another-negotiation', await openDoor(way), way);
  });

  it('that M3 does not hold', async () => {
    const { port } = await demoFtpd();
    const way = await relay(await gatewayTo(port), (line) =>
      line.replace(/^(335 ADAT=.{40})(.)/, (_, before: string, one: string) => `${before}${one === 'A' ? 'B' : 'A'}`),
    );
    await expectRefused('m3-does-not-hold', await openDoor(way), way);
  });

  it('that nobody is there', async () => {
    const port = await freePort('127.0.0.1');
    await expectRefused('nobody-there', await openDoor({ host: '127.0.0.1', port }), { port });
  });

  it('what the server says where it has no room, without what would drive a terminal', async () => {
    const ftpd = await scripted({ GREET: ({ say }) => say('421 Zu voll f\xc3\xbcr \x1b[31m alle') });
    await expectRefused('no-room', await openDoor(ftpd), ftpd);
  });

  it('that it has to wait, where there are too many', async () => {
    const { port } = await demoFtpd();
    const door = await doorTo({ host: '127.0.0.1', port }, { maxSessions: 1 });
    const first = await RawClient.open(door);
    const socket = connect(door);
    const { octets } = await received(socket);
    socket.destroy();
    expect(octets.toString()).toBe('421 This door has 1 programs already: try again later.\r\n');
    expect(door.said().at(-1)).toMatch(
      /^sftpc: session 2: turned away 127\.0\.0\.1 port \d+: 1 programs are here already$/,
    );
    await first.says('QUIT', 221);
    first.close();
    await expect.poll(() => door.door.sessions).toBe(0);
    (await RawClient.open(door)).close();
  });

  it('nothing that has no test: the golden texts are all in use', () => {
    const used = [
      'another-address',
      'another-key',
      'another-negotiation',
      'drop-down',
      'm3-does-not-hold',
      'new-server',
    ];
    const others = ['no-protection', 'no-room', 'nobody-there', 'server-ends-it', 'server-is-silent'];
    expect(goldenNames('door')).toEqual([...used, ...others]);
  });
});

describe('a session under way', () => {
  async function ends(
    name: string,
    script: Parameters<typeof scripted>[0],
    wishes: Parameters<typeof doorTo>[1],
  ): Promise<void> {
    const door = await doorTo(await scripted(script), wishes);
    const client = await RawClient.open(door);
    client.send('NOOP');
    const lines = await client.rest();
    client.close();
    expectTold(name, door, door.rig, lines.map((line) => `${line}\r\n`).join(''), 0);
  }

  it('ends with the words of the server that ends it', async () => {
    await ends('server-ends-it', { NOOP: ({ say }) => say('421 Idle for too long') }, {});
  });

  it('ends where the server keeps silent for too long', async () => {
    await ends('server-is-silent', { NOOP: () => undefined }, { timeouts: { reply: 3000 } });
  });
});

describe('a door that closes', () => {
  it('says so to programs, lets a transfer end, and ends one that takes too long', async () => {
    const ftpd = await scripted({
      RETR: async ({ say, data }) => {
        const socket = await data();
        say('150 Here it comes');
        socket.write('x');
      },
    });
    const door = await doorTo(ftpd);
    const idle = await RawClient.open(door);
    const busy = await RawClient.login({ ...door, user: 'u', password: 'p' });
    const { connected } = await busy.setUp('EPSV');
    busy.send('RETR a');
    await busy.expect(150);
    await connected();
    const closed = door.door.close(300);
    expect(await idle.rest()).toEqual(['421 Service is shutting down.']);
    idle.close();
    expect(await busy.rest()).toEqual([]);
    busy.close();
    await closed;
    expect(door.door.sessions).toBe(0);
  });
});
