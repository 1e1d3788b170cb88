import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandOctets, formatCommand, parseCommand, type CommandError } from '../../src/wire/command.js';
import { MAX_VERB } from '../../src/wire/limits.js';

describe('commands', () => {
  const good: readonly (readonly [string, string, string | undefined])[] = [
    ['NOOP', 'NOOP', undefined],
    ['noop ', 'NOOP', ''],
    ['Retr  two  spaces ', 'RETR', ' two  spaces '],
    ['USER anonymous', 'USER', 'anonymous'],
    ['  PASS x', 'PASS', 'x'],
    ['XSHA256 f', 'XSHA256', 'f'],
    ['STOR \xe4\xff\x7f\t', 'STOR', '\xe4\xff\x7f\t'],
    ['\xff\xf2ABOR', 'ABOR', undefined],
    ['\xf4ABOR', 'ABOR', undefined],
    [`${'V'.repeat(MAX_VERB)} a`, 'V'.repeat(MAX_VERB), 'a'],
  ];
  for (const [text, verb, argument] of good) {
    it(`${JSON.stringify(text)} is ${verb}`, () => {
      expect(parseCommand(text)).toEqual({ ok: true, value: { verb, argument } });
    });
  }

  const bad: readonly (readonly [string, CommandError])[] = [
    ['', 'empty'],
    ['   ', 'empty'],
    ['RETR a\rDELE b', 'forbidden-octet'],
    ['RETR a\nDELE b', 'forbidden-octet'],
    ['RETR a\0', 'forbidden-octet'],
    ['\0', 'forbidden-octet'],
    ['1ABC', 'no-verb'],
    ['RETR\tx', 'no-verb'],
    ['GET / HTTP/1.1'.replace(' ', '/'), 'no-verb'],
    ['\x16\x03\x01', 'no-verb'],
    ['V'.repeat(MAX_VERB + 1), 'no-verb'],
    ['\xe4', 'no-verb'],
  ];
  for (const [text, error] of bad) {
    it(`${JSON.stringify(text)} is refused: ${error}`, () => {
      expect(parseCommand(text)).toEqual({ ok: false, error });
    });
  }

  it('what is parsed and formatted parses to the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const parsed = parseCommand(text);
        if (parsed.ok) expect(parseCommand(formatCommand(parsed.value))).toEqual(parsed);
      }),
    );
  });

  it('sends exactly one line, or throws', () => {
    expect(commandOctets('CWD \xff')).toEqual(Uint8Array.from(Buffer.from('CWD \xff\xff\r\n', 'latin1')));
    for (const text of ['A\rB', 'A\nB', 'A\0']) expect(() => commandOctets(text)).toThrow(RangeError);
  });
});
