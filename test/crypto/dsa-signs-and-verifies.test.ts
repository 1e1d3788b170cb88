import fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { der, encodeDer } from '../../src/crypto/der.js';
import {
  dsaPublicKeyOf,
  dsaSign,
  dsaSignatureLength,
  dsaVerify,
  exportDsaPrivatePem,
  exportDsaPublicPem,
  generateDsaKey,
  importDsaPrivatePem,
  importDsaPublicKey,
  importDsaPublicPem,
} from '../../src/crypto/dsa.js';
import { concat } from '../../src/crypto/octets.js';
import { vectorServerKeys } from '../vectors/server-keys.js';
import { hex, unhex, vectors } from '../vectors/vectors.js';

const publicKeyOfNumbers = (p: bigint, q: bigint): Uint8Array => {
  const algorithm = der.sequence(
    der.oid('1.2.840.10040.4.1'),
    der.sequence(der.integer(p), der.integer(q), der.integer(4n)),
  );
  return encodeDer(der.sequence(algorithm, der.bitString(encodeDer(der.integer(9n)))));
};

const message = Buffer.from('a message');

describe.each([1024, 2048] as const)('a DSA key of %d bits', (bits) => {
  const privateKey = generateDsaKey(bits);
  const publicKey = dsaPublicKeyOf(privateKey);

  it('signs what it verifies, and nothing else passes', () => {
    const signature = dsaSign(privateKey, message);
    expect(signature.length).toBe(dsaSignatureLength(publicKey));
    expect(signature.length).toBe(bits === 1024 ? 40 : 64);
    expect(dsaVerify(publicKey, message, signature)).toBe(true);
    expect(dsaVerify(publicKey, Buffer.from('A message'), signature)).toBe(false);
    expect(dsaVerify(publicKey, message, signature.subarray(1))).toBe(false);
    expect(dsaVerify(publicKey, message, new Uint8Array(signature.length))).toBe(false);
    expect(dsaVerify(publicKey, message, new Uint8Array(signature.length).fill(255))).toBe(false);
  });

  it('survives export and import', () => {
    const again = importDsaPrivatePem(Buffer.from(exportDsaPrivatePem(privateKey).expose()));
    expect(again.ok && hex(dsaPublicKeyOf(again.value).der)).toBe(hex(publicKey.der));
    const read = importDsaPublicPem(exportDsaPublicPem(publicKey));
    expect(read.ok && read.value.fingerprint).toBe(publicKey.fingerprint);
    expect(publicKey.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(publicKey.modulusBits).toBe(bits);
  });
});

describe('the known keys', () => {
  it.each(vectors.handshakes.map((handshake, index) => [index, handshake] as const))('%d', (index, handshake) => {
    expect(hex(vectorServerKeys[index]!.publicDer)).toBe(handshake.m1);
    const key = importDsaPublicKey(unhex(handshake.m1));
    expect(key.ok && `SHA${{ 160: '1', 224: '224', 256: '256' }[key.value.divisorBits]}`).toBe(handshake.dsa_hash);
    const signed = unhex(handshake.m3_signed_part);
    const signature = unhex(handshake.m3).subarray(signed.length);
    expect(key.ok && dsaVerify(key.value, signed, signature)).toBe(true);
    expect(key.ok && dsaVerify(key.value, signed.subarray(1), signature)).toBe(false);
  });
});

describe('keys that are refused', () => {
  const spki = unhex(vectors.handshakes[1]!.m1);

  it('trailing octets, damage, garbage: never an exception', () => {
    expect(importDsaPublicKey(concat(spki, unhex('00')))).toEqual({ ok: false, error: 'unreadable' });
    expect(importDsaPublicKey(new Uint8Array(5000))).toEqual({ ok: false, error: 'size' });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => !importDsaPublicKey(octets).ok));
    fc.assert(
      fc.property(fc.nat(spki.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = spki.slice();
        damaged[at]! ^= change;
        const key = importDsaPublicKey(damaged);
        if (key.ok) dsaVerify(key.value, message, new Uint8Array(40).fill(1));
      }),
      { numRuns: 300 },
    );
  });

  it('other kinds and sizes', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const small = publicKeyOfNumbers((1n << 511n) + 1n, (1n << 159n) + 1n);
    const odd = publicKeyOfNumbers((1n << 1023n) + 1n, (1n << 199n) + 1n);
    expect(importDsaPublicKey(rsa.publicKey.export({ type: 'spki', format: 'der' }))).toEqual({
      ok: false,
      error: 'not-dsa',
    });
    expect(importDsaPublicKey(small)).toEqual({ ok: false, error: 'size' });
    expect(importDsaPublicKey(odd)).toEqual({ ok: false, error: 'size' });
    const pem = Buffer.from(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(importDsaPrivatePem(pem)).toEqual({ ok: false, error: 'not-dsa' });
    expect(importDsaPrivatePem(Buffer.from('nothing'))).toEqual({ ok: false, error: 'unreadable' });
    expect(importDsaPublicPem(pem.toString())).toEqual({ ok: false, error: 'unreadable' });
  });
});
