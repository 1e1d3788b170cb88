// systemd's own systemd-socket-activate passes sockets: listening ones from descriptor 3, or with --inetd -a each connection as
// standard input, as a socket unit with Accept=yes does for a service with StandardInput=socket.
import { afterEach, expect, test } from 'vitest';
import { requirePeer } from '../peers/peer.js';
import { freePort } from '../peers/port.js';
import { launch, type Running, until } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { makeRig, PATH, RawSession, type Rig, untilChildless, wholeSession } from './rig.js';

const codes = ['220', '331', '230', '150', '226', '221'];
const codesOf = (replies: readonly string[]) => replies.map((reply) => reply.slice(0, 3));

describeWithPeers('socket activation', ['systemd-socket-activate'], () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function newRig(settings?: Readonly<Record<string, unknown>>): Promise<Rig> {
    const rig = await makeRig(settings);
    stops.push(rig.stop);
    return rig;
  }

  function activate(rig: Rig, args: readonly string[], words: readonly string[]): Running {
    const file = requirePeer('systemd-socket-activate');
    const running = launch({
      file,
      args: [...args, `--setenv=PATH=${PATH}`, rig.sftpd, ...words],
      seconds: 120,
      cwd: rig.folder,
      env: { PATH },
    });
    stops.push(() => running.stop());
    return running;
  }

  const listens = (running: Running, port: number) =>
    until(`a listener on port ${port}`, 15, () => {
      if (!running.alive()) throw new Error(running.output());
      return Promise.resolve(running.output().includes(`:${port}`) ? true : undefined);
    });

  test('listening sockets are served, each with the settings of its listener; those not passed are not opened', async () => {
    const [one, two, three] = [await freePort('127.0.0.1'), await freePort('127.0.0.1'), await freePort('127.0.0.1')];
    const rig = await newRig();
    const config = rig.configure('sockets.yaml', {
      listeners: [
        { address: '127.0.0.1', port: one, control: { banner: 'first listener' } },
        { address: '127.0.0.1', port: three, control: { banner: 'second listener' } },
      ],
    });
    const args = ['-l', `127.0.0.1:${one}`, '-l', `127.0.0.1:${two}`, '--fdname=a:b'];
    const running = activate(rig, args, ['--config', config]);
    await listens(running, two);
    expect((await wholeSession(one)).replies[0]).toBe('220 first listener');
    const unmatched = await wholeSession(two);
    expect(unmatched.replies[0]).toBe('220 first listener');
    expect(codesOf(unmatched.replies)).toEqual(codes);
    const notOpened = new RawSession(three);
    expect(await notOpened.reply()).toBe('');
    expect(running.output()).toMatch(new RegExp(`listening on="127.0.0.1 port ${one}"`));
    expect(running.output()).toMatch(
      new RegExp(`listener not opened: the service manager passed others on="127.0.0.1 port ${three}"`),
    );
  });

  test('Accept=yes: the connection is standard input, one process a session', async () => {
    const port = await freePort('127.0.0.1');
    const rig = await newRig();
    const running = activate(rig, ['--inetd', '-a', '-l', `127.0.0.1:${port}`], ['-s', '--config', rig.config]);
    await listens(running, port);
    for (let round = 0; round < 2; round++) expect(codesOf((await wholeSession(port)).replies)).toEqual(codes);
    await untilChildless(`127.0.0.1:${port}`);
    expect(rig.log()).toMatch(/session 1 \(127\.0\.0\.1\): disconnected/);
  });

  test('a connection where a listener was expected is an error that names the remedy', async () => {
    const port = await freePort('127.0.0.1');
    const rig = await newRig();
    const running = activate(rig, ['-a', '-l', `127.0.0.1:${port}`], ['--config', rig.config]);
    await listens(running, port);
    const session = new RawSession(port);
    expect(await session.reply()).toBe('');
    await until('the error', 10, () =>
      Promise.resolve(running.output().includes('StandardInput=socket') ? true : undefined),
    );
    expect(running.output()).toMatch(/cannot listen on passed socket 3 \(.*\): it is no listening TCP socket/);
  });
});
