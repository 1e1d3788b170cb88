import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, containerOf, covers, hasHostBits, parseNetwork, permits } from '../../src/config/networks.js';

const inside = (network: string, address: string): boolean | undefined => parseNetwork(network)?.matches(address);
const rules = (allow: string[], deny: string[]) => ({
  allow: allow.map((each) => parseNetwork(each)!),
  deny: deny.map((each) => parseNetwork(each)!),
});

describe('a network', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.7', '::ffff:192.0.2.7', true],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['0.0.0.0/0', '255.1.2.3', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '::1', true],
    ['::/0', '192.0.2.7', false],
    ['::ffff:10.0.0.0/104', '10.9.8.7', true],
    ['::ffff:10.0.0.0/104', '11.9.8.7', false],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['10.0.0.0/8', 'not an address', false],
  ])('%s and %s: %s', (network, address, expected) => {
    expect(inside(network, address)).toBe(expected);
  });

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '::/129',
    'fe80::1%eth0',
    'example.org',
    '10.0.0.0/',
  ])('%j is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it('agrees with node:net', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), fc.ipV4(), (network, prefix, address) => {
        const list = new BlockList();
        list.addSubnet(network, prefix, 'ipv4');
        expect(inside(`${network}/${prefix}`, address)).toBe(list.check(address, 'ipv4'));
        expect(inside(`${network}/${prefix}`, network)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 1, max: 128 }), fc.ipV6(), (network, prefix, address) => {
        const list = new BlockList();
        list.addSubnet(network, prefix, 'ipv6');
        if (addressKey(network).startsWith('32:') || addressKey(address).startsWith('32:')) return;
        expect(inside(`${network}/${prefix}`, address)).toBe(list.check(address, 'ipv6'));
        expect(inside(`${network}/${prefix}`, network)).toBe(true);
      }),
    );
  });

  it('knows bits beyond its prefix, and what contains it', () => {
    expect([hasHostBits('10.1.2.3/8'), hasHostBits('10.0.0.0/8'), hasHostBits('10.1.2.3')]).toEqual([
      true,
      false,
      false,
    ]);
    const { allow } = rules(['10.0.0.0/8', '2001:db8::/32'], []);
    expect(containerOf('10.6.0.0/16', allow)?.text).toBe('10.0.0.0/8');
    expect(containerOf('0.0.0.0/0', allow)).toBeUndefined();
    expect(containerOf('2001:db8::1', allow)?.text).toBe('2001:db8::/32');
  });
});

describe('access', () => {
  it.each([
    [[], [], '192.0.2.7', true],
    [[], ['192.0.2.0/24'], '192.0.2.7', false],
    [[], ['192.0.2.0/24'], '::ffff:192.0.2.7', false],
    [[], ['192.0.2.0/24'], '198.51.100.7', true],
    [['192.0.2.0/24'], [], '192.0.2.7', true],
    [['192.0.2.0/24'], [], '198.51.100.7', false],
    [['192.0.2.0/24'], ['0.0.0.0/0'], '192.0.2.7', true],
    [['192.0.2.0/24'], ['0.0.0.0/0'], '::1', false],
    [[], [], '', false],
  ])('allow %j, deny %j: %s %s', (allow, deny, address, expected) => {
    expect(permits(rules(allow, deny), address)).toBe(expected);
  });
});

describe('a bound address', () => {
  it.each([
    ['::', '127.0.0.1', true],
    ['::', '::1', true],
    ['0.0.0.0', '127.0.0.1', true],
    ['0.0.0.0', '::1', false],
    ['0.0.0.0', '::', false],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['::', 'localhost', false],
  ])('%s holds %s: %s', (bound, address, expected) => {
    expect(covers(bound, address)).toBe(expected);
  });
});
