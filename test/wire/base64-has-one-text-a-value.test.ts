import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../src/wire/base64.js';

it('the vectors of RFC 4648 §10', () => {
  for (const [plain, text] of [
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ] as const) {
    const octets = Uint8Array.from(Buffer.from(plain));
    expect(encodeBase64(octets)).toBe(text);
    expect(decodeBase64(text)).toEqual({ ok: true, value: octets });
  }
});

it('refuses what Node would take', () => {
  for (const text of [
    'Zg',
    'Zg=',
    'Zg===',
    'Zh==',
    'Zm9=',
    'Zm8',
    'Zm 9',
    'Zm9v\n',
    ' Zm9v',
    'Zm9v ',
    'Z===',
    '====',
    '=',
    'Zg==Zg==',
    'Zg=a',
    '_-_-',
    'Zm9v\r\n\r\n',
    'Zm9\u0141',
  ])
    expect(decodeBase64(text), text).toEqual({ ok: false, error: 'base64' });
});

it('round trip, and any text that decodes is the one text of its value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      expect(decodeBase64(encodeBase64(octets))).toEqual({ ok: true, value: octets });
    }),
  );
  const near = fc.string({ unit: fc.constantFrom('A', 'Q', 'g', '/', '+', '=', '-'), maxLength: 8 });
  fc.assert(
    fc.property(near, (text) => {
      const decoded = decodeBase64(text);
      if (decoded.ok) expect(encodeBase64(decoded.value)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

it('encodes only the view it is given, and decodes large texts', () => {
  expect(encodeBase64(Uint8Array.from([1, 2, 3, 4, 5]).subarray(1, 4))).toBe('AgME');
  const large = new Uint8Array(3_000_000).fill(7);
  const decoded = decodeBase64(encodeBase64(large));
  expect(decoded.ok && decoded.value.length).toBe(large.length);
});
