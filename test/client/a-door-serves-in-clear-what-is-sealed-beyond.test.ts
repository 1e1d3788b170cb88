// Programs at the local door speak RFC 959 in clear; beyond it everything is X-SafeTP1 under PROT P.
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MAX_PROTECTED_COMMAND } from '../../src/client/proxy/limits.js';
import { startDemoFtpd } from '../../src/demo/ftpd.js';
import { RawClient, type SetupVerb } from '../gateway/raw-client.js';
import { download, upload } from '../gateway/transfers.js';
import { doorTo, openDoor, type OpenDoor } from './door.js';
import { relay } from './relay.js';
import { demoFtpd, folder } from './sftpc.js';

const SIZES = [0, 1, 1_048_577];

/** A program that has logged in. */
async function program(door: OpenDoor): Promise<RawClient> {
  const client = await RawClient.login({ host: door.host, port: door.port, user: 'joe', password: 'secret' });
  onTestFinished(() => client.close());
  return client;
}

describe.each(['127.0.0.1', '::1'] as const)('a program at %s', (address) => {
  const setups: readonly SetupVerb[] = address === '::1' ? ['EPSV', 'EPRT'] : ['PASV', 'EPSV', 'PORT', 'EPRT'];

  it.each(['127.0.0.1', '::1'] as const)('reads and writes files of a server at %s', async (server) => {
    const root = await folder();
    const ftpd = await startDemoFtpd({ root });
    onTestFinished(() => ftpd.close());
    const door = await doorTo({ host: '127.0.0.1', port: ftpd.port }, { address }, { address: server });
    const client = await program(door);
    for (const size of SIZES) {
      const data = randomBytes(size);
      await writeFile(join(root, 'down'), data);
      for (const setup of setups) {
        const got = await download(client, 'RETR down', { setup });
        expect([got.whole, got.data.equals(data), got.final.lines]).toEqual([true, true, ['226 Transfer complete.']]);
        const final = await upload(client, 'STOR up', data, { setup });
        expect(final.lines).toEqual(['226 Transfer complete.']);
        expect((await readFile(join(root, 'up'))).equals(data)).toBe(true);
      }
    }
    expect((await download(client, 'LIST')).data.toString()).toMatch(/ down\r\n[^]* up\r\n$/);
    await client.says('QUIT', 221);
  });
});

describe('a door', () => {
  it('offers its programs nothing of RFC 2228, and goes on in clear', async () => {
    const { port } = await demoFtpd();
    const client = await program(await doorTo({ host: '127.0.0.1', port }));
    expect((await client.says('AUTH TLS', 502)).lines).toEqual(['502 No security mechanism is offered here.']);
    for (const verb of ['PBSZ 0', 'PROT P', 'CCC', 'ENC abc']) await client.says(verb, 502);
    const { lines } = await client.says('FEAT', 211);
    expect(lines).toContain(' EPSV');
    expect(lines.filter((line) => /AUTH|PBSZ|PROT/.test(line))).toEqual([]);
    await client.says('NOOP', 200);
  });

  it('passes the greeting of the server on, and its refusal of a password', async () => {
    const { port } = await demoFtpd({ user: 'joe', password: 'secret' });
    const { host, port: at } = await doorTo({ host: '127.0.0.1', port });
    const client = await RawClient.open({ host, port: at });
    await client.says('USER joe', 331);
    expect((await client.says('PASS wrong', 530)).lines).toEqual(['530 Login incorrect.']);
    await client.says('USER joe', 331);
    await client.says('PASS secret', 230);
    client.close();
  });

  it('shows nobody on the network what a program says, nor a password on its own terminal', async () => {
    const { port } = await demoFtpd();
    const { rig } = await doorTo({ host: '127.0.0.1', port });
    const way = await relay(rig);
    const door = await openDoor(way, { trace: 'on' });
    const client = await RawClient.open(door);
    await client.says('USER joe', 331);
    await client.says('PASS open sesame', 230);
    await client.says('PWD', 257);
    await client.says('QUIT', 221);
    expect(way.seen()).toMatch(/^220 .*\r\nAUTH X-SafeTP1\r\n334 /);
    expect(way.seen().split(/^235 .*\r\n/m)[1]).toMatch(/^((ENC|632) [A-Za-z0-9+/=]+\r\n)+$/);
    expect(door.said().join('\n')).toContain('session 1: C ENC   PASS ****\n');
    expect(door.said().join('\n')).not.toContain('sesame');
  });

  it('answers a line itself that would not fit once it is sealed, and goes on', async () => {
    const { port } = await demoFtpd();
    const client = await program(await doorTo({ host: '127.0.0.1', port }));
    await client.says(`CWD ${'x'.repeat(MAX_PROTECTED_COMMAND - 4)}`, 550);
    for (const verb of ['CWD', 'RETR']) {
      if (verb === 'RETR') await client.setUp('EPSV');
      const { lines } = await client.says(`${verb} ${'x'.repeat(MAX_PROTECTED_COMMAND)}`, 500);
      expect(lines).toEqual(['500 Command line too long.']);
    }
    await client.says(`CWD ${'x'.repeat(20_000)}`, 500);
    await client.says('NOOP', 200);
  });

  it('makes no data connection for a program but with its own address', async () => {
    const { port } = await demoFtpd();
    const door = await doorTo({ host: '127.0.0.1', port });
    const client = await program(door);
    await client.says('PORT 127,0,0,2,200,0', 504);
    await client.says('PORT 127,0,0,1,0,22', 504);
    expect(door.said()).toContain(
      'sftpc: session 1: refused a data connection to elsewhere verb=PORT argument=127,0,0,2,200,0',
    );
  });

  it('remembers a server once, however many programs meet it first', async () => {
    const { port } = await demoFtpd();
    const door = await doorTo({ host: '127.0.0.1', port });
    const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.open(door)));
    for (const client of clients) await client.says('QUIT', 221);
    const known = await readFile(door.knownServers, 'utf8');
    expect(known.trim().split('\n')).toEqual([expect.stringMatching(/^127\.0\.0\.1 \d+ SHA256:\S{43}$/)]);
  });
});
