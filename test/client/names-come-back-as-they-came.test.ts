// A file whose name is no UTF-8 has to be named to the server again by the octets it was listed with.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isText, nameFromWire, nameToWire } from '../../src/client/remote-name.js';

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Octets of which many are pieces of UTF-8. */
const octets = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    ),
  )
  .map((pieces) => latin1(Buffer.concat(pieces)));

describe('names on the server', () => {
  it('are the same octets again, whatever these are', () => {
    fc.assert(
      fc.property(octets, (wire) => nameToWire(nameFromWire(wire)) === wire),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (some) => nameToWire(nameFromWire(latin1(some))) === latin1(some)),
      { numRuns: 2000 },
    );
  });

  it('are told apart where their octets differ', () => {
    fc.assert(fc.property(octets, octets, (a, b) => a === b || nameFromWire(a) !== nameFromWire(b)));
  });

  it('are the text that they are where they are UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(nameFromWire(utf8(text))).toBe(text);
        expect(isText(nameFromWire(utf8(text)))).toBe(true);
      }),
    );
  });

  it.each([
    ['nothing but ASCII', 'a b', 'a b'],
    ['an umlaut', utf8('ü'), 'ü'],
    ['four octets', utf8('😀'), '😀'],
    ['a byte order mark', utf8('\ufeffa'), '\ufeffa'],
    ['latin1', '\xfc', '\udcfc'],
    ['a readable part and an octet that is none', `${utf8('naïve ')}\xff`, 'naïve \udcff'],
    ['a character that is cut off', '\xe2\x82', '\udce2\udc82'],
    ['an overlong slash', '\xc0\xaf', '\udcc0\udcaf'],
    ['a surrogate in UTF-8', '\xed\xb2\x80', '\udced\udcb2\udc80'],
    ['more than Unicode has', '\xf4\x90\x80\x80', '\udcf4\udc90\udc80\udc80'],
  ])('%s', (_, wire, name) => {
    expect(nameFromWire(wire)).toBe(name);
    expect(nameToWire(name)).toBe(wire);
    expect(isText(name)).toBe(utf8(name) === wire);
  });

  it('get no slash and no line end from an escape', () => {
    for (const char of ['\udc2f', '\udc0d', '\udc00']) expect(nameToWire(char)).toBe(utf8('\ufffd'));
  });
});
