// sftpd -s under a tiny inetd of our own: whatever happens, the client reads FTP and nothing else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { cleanUp } from '../peers/process.js';
import { makeRig, program, RawSession, type Rig, wholeSession } from './rig.js';

let rig: Rig;
beforeAll(async () => (rig = await makeRig()));
afterAll(async () => {
  await rig.stop();
  await cleanUp();
});

/** Starts the program for each connection, which is its descriptors 0, 1 and 2. */
async function tinyInetd(words: readonly string[], node: readonly string[] = []) {
  const exits: Promise<string>[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const args = ['-k', '2', '60', process.execPath, ...node, program, ...words];
    const child = spawn('timeout', args, { stdio: [socket, socket, socket] });
    child.once('spawn', () => socket.destroy());
    exits.push(once(child, 'exit').then(([code, signal]) => `${code ?? signal}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, exit: () => exits[0]! };
}

const CLOSED = '421 Service not available, closing control connection.\r\n';

async function everything(port: number): Promise<string> {
  const session = new RawSession(port);
  await session.gone();
  return session.received;
}

describe('started by inetd', () => {
  test('one session is served, then the process ends with 0', async () => {
    const { port, exit } = await tinyInetd(['-s', '--config', rig.config]);
    const { replies } = await wholeSession(port);
    expect(replies.map((reply) => reply.slice(0, 3))).toEqual(['220', '331', '230', '150', '226', '221']);
    expect(await exit()).toBe('0');
  });

  test('with a log on standard output and all debugging, the client reads FTP only; the log goes to syslog', async () => {
    const config = rig.configure('stdout.yaml', {
      logging: { syslog: rig.syslog, destination: 'stdout', debugLevel: 3, securityData: true },
    });
    const { port, exit } = await tinyInetd(['-s', '--config', config], ['--trace-warnings']);
    const { octets } = await wholeSession(port);
    expect(octets.split('\r\n').filter((line) => !/^(\d{3}[ -]| |$)/.test(line))).toEqual([]);
    expect(await exit()).toBe('0');
    expect(rig.log()).toContain('<92>');
    expect(rig.log()).toMatch(/<92>.*logging\.destination: stdout is the client under inetd; logging to syslog/);
    expect(rig.log()).toMatch(/<95>.*to ftpd: PASS\n/);
    expect(rig.log()).not.toContain('secret-word');
  });

  test('a configuration without keys is 421 to the client, a line in syslog, and exit 1', async () => {
    mkdirSync(path.join(rig.folder, 'empty'), { mode: 0o700 });
    const config = rig.configure('keyless.yaml', { workdir: path.join(rig.folder, 'empty') });
    const { port, exit } = await tinyInetd(['-s', '--config', config]);
    expect(await everything(port)).toBe(CLOSED);
    expect(await exit()).toBe('1');
    expect(rig.log()).toMatch(/<91>.*There is no server key at /);
  });

  test.each([
    ['a configuration that is no YAML', ['-s', '--config', 'broken.yaml'], '1'],
    ['a configuration that is not there', ['-s', '--config', 'absent.yaml'], '1'],
    ['an unknown flag', ['-s', '--nonsense'], '2'],
    ['an unknown flag, and no -s', ['--nonsense'], '2'],
  ])('%s is 421 to the client and nothing else', async (_what, words, status) => {
    writeFileSync(path.join(rig.folder, 'broken.yaml'), 'listeners: [\n');
    const named = words.map((word) => (word.endsWith('.yaml') ? path.join(rig.folder, word) : word));
    const { port, exit } = await tinyInetd(named);
    expect(await everything(port)).toBe(CLOSED);
    expect(await exit()).toBe(status);
  });

  test('an address that access.deny names is refused with 421', async () => {
    const config = rig.configure('denied.yaml', { access: { deny: ['127.0.0.0/8'] } });
    const { port, exit } = await tinyInetd(['-s', '--config', config]);
    expect(await everything(port)).toBe(CLOSED);
    expect(await exit()).toBe('0');
    expect(rig.log()).toMatch(/<92>.*connection refused why="this address is not served"/);
  });

  test('the settings are those of the listener that would have taken the connection', async () => {
    const { port, exit } = await tinyInetd(['-s', '--config', path.join(rig.folder, 'listeners.yaml')]);
    const other = { address: '127.0.0.1', port: 1, control: { banner: 'the first listener' } };
    rig.configure('listeners.yaml', {
      listeners: [other, { address: '0.0.0.0', port, control: { banner: 'the one for this port' } }],
    });
    expect((await wholeSession(port)).replies[0]).toBe('220 the one for this port');
    expect(await exit()).toBe('0');
  });
});

test('started with -s by hand, it says that standard input is no socket and exits with 2', async () => {
  const child = spawn(process.execPath, [program, '-s'], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  let text = '';
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, text]).toEqual([
    2,
    'sftpd: -s (--inetd) is for inetd: standard input is no socket. To listen oneself, start without it\n',
  ]);
});
