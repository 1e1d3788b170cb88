// What the manual's mask says, through the real program: sftpd -s under a tiny inetd, its log in syslog messages.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeRig, program, RawSession, type Rig } from '../inetd/rig.js';
import { cleanUp } from '../peers/process.js';

const PASSWORD = 'secret-word';

let rig: Rig;
beforeAll(async () => (rig = await makeRig()));
afterAll(async () => {
  await rig.stop();
  await cleanUp();
});

/** Plays a session with a log as configured; gives the messages it left. */
async function logOf(logging: Readonly<Record<string, unknown>>, play: (session: RawSession) => Promise<unknown>) {
  const before = rig.log().length;
  const config = rig.configure('events.yaml', { logging: { syslog: rig.syslog, ...logging } });
  const exits: Promise<unknown>[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const words = ['-k', '2', '60', process.execPath, program, '-s', '--config', config];
    const child = spawn('timeout', words, { stdio: [socket, socket, socket] });
    child.once('spawn', () => socket.destroy());
    exits.push(once(child, 'exit'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const session = new RawSession((server.address() as AddressInfo).port);
  expect(await session.reply()).toMatch(/^220 /);
  await play(session);
  session.socket.end('QUIT\r\n');
  await session.gone();
  await Promise.all(exits);
  return rig.log().slice(before).split('\n').filter(Boolean);
}

const login = async (session: RawSession) => {
  await session.says('USER u');
  await session.says(`PASS ${PASSWORD}`);
};

/** One line of each category that a plain session leaves. */
const CONNECTED = / connected port=\d+$/;
const DISCONNECTED = / disconnected why=.* seconds=[\d.]+ received=\d+ sent=\d+ protected=no$/;
const DROPPED = /<93>/;
const USER = / login user=u$/;

describe('the events of a plain session', () => {
  test('are all there under the default mask, with date, time and pid, and no password', async () => {
    const lines = await logOf({}, login);
    for (const pattern of [CONNECTED, DISCONNECTED, DROPPED, USER])
      expect(lines.join('\n')).toMatch(new RegExp(pattern, 'm'));
    for (const line of lines)
      expect(line).toMatch(/^<\d+>\w{3} [ \d]\d \d\d:\d\d:\d\d sftpd\[\d+\]: session 1 \(127\.0\.0\.1\): /);
  });

  test.each([
    ['connections (4)', 4, [CONNECTED, DISCONNECTED], [DROPPED, USER]],
    ['compatibility (8)', 8, [DROPPED], [CONNECTED, DISCONNECTED, USER]],
    ['users (32)', 32, [USER], [CONNECTED, DISCONNECTED, DROPPED]],
    ['errors and warnings (3)', 3, [], [CONNECTED, DISCONNECTED, DROPPED, USER]],
  ])('%s alone are those and no others', async (_name, events, there, absent) => {
    const lines = await logOf({ events }, login);
    for (const pattern of there) expect(lines.filter((line) => pattern.test(line))).toHaveLength(1);
    for (const pattern of absent) expect(lines.filter((line) => pattern.test(line))).toEqual([]);
    // Without the timestamp bit there is no pid; date and time are syslog's own.
    for (const line of lines) expect(line).toMatch(/ sftpd: session 1 /);
  });

  test('include debugging only with a level and the debug bit', async () => {
    expect((await logOf({ debugLevel: 3, events: 0xaf }, login)).filter((line) => line.includes('<95>'))).toEqual([]);
    expect((await logOf({ debugLevel: 0 }, login)).filter((line) => line.includes('<95>'))).toEqual([]);
    expect((await logOf({ debugLevel: 2 }, login)).filter((line) => line.includes('<95>'))).not.toEqual([]);
  });
});

test('a password never reaches the log at debugLevel 3, however it is written', async () => {
  const spellings = [
    ...[`PASS ${PASSWORD}`, `pass ${PASSWORD}`, `PaSs  ${PASSWORD}`, `PASS\t${PASSWORD}`, ` PASS ${PASSWORD}`],
    ...[
      `ACCT ${PASSWORD}`,
      `acct ${PASSWORD}`,
      `PASS -${PASSWORD}`,
      `PASS ${PASSWORD} ${PASSWORD}`,
      `XPASS ${PASSWORD}`,
    ],
    ...[`\u00ff\u00f4PASS ${PASSWORD}`, `PASSWORD ${PASSWORD}`, `PAS ${PASSWORD}`, `ENC ${PASSWORD}`, PASSWORD],
  ];
  const lines = await logOf({ debugLevel: 3, securityData: true }, async (session) => {
    await session.says('USER u');
    for (const spelling of spellings) {
      session.socket.write(`${spelling}\r\n`, 'latin1');
      if ((await session.reply()) === '') return;
    }
  });
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => line.toLowerCase().includes(PASSWORD))).toEqual([]);
});
