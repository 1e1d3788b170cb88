import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emeDecode, emeEncode, emePaddingLength } from '../../src/crypto/eme-pkcs1.js';
import {
  elGamalDecrypt,
  elGamalEncrypt,
  elGamalKeyFault,
  elGamalKeyOf,
  elGamalNonce,
  generateElGamalKey,
  randomExponent,
  type ElGamalPublicKey,
} from '../../src/crypto/elgamal.js';
import { encodeElGamalKey, splitElGamalKey } from '../../src/crypto/elgamal-spki.js';
import { GROUP_14 } from '../../src/crypto/modpow.js';
import { bitLength, concat } from '../../src/crypto/octets.js';
import { systemRandom } from '../../src/crypto/random.js';
import { hex, integer, unhex, vectors } from '../vectors/vectors.js';

const known = vectors.elgamal;
const pair = elGamalKeyOf(integer(known.x));

describe('the known ElGamal key', () => {
  it('has the known public half and the known SubjectPublicKeyInfo', () => {
    expect(pair.publicKey).toEqual({ p: integer(known.p), g: integer(known.g), y: integer(known.y) });
    expect(hex(encodeElGamalKey(pair.publicKey))).toBe(known.spki);
    const split = splitElGamalKey(concat(unhex(known.spki), unhex('0102')));
    expect(split).toEqual({ ok: true, value: { key: pair.publicKey, rest: unhex('0102') } });
  });

  it('encrypts to the known ciphertext with the known k and padding, and decrypts it', () => {
    const nonce = { k: integer(known.k), padding: unhex(known.padding_string) };
    expect(hex(elGamalEncrypt(pair.publicKey, unhex(known.message), nonce))).toBe(known.ciphertext);
    expect(hex(elGamalDecrypt(pair, unhex(known.ciphertext))!)).toBe(known.message);
  });

  it('decrypts nothing of another length or out of range', () => {
    const ciphertext = unhex(known.ciphertext);
    expect(elGamalDecrypt(pair, ciphertext.subarray(1))).toBeUndefined();
    expect(elGamalDecrypt(pair, new Uint8Array(512))).toBeUndefined();
    expect(elGamalDecrypt(pair, new Uint8Array(512).fill(255))).toBeUndefined();
    ciphertext[511]! ^= 1;
    expect(elGamalDecrypt(pair, ciphertext)).toBeUndefined();
  });

  it('never prints its private exponent', () => {
    expect(JSON.stringify(pair.x)).toBe('"[secret]"');
  });
});

describe('fresh keys and unnamed moduli', () => {
  it('round-trip', () => {
    const fresh = generateElGamalKey(systemRandom);
    const message = systemRandom(40);
    const ciphertext = elGamalEncrypt(fresh.publicKey, message, elGamalNonce(systemRandom, fresh.publicKey, 40));
    expect(hex(elGamalDecrypt(fresh, ciphertext)!)).toBe(hex(message));
    expect(elGamalKeyFault(fresh.publicKey)).toBeUndefined();
  });

  it('bound the exponent over a modulus that is not named', () => {
    const p = (1n << 4096n) - 17n;
    expect(bitLength(randomExponent(systemRandom, p))).toBeLessThanOrEqual(320);
    const ciphertext = elGamalEncrypt(
      { p, g: 2n, y: 3n },
      systemRandom(40),
      elGamalNonce(systemRandom, { p, g: 2n, y: 3n }, 40),
    );
    expect(ciphertext.length).toBe(1024);
  });
});

describe('key checks', () => {
  const { p } = GROUP_14;
  const faults: [string, ElGamalPublicKey][] = [
    ['p is too small', { p: (1n << 1022n) + 1n, g: 2n, y: 5n }],
    ['p is too small', { p: 0n, g: 2n, y: 5n }],
    ['p is too small', { p: -p, g: 2n, y: 5n }],
    ['p is too large', { p: (1n << 4096n) + 1n, g: 2n, y: 5n }],
    ['p is even', { p: p - 1n, g: 2n, y: 5n }],
    ['g is out of range', { p, g: 1n, y: 5n }],
    ['g is out of range', { p, g: p - 1n, y: 5n }],
    ['y is out of range', { p, g: 2n, y: 1n }],
    ['y is out of range', { p, g: 2n, y: 0n }],
    ['y is out of range', { p, g: 2n, y: p - 1n }],
    ['y is out of range', { p, g: 2n, y: p + 5n }],
  ];
  it.each(faults)('%s', (fault, key) => {
    expect(elGamalKeyFault(key)).toBe(fault);
    if (key.p >= 0n) expect(splitElGamalKey(encodeElGamalKey(key))).toEqual({ ok: false, error: fault });
  });

  it('are not reached by octets that are no key', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => !splitElGamalKey(octets).ok));
    const spki = unhex(known.spki);
    fc.assert(
      fc.property(fc.nat(spki.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = spki.slice();
        damaged[at]! ^= change;
        const split = splitElGamalKey(damaged);
        if (split.ok) expect(hex(encodeElGamalKey(split.value.key))).toBe(hex(damaged));
      }),
    );
  });
});

describe('EME-PKCS1-v1_5', () => {
  it('refuses every other form', () => {
    const padding = new Uint8Array(8).fill(7);
    expect(hex(emeDecode(emeEncode(unhex('aabb'), padding))!)).toBe('aabb');
    expect(emeDecode(emeEncode(unhex('aabb'), padding.subarray(1)))).toBeUndefined();
    expect(emeDecode(unhex('0001' + '07'.repeat(8) + '00aa'))).toBeUndefined();
    expect(emeDecode(unhex('0102' + '07'.repeat(8) + '00aa'))).toBeUndefined();
    expect(emeDecode(unhex('0002' + '07'.repeat(20)))).toBeUndefined();
    expect(emeDecode(new Uint8Array())).toBeUndefined();
    expect(emePaddingLength(40, 50)).toBeUndefined();
    expect(emePaddingLength(40, 51)).toBe(8);
  });
});
