import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader } from '../../src/wire/line.js';
import { escapeTelnet, lineOctets, TelnetFilter } from '../../src/wire/telnet.js';
import { cut, eventsOf, octets, places, singly } from './splits.js';

function texts(input: string, chunks = (whole: Uint8Array) => [whole]): string[] {
  return eventsOf(new LineReader(1000), chunks(octets(input))).map((event) =>
    event.kind === 'line' ? event.line.text : event.kind,
  );
}

const ABORTS = {
  'nothing urgent, or in line': '\xff\xf4\xff\xf2ABOR\r\n',
  'the IAC was urgent (BSD ftp)': '\xff\xf4\xf2ABOR\r\n',
  'the DM was urgent (lftp)': '\xff\xf4\xffABOR\r\n',
  'IP without Synch': '\xff\xf4ABOR\r\n',
  'the LF was urgent (Python ftplib)': 'ABOR\r',
  'Synch before IP': '\xff\xf2\xff\xf4abor\r\n',
};

describe('an abort reads as ABOR', () => {
  for (const [name, input] of Object.entries(ABORTS)) {
    it(name, () => {
      const wanted = [input.includes('abor') ? 'abor' : 'ABOR'];
      expect(texts(input)).toEqual(wanted);
      expect(texts(input, singly)).toEqual(wanted);
      expect(texts(`NOOP\r\n${input}QUIT\r\n`, singly)).toEqual(['NOOP', ...wanted, 'QUIT']);
    });
  }

  it('drops the LF that comes late behind an ABOR, and only one', () => {
    const reader = new LineReader(100);
    expect(eventsOf(reader, [octets('ABOR\r')])).toHaveLength(1);
    expect(reader.buffered).toBe(0);
    expect(eventsOf(reader, [octets('\n')])).toEqual([]);
    expect(reader.buffered).toBe(0);
    expect(eventsOf(reader, [octets('\r\n')]).map((event) => event.kind)).toEqual(['line']);
  });

  it('does not count that LF as pipelined', () => {
    const reader = new LineReader(100);
    reader.push(octets('ABOR\r'));
    reader.push(octets('\n'));
    reader.next();
    expect(reader.buffered).toBe(0);
  });
});

describe('Telnet is removed', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['a doubled IAC is one FF', 'CWD \xff\xff', 'CWD \xff'],
    ['WILL, WONT, DO, DONT take an option along', '\xff\xfb\x01\xff\xfc\x02\xff\xfd\n\xff\xfe\xffUSER a', 'USER a'],
    ['commands of two octets', 'US\xff\xf1ER\xff\xf9 a', 'USER a'],
    ['a subnegotiation, with a doubled IAC and a LF in it', 'A\xff\xfa\x18\n\xff\xff\xf0x\xff\xf0B', 'AB'],
    ['a bare F2 is text unless IAC IP is directly before it', 'CWD \xf2', 'CWD \xf2'],
    ['only one F2 is taken', '\xff\xf4\xf2\xf2', '\xf2'],
    ['an IAC before the end of the line', 'NOOP\xff', 'NOOP'],
  ];
  for (const [name, input, text] of cases) {
    it(name, () => {
      expect(texts(`${input}\r\n`)).toEqual([text]);
      expect(texts(`${input}\r\n`, singly)).toEqual([text]);
    });
  }

  it('a subnegotiation that never ends becomes a line that is too long, and the next line is read', () => {
    expect(texts(`\xff\xfa${'x'.repeat(5000)}\nNOOP\r\n`)).toEqual(['too-long', 'NOOP']);
  });
});

it('the filter gives each octet it is given, or -1', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      const filter = new TelnetFilter();
      for (const octet of input) expect([octet, -1]).toContain(filter.accept(octet));
    }),
  );
});

it('what is escaped for sending arrives as it was, however it is cut', () => {
  const text = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 200 }).map((codes) =>
    String.fromCharCode(...codes)
      .replace(/[\r\n]/g, '_')
      .replace(/^/, '>'),
  );
  fc.assert(
    fc.property(text, places, (sent, at) => {
      expect(texts(`${escapeTelnet(sent)}\r\n`, (whole) => cut(whole, at))).toEqual([sent]);
    }),
  );
});

it('a character beyond latin1 cannot become a line feed', () => {
  expect(Buffer.from(lineOctets(['RETR \u010aDELE x'])).toString('latin1')).toBe('RETR ?DELE x\r\n');
});
