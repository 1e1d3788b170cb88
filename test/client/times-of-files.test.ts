import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFactTime, parseFactTime } from '../../src/client/listing/fact-time.js';

describe('a time of RFC 3659', () => {
  it('is the same again, to the second', () => {
    const times = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(times, (time) => {
        const seconds = Math.floor(time.getTime() / 1000) * 1000;
        expect(parseFactTime(formatFactTime(time))?.getTime()).toBe(seconds);
      }),
    );
  });

  it.each([
    ['20010909014640', '2001-09-09T01:46:40.000Z'],
    ['20010909014640.5', '2001-09-09T01:46:40.500Z'],
    ['20010909014640.123456789', '2001-09-09T01:46:40.123Z'],
    ['20240229000000', '2024-02-29T00:00:00.000Z'],
    ['20161231235960', '2017-01-01T00:00:00.000Z'],
    ['00500101000000', '0050-01-01T00:00:00.000Z'],
  ])('%s', (text, time) => {
    expect(parseFactTime(text)?.toISOString()).toBe(time);
  });

  it.each([
    ['a month 13', '20011301000000'],
    ['a 30th of February', '20010230000000'],
    ['an hour 24', '20010909240000'],
    ['a minute 60', '20010909016000'],
    ['a second 61', '20010909014661'],
    ['a fraction without digits', '20010909014640.'],
    ['too few digits', '200109090146'],
    ['the year 19101 of servers of 2001', '191010909014640'],
    ['a sign', '-2001090901464'],
    ['words', 'yesterday'],
    ['nothing', ''],
  ])('is none with %s', (_, text) => {
    expect(parseFactTime(text)).toBeUndefined();
  });

  it('cannot be said of a year beyond 9999', () => {
    expect(() => formatFactTime(new Date('+010000-01-01T00:00:00Z'))).toThrow(RangeError);
  });
});
