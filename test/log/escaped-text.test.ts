import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText, MAX_LOGGED_TEXT, quoteValue } from '../../src/lib/escape.js';

const PRINTABLE = /^[^\p{C}\u2028\u2029]*$/u;

describe('text from a peer', () => {
  it.each([
    ['plain text', 'plain text'],
    ['Grüße 日本', 'Grüße 日本'],
    ['two\r\nlines', 'two\\r\\nlines'],
    ['\x1b[2J\t\0\x7f\x9b', '\\x1b[2J\\t\\x00\\x7f\\x9b'],
    ['back\\slash', 'back\\\\slash'],
    ['\u202eabc\u2028\ufeff', '\\u{202e}abc\\u{2028}\\u{feff}'],
    ['\ud800x', '\\u{d800}x'],
  ])('%j is shown as %j', (text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it.each([
    [[0x47, 0x72, 0xfc, 0xdf, 0x65], 'Gr\\xfc\\xdfe'],
    [[0xc3, 0xbc], 'ü'],
    [[0xc0, 0xaf], '\\xc0\\xaf'],
    [[0xe2, 0x82], '\\xe2\\x82'],
    [[0xf0, 0x9f, 0x98, 0x80], '😀'],
    [[0xed, 0xa0, 0x80], '\\xed\\xa0\\x80'],
    [[0xff, 0x0d, 0x0a], '\\xff\\r\\n'],
    [[0xc3, 0x41], '\\xc3A'],
  ])('the octets %j are shown as %j', (octets, shown) => {
    expect(escapeText(Uint8Array.from(octets))).toBe(shown);
  });

  it('is cut, and how much is said', () => {
    expect(escapeText('x'.repeat(MAX_LOGGED_TEXT))).toBe('x'.repeat(MAX_LOGGED_TEXT));
    expect(escapeText('x'.repeat(MAX_LOGGED_TEXT + 3))).toBe(`${'x'.repeat(MAX_LOGGED_TEXT)}…(+3)`);
    expect(escapeText(new Uint8Array(300).fill(0x41), 10)).toBe('AAAAAAAAAA…(+290)');
  });

  it('is printable, on one line and bounded, whatever it is', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.uint8Array({ maxLength: 400 }));
    fc.assert(
      fc.property(text, (given) => {
        expect(escapeText(given)).toMatch(PRINTABLE);
        expect(escapeText(given).length).toBeLessThanOrEqual(MAX_LOGGED_TEXT * 10 + 10);
      }),
    );
  });

  it('is octets and characters alike where both are UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
        expect(escapeText(Buffer.from(text))).toBe(escapeText(text));
      }),
    );
  });
});

describe('the value of a field', () => {
  it.each([
    ['word', 'word'],
    ['/path/to:21', '/path/to:21'],
    [17, '17'],
    [true, 'true'],
    ['two words', '"two words"'],
    ['', '""'],
    ['a=b', '"a=b"'],
    ['say "x"', '"say \\"x\\""'],
    ['a\nb', '"a\\nb"'],
  ])('%j is shown as %s', (value, shown) => {
    expect(quoteValue(value)).toBe(shown);
  });
});
