import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dsaSign } from '../../src/crypto/dsa.js';
import { elGamalEncrypt, elGamalNonce, type ElGamalPublicKey } from '../../src/crypto/elgamal.js';
import { encodeElGamalKey } from '../../src/crypto/elgamal-spki.js';
import { GROUP_14 } from '../../src/crypto/modpow.js';
import { concat } from '../../src/crypto/octets.js';
import { systemRandom } from '../../src/crypto/random.js';
import { findMechanism, isMechanismName } from '../../src/security/mechanism-list.js';
import type { Exchange, RandomSource } from '../../src/security/mechanism.js';
import { beginClientExchange, readServerKey } from '../../src/security/safetp1/client-exchange.js';
import { createSafeTp1 } from '../../src/security/safetp1/exchange.js';
import { decodeM2, encodeM2, encodeSignedPart, type M3Content } from '../../src/security/safetp1/messages.js';
import { vectorServerKeys } from '../vectors/server-keys.js';
import { scripted, unhex, vectors } from '../vectors/vectors.js';
import { flip, must, text } from './association.js';

const key = vectorServerKeys[1]!;
const gateway = createSafeTp1({ key, random: systemRandom });
const challenge = new Uint8Array(16).fill(9);

function begin(address = '192.0.2.33'): Exchange {
  const begun = gateway.begin({ serverAddress: address });
  if (begun.kind !== 'exchange') throw new Error(begun.kind);
  return begun.exchange;
}

const client = (random: RandomSource = systemRandom, serverAddress = '192.0.2.33') =>
  beginClientExchange({ serverKey: must(readServerKey(key.publicDer)), serverAddress, random });

describe('a whole exchange', () => {
  it.each(['192.0.2.33', '2001:db8::21', '::ffff:192.0.2.33'])('establishes both ends at %s', (address) => {
    const mine = client(systemRandom, address);
    const second = begin(address).step(mine.token);
    if (second.kind !== 'continue') throw new Error(second.kind);
    const done = must(mine.exchange.step(second.token));
    const third = second.exchange.step(done.token);
    if (third.kind !== 'established') throw new Error(third.kind);
    const command = must(done.context.protect('ENC', text('USER x')));
    const opened = must(third.context.unprotect('ENC', command.message));
    expect(Buffer.from(opened.text).toString()).toBe('USER x');
  });

  it('finds the mechanism by its name in any case', () => {
    expect(findMechanism([gateway], 'x-safetp1')).toBe(gateway);
    expect(findMechanism([gateway], 'KERBEROS_V4')).toBeUndefined();
    expect(['', 'A B', 'Ä', 'A'.repeat(256)].map(isMechanismName)).toEqual([false, false, false, false]);
    expect(findMechanism([gateway], '')).toBeUndefined();
  });

  it('is refused where the gateway has no address to sign', () => {
    expect(gateway.begin({ serverAddress: '/run/socket' })).toMatchObject({ kind: 'refused', code: 431 });
    expect(() => client(systemRandom, 'localhost')).toThrow(RangeError);
  });
});

describe('M2', () => {
  const { p } = GROUP_14;
  const m2 = (k: ElGamalPublicKey, rest = challenge) => concat(encodeElGamalKey(k), rest);
  const good = { p, g: 2n, y: 12345n };
  const cases: [string, Uint8Array, RegExp][] = [
    ['p too small', m2({ ...good, p: (1n << 1022n) + 1n }), /p is too small/],
    ['p too large', m2({ ...good, p: (1n << 4096n) + 1n }), /p is too large/],
    ['p even', m2({ ...good, p: p - 1n }), /p is even/],
    ['g = 1', m2({ ...good, g: 1n }), /g is out of range/],
    ['g = p−1', m2({ ...good, g: p - 1n }), /g is out of range/],
    ['y = 1', m2({ ...good, y: 1n }), /y is out of range/],
    ['y = p−1', m2({ ...good, y: p - 1n }), /y is out of range/],
    ['trailing octet', m2(good, new Uint8Array(17)), /17 octets follow/],
    ['short challenge', m2(good, new Uint8Array(15)), /15 octets follow/],
    ['another key kind', concat(key.publicDer, challenge), /no ElGamal SubjectPublicKeyInfo/],
    ['nothing', new Uint8Array(), /no DER sequence/],
  ];
  it.each(cases)('%s', (_, octets, why) => {
    const outcome = begin().step(octets);
    expect(outcome).toMatchObject({ kind: 'failed', why: expect.stringMatching(why) as string });
  });

  it('with g unlike 2, a y that is no power of g, or an unknown p is served', () => {
    for (const fine of [good, { ...good, y: 5n }, { ...good, g: 11n }, { p: (1n << 4095n) + 1n, g: 2n, y: 3n }]) {
      expect(begin().step(m2(fine)).kind).toBe('continue');
    }
  });

  it('of garbage never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 700 }), (octets) => begin().step(octets).kind === 'failed'));
    const whole = m2({ p: (1n << 1024n) - 105n, g: 2n, y: 3n });
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
        expect(['failed', 'continue']).toContain(begin().step(flip(whole, bit)).kind);
        decodeM2(flip(whole, bit));
      }),
    );
  });
});

describe('M4', () => {
  it('is refused in every other form, and then for good', () => {
    const mine = client();
    const second = begin().step(mine.token);
    if (second.kind !== 'continue') throw new Error(second.kind);
    const { token } = must(mine.exchange.step(second.token));
    expect(second.exchange.step(flip(token, 100)).kind).toBe('failed');
    expect(second.exchange.step(token).kind).toBe('failed');
  });

  it('of garbage never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const second = begin().step(encodeM2({ key: { ...GROUP_14, y: 7n }, clientChallenge: challenge }));
        return second.kind === 'continue' && second.exchange.step(octets).kind === 'failed';
      }),
      { numRuns: 20 },
    );
  });
});

describe('what the client refuses', () => {
  const x = unhex(vectors.elgamal.x);
  const publicKey = { p: GROUP_14.p, g: 2n, y: BigInt(`0x${vectors.elgamal.y}`) };
  const encrypt = (message: Uint8Array) =>
    elGamalEncrypt(publicKey, message, elGamalNonce(systemRandom, publicKey, message.length));
  const content: M3Content = {
    ciphertext: encrypt(new Uint8Array(40)),
    clientChallenge: challenge,
    serverChallenge: challenge,
    serverAddress: unhex('00000000000000000000ffffc0000221'),
  };
  const signed = (part: Partial<M3Content>) => {
    const octets = encodeSignedPart({ ...content, ...part });
    return concat(octets, dsaSign(key.privateKey, octets));
  };
  const step = (m3: Uint8Array) => client(scripted(x, challenge)).exchange.step(m3);

  it('nothing in a right M3', () => {
    expect(step(signed({})).ok).toBe(true);
  });

  it.each([
    ['malformed-message', signed({}).subarray(1), /563? octets|octets, which cannot be right/],
    ['bad-signature', flip(signed({}), 3), /signature is wrong/],
    ['wrong-challenge', signed({ clientChallenge: new Uint8Array(16) }), /another challenge/],
    [
      'wrong-server-address',
      signed({ serverAddress: unhex('20010db8000000000000000000000021') }),
      /2001:db8::21.*192\.0\.2\.33/,
    ],
    ['bad-master-key', signed({ ciphertext: encrypt(new Uint8Array(39)) }), /does not decrypt/],
    ['bad-master-key', signed({ ciphertext: new Uint8Array(512) }), /does not decrypt/],
  ] as const)('%s', (code, m3, sentence) => {
    expect(step(m3)).toMatchObject({ ok: false, error: { code, text: expect.stringMatching(sentence) as string } });
  });

  it('a signature is judged before anything else in the message', () => {
    const m3 = signed({ clientChallenge: new Uint8Array(16), ciphertext: new Uint8Array(512) });
    expect(step(flip(m3, 0))).toMatchObject({ ok: false, error: { code: 'bad-signature' } });
  });

  it('every flipped bit, and garbage, without an exception', () => {
    const m3 = signed({});
    const exchange = client(scripted(x, challenge)).exchange;
    fc.assert(fc.property(fc.nat(m3.length * 8 - 1), (bit) => !exchange.step(flip(m3, bit)).ok));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 700 }), (octets) => !exchange.step(octets).ok));
    expect(exchange.step(m3).ok).toBe(true);
  });

  it.each([
    [new Uint8Array(5), /is not a public key/],
    [new Uint8Array(9000), /is of a size/],
  ])('a malformed key', (m1, sentence) => {
    expect(readServerKey(m1)).toMatchObject({
      ok: false,
      error: { code: 'malformed-key', text: expect.stringMatching(sentence) as string },
    });
  });
});
