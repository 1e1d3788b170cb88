import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeServerAddress, encodeServerAddress } from '../../src/security/safetp1/server-address.js';
import { hex } from '../vectors/vectors.js';

describe('server addresses', () => {
  it.each([
    ['192.0.2.33', '00000000000000000000ffffc0000221'],
    ['::ffff:192.0.2.33', '00000000000000000000ffffc0000221'],
    ['::FFFF:c000:221', '00000000000000000000ffffc0000221'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['64:ff9b::192.0.2.1', '0064ff9b0000000000000000c0000201'],
  ])('%s', (text, octets) => {
    expect(hex(encodeServerAddress(text)!)).toBe(octets);
  });

  it.each([
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.4x',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
    '1.2.3.4::',
    ':1',
    '1:',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
  ])('%j is none', (text) => {
    expect(encodeServerAddress(text)).toBeUndefined();
  });

  it('decode to what encodes to them', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        (all, zero) => {
          // Many zero groups, so that '::' is met in every place.
          zero.forEach((octet, group) => {
            if (octet < 170) all.fill(0, 2 * group, 2 * group + 2);
          });
          expect(hex(encodeServerAddress(decodeServerAddress(all))!)).toBe(hex(all));
        },
      ),
      { numRuns: 1000 },
    );
    expect(decodeServerAddress(encodeServerAddress('1:0:0:4:0:0:0:8')!)).toBe('1:0:0:4::8');
    expect(decodeServerAddress(encodeServerAddress('1:0:0:4:0:0:7:8')!)).toBe('1::4:0:0:7:8');
    expect(decodeServerAddress(encodeServerAddress('1:0:3:4:5:6:7:8')!)).toBe('1:0:3:4:5:6:7:8');
  });

  it('never throw', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f:.%]{0,45}$/), (text) => {
        const octets = encodeServerAddress(text);
        expect(octets?.length ?? 16).toBe(16);
      }),
      { numRuns: 1000 },
    );
  });
});
