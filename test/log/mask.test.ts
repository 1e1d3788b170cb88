import { describe, expect, it } from 'vitest';
import { EVENT_NAMES } from '../../schemas/logging.js';
import { DEFAULT_MASK, isMask, MASK_NAMES, maskOf, namesOf, parseMask } from '../../src/log/events.js';

describe('the log mask', () => {
  it('has the categories of the manual, which are those of the schema', () => {
    expect(MASK_NAMES).toEqual(EVENT_NAMES);
    expect(MASK_NAMES.map((name) => maskOf([name]))).toEqual([1, 2, 4, 8, 16, 32, 128]);
    expect(maskOf(MASK_NAMES)).toBe(DEFAULT_MASK);
    expect(maskOf(['errors', 'errors'])).toBe(1);
    expect(namesOf(0x81)).toEqual(['errors', 'timestamp']);
  });

  it.each([
    ['0x81', 0x81],
    ['0XBF', 0xbf],
    ['129', 129],
    ['0', 0],
    ['errors,timestamp', 0x81],
    ['errors, users', 0x21],
  ])('reads %j', (text, expected) => {
    expect(parseMask(text)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['64', 'log mask 64: 64 (0x40) is unassigned; leave it out: 0'],
    ['0xff', 'log mask 0xff: 64 (0x40) is unassigned; leave it out: 191'],
    ['0x100', 'log mask 0x100: the sum of all categories is 0xbf (191)'],
    [
      '4294967297',
      'log mask: "4294967297" is neither a number nor a category; expected a decimal or 0x… sum, or names out of errors, warnings, connections, compatibility, debug, users, timestamp',
    ],
    [
      'eror',
      'log mask: "eror" is neither a number nor a category (did you mean errors?); expected a decimal or 0x… sum, or names out of errors, warnings, connections, compatibility, debug, users, timestamp',
    ],
    [
      '',
      'log mask: "" is neither a number nor a category; expected a decimal or 0x… sum, or names out of errors, warnings, connections, compatibility, debug, users, timestamp',
    ],
  ])('refuses %j', (text, error) => {
    expect(parseMask(text)).toEqual({ ok: false, error });
  });

  it('is a sum of assigned bits', () => {
    expect([0, 0xbf, 0x81].every(isMask)).toBe(true);
    expect([64, 0xff, -1, 1.5, NaN, 2 ** 32 + 1].some(isMask)).toBe(false);
  });
});
