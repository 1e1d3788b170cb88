import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_REPLY, MAX_REPLY_LINE } from '../../src/wire/limits.js';
import {
  isCompletion,
  isFailure,
  isFinal,
  isIntermediate,
  isPreliminary,
  reply,
  ReplyAssembler,
  replyOctets,
  ReplyReader,
  replyText,
  type ReplyEvent,
} from '../../src/wire/reply.js';
import { cut, eventsOf, nastyOctets, octets, places, singly } from './splits.js';

const read = (text: string): ReplyEvent[] => eventsOf(new ReplyReader(), [octets(text)]);
const lines = (text: string): (readonly string[] | string)[] =>
  read(text).map((event) => (event.kind === 'reply' ? event.reply.lines : event.why));

const GOLDEN: Readonly<Record<string, readonly [string, number]>> = {
  'vsftpd greeting': ['220 (vsFTPd 3.0.3)\r\n', 220],
  'vsftpd FEAT': [
    '211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n REST STREAM\r\n SIZE\r\n TVFS\r\n211 End\r\n',
    211,
  ],
  'vsftpd login with a message of the day': ['230-Welcome, 230 of you\r\n230-\r\n230 Login successful.\r\n', 230],
  'pure-ftpd greeting': [
    '220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220-You are user number 1 of 50 allowed.\r\n' +
      '220-Local time is now 10:02. Server port: 2175.\r\n220 You will be disconnected after 15 minutes.\r\n',
    220,
  ],
  'proftpd STAT of a file': ['213-Status of x:\r\n-rw-r--r--   1 u g 200 Nov 22 10:02 x\r\n213 End of status\r\n', 213],
  'proftpd HELP': [
    "214-The following commands are recognized (* =>'s unimplemented):\r\n CWD     XCWD    CDUP\r\n" +
      ' 214 looks like the end\r\n214 Direct comments to root@localhost\r\n',
    214,
  ],
  'wu-ftpd, text without codes': ['230-Hello\r\n\r\n331 is not our code\r\n2300 nor this\r\n230 Go.\r\n', 230],
  'IIS, bare code at the end': ['250-Directory of x\r\nline\r\n250\r\n', 250],
  'bare line feeds': ['220-a\n b\n220 c\n', 220],
  'a code and nothing else': ['200\r\n', 200],
  'a code and a space': ['200 \r\n', 200],
  'RFC 959 §4.2': ['123-First line\r\nSecond line\r\n  234 A line\r\n123 The last line\r\n', 123],
  'RFC 2228 fragment': ['631-AAAA\r\n631 BBBB\r\n', 631],
};

describe('each is one reply, verbatim', () => {
  for (const [name, [text, code]] of Object.entries(GOLDEN)) {
    it(name, () => {
      const expected = [{ kind: 'reply', reply: { code, lines: text.split(/\r?\n/).slice(0, -1) } }];
      expect(read(text)).toEqual(expected);
      expect(eventsOf(new ReplyReader(), singly(octets(text)))).toEqual(expected);
      // A second one behind it is not swallowed.
      expect(read(text + text)).toHaveLength(2);
    });
  }
});

it('whole = octet by octet = any cut, and garbage never throws', () => {
  fc.assert(
    fc.property(nastyOctets, places, (input, at) => {
      const whole = eventsOf(new ReplyReader(), [input]);
      expect(eventsOf(new ReplyReader(), singly(input))).toEqual(whole);
      expect(eventsOf(new ReplyReader(), cut(input, at))).toEqual(whole);
    }),
  );
});

describe('malformed', () => {
  it('a line that begins no reply', () => {
    for (const text of ['hello', '', ' 220 x', '22 x', '2200 x', '220x', '020 x', '720 x', '220\tx']) {
      expect(lines(`${text}\r\n220 ok\r\n`)).toEqual(['no-code', ['220 ok']]);
    }
  });

  it('a line that is too long is said, and reading goes on', () => {
    expect(lines(`220 ${'x'.repeat(MAX_REPLY_LINE)}\r\n221 ok\r\n`)).toEqual(['line-too-long', ['221 ok']]);
  });

  it('within a reply it spoils that reply, once, to its end', () => {
    const long = 'x'.repeat(MAX_REPLY_LINE);
    expect(lines(`220-a\r\n${long}\r\n${long}\r\nb\r\n220 c\r\n221 ok\r\n`)).toEqual(['line-too-long', ['221 ok']]);
  });

  it('a reply that never ends is said once and held no longer', () => {
    const assembler = new ReplyAssembler();
    const line = 'x'.repeat(1022);
    const events: ReplyEvent[] = [];
    const accept = (text: string): void => {
      const event = assembler.accept(text);
      if (event !== undefined) events.push(event);
    };
    accept('220-');
    for (let at = 0; at < (2 * MAX_REPLY) / 1024; at += 1) accept(line);
    accept('220 end');
    accept('221 ok');
    expect(events).toEqual([
      { kind: 'malformed', why: 'reply-too-long' },
      { kind: 'reply', reply: { code: 221, lines: ['221 ok'] } },
    ]);
  });

  it('a reply that only its last line makes too long does not leave the assembler skipping', () => {
    const assembler = new ReplyAssembler();
    assembler.accept('220-');
    for (let at = 0; at < MAX_REPLY / 1024 - 1; at += 1) assembler.accept('x'.repeat(1022));
    expect(assembler.accept(`220 ${'x'.repeat(2000)}`)).toEqual({ kind: 'malformed', why: 'reply-too-long' });
    expect(assembler.accept('221 ok')?.kind).toBe('reply');
  });
});

describe('making replies', () => {
  it('one text, several texts, none', () => {
    expect(reply(200, 'Ok').lines).toEqual(['200 Ok']);
    expect(reply(211, ['Features:', 'EPSV', '211 End', 'End']).lines).toEqual([
      '211-Features:',
      ' EPSV',
      ' 211 End',
      '211 End',
    ]);
    expect(reply(200, []).lines).toEqual(['200 ']);
  });

  it('no text can break out of its line', () => {
    expect(reply(550, 'a\r\n230 in\0').lines).toEqual(['550 a  230 in ']);
    expect(Buffer.from(replyOctets({ code: 550, lines: ['550 a\n230 b'] })).toString()).toBe('550 a 230 b\r\n');
  });

  it('what is made and sent is read as it was', () => {
    const text = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 699 }), fc.array(text, { maxLength: 5 }), (code, some) => {
        const made = reply(code, some);
        expect(eventsOf(new ReplyReader(), [replyOctets(made)])).toEqual([{ kind: 'reply', reply: made }]);
        expect(replyText(made)).toBe((some.at(-1) ?? '').replace(/[\r\n\0]/g, ' '));
      }),
    );
  });

  it('FF is doubled', () => {
    expect(replyOctets(reply(257, '"\xff"'))).toEqual(octets('257 "\xff\xff"\r\n'));
  });

  it('the text of a bare code is empty', () => {
    expect(replyText({ code: 200, lines: ['200'] })).toBe('');
    expect(replyText({ code: 200, lines: ['200-a', '200 b c'] })).toBe('b c');
  });
});

it('classes of codes', () => {
  const classes = [150, 226, 331, 425, 550, 632].map((code) => {
    const one = reply(code, '');
    return [isPreliminary, isCompletion, isIntermediate, isFinal, isFailure].map((is) => (is(one) ? 1 : 0)).join('');
  });
  expect(classes).toEqual(['10000', '01010', '00110', '00011', '00011', '00000']);
});
