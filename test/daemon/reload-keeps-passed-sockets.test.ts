// With sockets of a service manager, a reload keeps them, and each connection is still served once.
import { expect, test } from 'vitest';
import { requirePeer } from '../peers/peer.js';
import { describeWithPeers } from '../peers/suite.js';
import { until } from '../peers/process.js';
import { baseSettings, greetingOn, isOpen, login, on, ports, startFtpd, startGateway } from './reload-rig.js';

describeWithPeers('socket activation and reload', ['systemd-socket-activate'], () => {
  test('what was passed is kept, with new settings for new sessions; what was not is not opened', async () => {
    const base = await baseSettings(await startFtpd());
    const [port, other] = (await ports(2)) as [number, number];
    const wrap = [requirePeer('systemd-socket-activate'), '-l', `127.0.0.1:${port}`];
    const gateway = await startGateway(base, on(port), { wrap, isReady: false });
    await until('the listener', 20, async () => ((await isOpen(port)) ? true : undefined));
    await gateway.says(/ ready /);
    const client = await login(port);
    for (let generation = 2; generation <= 4; generation++) {
      const said = await gateway.reload({ ...on(port, other), control: { banner: `generation ${generation}` } });
      expect(said).toMatch(/reload ok: generation \d .*kept=1 opened=0 closed=0/);
      const from = gateway.output().length;
      expect(await greetingOn(port)).toBe(`220 generation ${generation}`);
      const served = await gateway.says(/disconnected/, from);
      expect(served.match(/: connected/g)).toHaveLength(1);
    }
    expect(await isOpen(other)).toBe(false);
    await client.says('PWD', 257);
    gateway.signal('SIGTERM');
    expect(await gateway.ended).toBe(0);
  });
});
