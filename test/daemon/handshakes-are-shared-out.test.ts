/** limits.handshakesPerSecond: no address takes them all, and what is taken comes back with time. */
import { expect, test, vi } from 'vitest';
import { HandshakeRate } from '../../src/daemon/handshake-rate.js';

const begun = (rate: HandshakeRate, address: string, tries: number): number =>
  Array.from({ length: tries }, () => rate.take(address)).filter(Boolean).length;

test('one address has half of them, so that others get through', () => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
  const rate = new HandshakeRate(50);
  expect(begun(rate, '192.0.2.1', 1000)).toBe(25);
  expect(begun(rate, '192.0.2.2', 1000)).toBe(25);
  expect(begun(rate, '192.0.2.3', 1000)).toBe(0);
  vi.spyOn(performance, 'now').mockReturnValue(1000);
  expect(begun(rate, '192.0.2.3', 1000)).toBe(25);
  vi.restoreAllMocks();
});

test('where one a second is allowed, an address can have it', () => {
  expect(begun(new HandshakeRate(1), '192.0.2.1', 10)).toBe(1);
});
