import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { connectedPair } from '../../src/daemon/handoff/connected-pair.js';

describe('two sockets connected to each other', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.9', '127.0.0.9'],
    ['::1', '::1'],
    // Not an address of this machine: loopback of the same family serves.
    ['192.0.2.1', '127.0.0.1'],
    ['2001:db8::1', '::1'],
  ])('on %s: at %s', async (wanted, got) => {
    const { ours, theirs } = await connectedPair(wanted);
    try {
      expect([ours.localAddress, theirs.localAddress]).toEqual([got, got]);
      expect(theirs.remotePort).toBe(ours.localPort);
      ours.write('to them');
      const [heard] = (await once(theirs.resume(), 'data')) as [Buffer];
      expect(heard.toString()).toBe('to them');
    } finally {
      ours.destroy();
      theirs.destroy();
    }
  });

  test('many at the same time are not confused', async () => {
    const pairs = await Promise.all(Array.from({ length: 50 }, () => connectedPair('127.0.0.1')));
    for (const { ours, theirs } of pairs) {
      expect(theirs.remotePort).toBe(ours.localPort);
      ours.destroy();
      theirs.destroy();
    }
  });
});
