// What a person is told of transfers that do not come to their end, and what is left of them.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from '../../src/client/session/deferred.js';
import { startGateway } from '../peers/gateway.js';
import { CTRL_C, demoFtpd, folder, scriptedFtpd, sftpc, typed } from './sftpc.js';

const REOPENED = 'sftpc: the session was opened again: a transfer had broken off\n';

/** The words that reach a gateway in front of that ftpd. */
async function throughGateway(ftpdPort: number, address: '127.0.0.1' | '::1' = '127.0.0.1'): Promise<string[]> {
  const running = await startGateway({ ftpd: { host: '127.0.0.1', port: ftpdPort }, address });
  onTestFinished(running.stop);
  const known = join(await folder(), 'known_servers');
  return ['-u', 'joe', '--accept-new', '--known-servers', known, address, `${running.port}`];
}

const plain = (port: number): string[] => ['-9', '-u', 'joe', '127.0.0.1', `${port}`];

/** Takes some octets of an upload, then refuses the rest as a full disk would. */
function refuseMidway(data: Socket, say: (line: string) => void): void {
  let octets = 0;
  data.on('data', (chunk) => {
    octets += chunk.length;
    if (octets < 100_000 || data.destroyed) return;
    say('552 Quota exceeded');
    data.resetAndDestroy();
  });
}

describe('an upload that the server refuses midway', () => {
  it.each([
    ['in clear', (port: number) => Promise.resolve(plain(port))],
    ['under protection', (port: number) => throughGateway(port)],
  ])('is reported in the words of the server, %s', async (_, reach) => {
    const words = await reach(await scriptedFtpd(refuseMidway));
    const file = join(await folder(), 'large');
    await writeFile(file, randomBytes(30_000_000));
    const ended = await sftpc([...words, '--', 'put', file, 'b']);
    expect(ended.status).toBe(1);
    expect(ended.err).toContain('sftpc: b: the server said: 552 Quota exceeded\n');
    expect(ended.err).not.toContain('stored as');
  });
});

describe('a data connection on which nothing moves', () => {
  it.each(['get a got', 'put large b'])('is called stalled: %s', async (line) => {
    const local = await folder();
    await writeFile(join(local, 'large'), randomBytes(30_000_000));
    const port = await scriptedFtpd((data, say) => {
      data.pause();
      data.write('part');
      data.on('close', () => say('426 broken'));
      // A paused socket does not hear of a reset; a loaded machine moves octets into its buffers for a while.
      setTimeout(() => data.destroy(), 4000);
    });
    const words = line.replace(' got', ` ${local}/got`).replace('large', `${local}/large`).split(' ');
    const ended = await sftpc([...plain(port), '--', ...words], { timeouts: { stall: 200 } });
    expect(ended.status).toBe(1);
    expect(ended.err).toMatch(/^sftpc: The transfer stalled: nothing moved on the data connection for 0\.2 s\.\n/);
    expect(await readdir(local)).toEqual(['large']);
  });
});

describe('a session in which a protected transfer broke off', () => {
  it('is opened again before the next one of that direction, with its directory and level', async () => {
    const { root, port } = await demoFtpd({ user: 'joe', password: 'secret' });
    await mkdir(join(root, 'sub'));
    await writeFile(join(root, 'sub', 'large'), '');
    await truncate(join(root, 'sub', 'large'), 400_000_000);
    await writeFile(join(root, 'sub', 'small'), 'small');
    const words = await throughGateway(port);
    const local = await folder();
    const shell = typed(['--prot', 'S', ...words]);
    shell.type('cd sub\nget nothing\n');
    await shell.until(/sftpc: nothing: the server said: 550 .*\n/);
    shell.type(`get large ${local}/large\n`);
    await someOf('large', local);
    shell.type(CTRL_C);
    await shell.until(/sftpc: Interrupted: the transfer was aborted\.\n/);
    shell.type(`put ${join(root, 'sub', 'small')} up\n`);
    await shell.until(/octets stored as up \(.*\)\n/);
    expect(shell.shown()).not.toContain(REOPENED);
    shell.type(`get small ${local}/small\nprot\npwd\nget small ${local}/smaller\n`);
    await shell.until(/octets received as .*smaller/);
    expect(shell.shown()).toMatch(/prot S\n[^]*\/sub\n/);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
    expect(shell.shown().split(REOPENED)).toHaveLength(2);
    expect(await readdir(local)).toEqual(['.large.sftpc-part', '.large.sftpc-part.json', 'small', 'smaller']);
    expect(await readFile(join(root, 'sub', 'up'), 'utf8')).toBe('small');
  });

  it('ends where it cannot be opened again, and says why', async () => {
    const replies: Record<string, string> = { PWD: '257 "/x" it is' };
    const port = await scriptedFtpd((data, say) => {
      data.write(randomBytes(100_000));
      data.on('close', () => say('426 broken'));
    }, replies);
    const words = await throughGateway(port);
    const local = await folder();
    const shell = typed(words);
    shell.type(`get large ${local}/large\n`);
    await someOf('large', local);
    replies['PASS'] = '530 not any more';
    shell.type(CTRL_C);
    await shell.until(/sftpc: Interrupted: the transfer was aborted\.\n/);
    shell.type('ls\n');
    await shell.until(
      /sftpc: A transfer had broken off, and the session could not be opened again\. The login was refused: 530 not any more\n/,
    );
    await shell.until(/\(not connected\) sftpc> /);
    shell.type('ls\n');
    await shell.until(/sftpc: The session with 127\.0\.0\.1 is over\.\n {2}open connects again\.\n/);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
  });

  it('ends where Ctrl-C comes while it is opened again, and says how to go on', async () => {
    let passwords = 0;
    const asked = deferred<undefined>();
    const send = (data: Socket, say: (line: string) => void): void => {
      data.write(randomBytes(100_000));
      data.on('close', () => say('426 broken'));
    };
    // The second login is never answered.
    const when = (verb: string, answer: () => void): void => {
      if (verb === 'PASS' && ++passwords === 2) asked.resolve(undefined);
      else answer();
    };
    const words = await throughGateway(await scriptedFtpd(send, { PWD: '257 "/x" it is' }, when));
    const local = await folder();
    const shell = typed(words);
    shell.type(`get large ${local}/large\n`);
    await someOf('large', local);
    shell.type(CTRL_C);
    await shell.until(/sftpc: Interrupted: the transfer was aborted\.\n/);
    shell.type('ls\n');
    await asked.promise;
    shell.type(CTRL_C);
    await shell.until(
      /sftpc: A transfer had broken off, and the session could not be opened again\. Interrupted\.\n {2}open connects again\.\n.*\(not connected\) sftpc> /,
    );
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
  });
});

/** Waits until some octets of a download have come. */
async function someOf(name: string, local: string): Promise<void> {
  await expect
    .poll(async () => {
      const found = (await readdir(local)).find(
        (each) => each.startsWith(`.${name}.sftpc-`) && !each.endsWith('.json'),
      );
      return found === undefined ? 0 : (await stat(join(local, found))).size;
    })
    .toBeGreaterThan(0);
}

describe('a session over IPv6', () => {
  it.each(['--passive', '--active'])('carries files both ways, %s', async (mode) => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'a'), randomBytes(200_000));
    const words = await throughGateway(port, '::1');
    const local = join(await folder(), 'got');
    for (const level of ['C', 'P']) {
      const script = `get a ${local}\nput ${local} ${level}\nls\n`;
      const ended = await sftpc([mode, '--prot', level, ...words], { input: script });
      expect(ended, ended.err).toMatchObject({ status: 0 });
      expect((await readFile(join(root, level))).equals(await readFile(join(root, 'a')))).toBe(true);
    }
  });
});

describe('a server that says 421 behind its 226', () => {
  it('takes nothing back: the file, still on its way, is kept whole', async () => {
    const port = await scriptedFtpd((data, say) => {
      data.write('the first half, ');
      say('226 All of it is sent');
      say('421 Service is shutting down');
      setTimeout(() => data.end('and the second'), 100);
    });
    const local = await folder();
    const ended = await sftpc([...plain(port), '--', 'get', 'a', join(local, 'a')]);
    expect(await readFile(join(local, 'a'), 'utf8')).toBe('the first half, and the second');
    expect(ended.status).toBe(0);
  });
});
