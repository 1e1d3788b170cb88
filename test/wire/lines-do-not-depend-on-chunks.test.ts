import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader, type LineEvent } from '../../src/wire/line.js';
import { cut, eventsOf, nastyOctets, octets, places, singly } from './splits.js';

const MAX = 40;
const read = (chunks: Iterable<Uint8Array>, max = MAX): LineEvent[] => eventsOf(new LineReader(max), chunks);
const shown = (events: readonly LineEvent[]): string[] =>
  events.map((event) => (event.kind === 'line' ? event.line.text : event.kind));

it('whole = octet by octet = any cut', () => {
  fc.assert(
    fc.property(nastyOctets, places, (input, at) => {
      const whole = read([input]);
      expect(read(singly(input))).toEqual(whole);
      expect(read(cut(input, at))).toEqual(whole);
      // Everything queued first and parsed afterwards.
      const lazy = new LineReader(MAX);
      for (const chunk of cut(input, at)) lazy.push(chunk);
      expect(eventsOf(lazy, [new Uint8Array()])).toEqual(whole);
    }),
  );
});

it('raw of all lines and what is left together are the input', () => {
  fc.assert(
    fc.property(nastyOctets, places, (input, at) => {
      fc.pre(!Buffer.from(input).toString('latin1').toUpperCase().includes('ABOR'));
      const reader = new LineReader(1 << 20);
      const raws = eventsOf(reader, cut(input, at)).map((event) =>
        event.kind === 'line' ? event.line.raw : new Uint8Array(),
      );
      const left = reader.buffered;
      const rest = reader.drain();
      expect(rest.length).toBe(left);
      expect(reader.buffered).toBe(0);
      expect(Buffer.concat([...raws, rest])).toEqual(Buffer.from(input));
    }),
  );
});

describe('line ends', () => {
  it('CRLF and bare LF end a line; one CR before LF belongs to the end', () => {
    expect(shown(read([octets('a\r\nb\nc\r\r\n\r\n\nd\re\r\n')]))).toEqual(['a', 'b', 'c\r', '', '', 'd\re']);
  });

  it('a line without end is not given out', () => {
    const reader = new LineReader(MAX);
    reader.push(octets('NOOP\r'));
    expect(reader.next()).toBeUndefined();
    expect(reader.buffered).toBe(5);
    reader.push(octets('\nQ'));
    expect(shown(eventsOf(reader, [new Uint8Array()]))).toEqual(['NOOP']);
    expect(reader.buffered).toBe(1);
  });

  it('raw holds the Telnet octets before and within the line', () => {
    const raw = octets('\xff\xfb\x01AUTH\xff\xf1 X\r\n');
    expect(read([raw])).toEqual([{ kind: 'line', line: { text: 'AUTH X', raw } }]);
  });
});

describe('laziness', () => {
  it('what is pipelined behind a line stays countable and comes out untouched', () => {
    const reader = new LineReader(MAX);
    reader.push(octets('AUTH X\r\n\xff\xf4US'));
    reader.push(octets('ER a\r\n'));
    expect(reader.buffered).toBe(18);
    reader.next();
    expect(reader.buffered).toBe(10);
    expect(reader.drain()).toEqual(octets('\xff\xf4USER a\r\n'));
    expect(reader.next()).toBeUndefined();
  });

  it('drain forgets a half sequence and a half line', () => {
    const reader = new LineReader(MAX);
    eventsOf(reader, [octets('ab\xff')]);
    expect(reader.drain()).toEqual(octets('ab\xff'));
    expect(shown(eventsOf(reader, [octets('\xf4NOOP\r\n')]))).toEqual(['\xf4NOOP']);
  });
});

describe('length', () => {
  it('a line of exactly the limit passes, of one octet more does not', () => {
    const line = (length: number): Uint8Array => octets(`${'x'.repeat(length - 2)}\r\nNOOP\r\n`);
    expect(shown(read([line(MAX)]))).toEqual(['x'.repeat(MAX - 2), 'NOOP']);
    expect(shown(read([line(MAX + 1)]))).toEqual(['too-long', 'NOOP']);
    expect(shown(read(singly(line(MAX + 1))))).toEqual(['too-long', 'NOOP']);
  });

  it('too-long is said once, and nothing of the line is kept', () => {
    const reader = new LineReader(MAX);
    const chunk = octets('y'.repeat(65_536));
    const events = eventsOf(
      reader,
      Array.from({ length: 200 }, () => chunk),
    );
    expect(events).toEqual([{ kind: 'too-long' }]);
    expect(reader.buffered).toBe(0);
    expect(shown(eventsOf(reader, [octets('z\nNOOP\n')]))).toEqual(['NOOP']);
  });

  it('many small chunks and one huge one take linear time', () => {
    const started = performance.now();
    const size = 2_000_000;
    const slow = new LineReader(size * 2);
    for (let i = 0; i < size; i += 1) {
      slow.push(Uint8Array.of(0x61));
      if (i % 1000 === 0) slow.next();
    }
    slow.push(Uint8Array.of(0x0a));
    const event = slow.next();
    expect(event?.kind === 'line' && event.line.text.length).toBe(size);
    expect(read([octets('NOOP\r\n'.repeat(300_000))])).toHaveLength(300_000);
    // Linear takes well under a second; quadratic would take hours.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
