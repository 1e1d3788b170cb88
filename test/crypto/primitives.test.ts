import fc from 'fast-check';
import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GROUP_14, isNamedModulus, modPow } from '../../src/crypto/modpow.js';
import { bitLength, concat, equalOctets, toInteger, toOctets } from '../../src/crypto/octets.js';
import { randomInteger, randomNonZero, systemRandom } from '../../src/crypto/random.js';
import { hmacSha1, levelHmacWork, RunningSha1, sha1 } from '../../src/crypto/sha1.js';
import { decryptBlocks, encryptPadded, pad, paddingOf } from '../../src/crypto/triple-des.js';
import { hex, unhex } from '../vectors/vectors.js';

const octets = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });

describe('SHA-1 and HMAC', () => {
  it('gives the digests of FIPS 180 and RFC 2202', () => {
    expect(hex(sha1(Buffer.from('abc')))).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
    const tag = hmacSha1(Buffer.alloc(20, 0x0b), Buffer.from('Hi '), Buffer.from('There'));
    expect(hex(tag)).toBe('b617318655057264e28bc0b6fb378c8ef146be00');
  });

  it('runs over a growing string without changing what went before', () => {
    const a = RunningSha1.empty.append(Buffer.from('a'));
    expect(hex(a.append(Buffer.from('bc')).digest())).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
    expect(hex(a.digest())).toBe(hex(sha1(Buffer.from('a'))));
    expect(hex(a.digest())).toBe(hex(a.digest()));
  });

  it('levels any two lengths that a padding can tell apart', () => {
    for (let longest = 32; longest < 200; longest++) levelHmacWork(longest - 7, longest);
  });
});

describe('triple DES', () => {
  it('decrypts what it encrypts, and agrees with OpenSSL on PKCS #5', () => {
    fc.assert(
      fc.property(octets(24), octets(8), octets(0, 100), (key, iv, message) => {
        const ciphertext = encryptPadded(key, iv, message);
        const cipher = createCipheriv('des-ede3-cbc', key, iv);
        expect(hex(ciphertext)).toBe(hex(Buffer.concat([cipher.update(message), cipher.final()])));
        const plain = decryptBlocks(key, iv, ciphertext);
        expect(hex(plain.subarray(0, plain.length - paddingOf(plain)))).toBe(hex(message));
      }),
    );
  });

  it('tells a right padding from every wrong one', () => {
    const naive = (blocks: Uint8Array): number => {
      const claimed = blocks.at(-1)!;
      if (claimed < 1 || claimed > 8) return 0;
      return blocks.slice(-claimed).every((octet) => octet === claimed) ? claimed : 0;
    };
    for (let last = 0; last < 256; last++) {
      for (let length = 0; length <= 9; length++) {
        const blocks = new Uint8Array(16).fill(0xaa);
        blocks.fill(last, 16 - length);
        expect(paddingOf(blocks)).toBe(naive(blocks));
      }
    }
    fc.assert(fc.property(octets(16), (blocks) => paddingOf(blocks) === naive(blocks)));
    fc.assert(fc.property(octets(0, 40), (message) => paddingOf(pad(message)) === 8 - (message.length % 8)));
    expect(paddingOf(new Uint8Array())).toBe(0);
  });

  it('refuses a part of a block', () => {
    expect(() => decryptBlocks(Buffer.alloc(24), Buffer.alloc(8), Buffer.alloc(9))).toThrow(RangeError);
  });
});

describe('modular powers', () => {
  const naive = (base: bigint, exponent: bigint, p: bigint): bigint => {
    let result = 1n;
    for (const bit of exponent.toString(2)) result = (result * result * (bit === '1' ? base : 1n)) % p;
    return result;
  };

  it('agree between OpenSSL and plain arithmetic over a named group', () => {
    fc.assert(
      fc.property(fc.bigInt(2n, GROUP_14.p - 2n), fc.bigInt(1n, GROUP_14.p - 2n), (base, exponent) => {
        expect(modPow(base, exponent, GROUP_14.p)).toBe(naive(base, exponent, GROUP_14.p));
      }),
      { numRuns: 5 },
    );
    for (const edge of [1n, 2n, (GROUP_14.p - 1n) / 2n, GROUP_14.p - 2n, GROUP_14.p - 1n]) {
      expect(modPow(5n, edge, GROUP_14.p)).toBe(naive(5n, edge, GROUP_14.p));
      expect(modPow(GROUP_14.p - 1n, edge, GROUP_14.p)).toBe(naive(GROUP_14.p - 1n, edge, GROUP_14.p));
    }
  });

  it('agree with plain arithmetic over any other modulus, with a bounded exponent', () => {
    const p = (1n << 1024n) - 105n;
    expect(isNamedModulus(p)).toBe(false);
    expect(modPow(3n, (1n << 319n) + 77n, p)).toBe(naive(3n, (1n << 319n) + 77n, p));
    expect(() => modPow(3n, 1n << 320n, p)).toThrow(RangeError);
  });

  it('take nothing out of bounds', () => {
    for (const base of [-1n, 0n, GROUP_14.p]) expect(() => modPow(base, 5n, GROUP_14.p)).toThrow(RangeError);
    expect(() => modPow(2n, 0n, GROUP_14.p)).toThrow(RangeError);
  });
});

describe('octets and random draws', () => {
  it('write integers and read them back', () => {
    fc.assert(
      fc.property(octets(0, 40), (value) => {
        expect(hex(toOctets(toInteger(value), value.length))).toBe(hex(value));
      }),
    );
    expect(bitLength(0n)).toBe(0);
    expect(bitLength(255n)).toBe(8);
    expect(() => toOctets(256n, 1)).toThrow(RangeError);
    expect(equalOctets(unhex('00'), unhex('0000'))).toBe(false);
    expect(hex(concat(unhex('01'), unhex(''), unhex('0203')))).toBe('010203');
  });

  it('draw padding without zeros and integers in range, and give up on a dead source', () => {
    let turn = 0;
    const mostlyZero = (length: number) => new Uint8Array(length).map((_, index) => (turn++ + index) % 3);
    expect([...randomNonZero(mostlyZero, 50)].every((octet) => octet !== 0)).toBe(true);
    expect(() => randomNonZero((length) => new Uint8Array(length), 4)).toThrow(/random source/);
    expect(() => randomInteger((length) => new Uint8Array(length), 4, 9n)).toThrow(/random source/);
    for (let i = 0; i < 200; i++) {
      const value = randomInteger(systemRandom, 1, 200n);
      expect(value >= 1n && value <= 200n).toBe(true);
    }
    expect(systemRandom(33).length).toBe(33);
  });
});
