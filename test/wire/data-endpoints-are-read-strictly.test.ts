import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, parseIpv6 } from '../../src/wire/address.js';
import {
  addressFamily,
  formatEprt,
  formatEpsvReply,
  formatPasvReply,
  formatPort,
  parseEprt,
  parseEpsvArgument,
  parseEpsvReply,
  parsePasvReply,
  parsePort,
  plainAddress,
} from '../../src/wire/host-port.js';
import { reply } from '../../src/wire/reply.js';

const endpoint = (address: string, port: number): unknown => ({ ok: true, value: { address, port } });
const syntax = { ok: false, error: 'syntax' };
const protocol = { ok: false, error: 'protocol' };
const port = fc.integer({ min: 1, max: 65_535 });

describe('PORT', () => {
  it('reads six decimal numbers and nothing else', () => {
    expect(parsePort('127,0,0,1,164,16')).toEqual(endpoint('127.0.0.1', 42_000));
    expect(parsePort('010,000,000,001,000,021')).toEqual(endpoint('10.0.0.1', 21));
    for (const bad of [
      '',
      '127,0,0,1,164',
      '127,0,0,1,164,16,1',
      '256,0,0,1,164,16',
      '127,0,0,1,164,256',
      '+127,0,0,1,164,16',
      '127,0,0,-1,164,16',
      '127, 0,0,1,164,16',
      ' 127,0,0,1,164,16',
      '127,0,0,1,164,16 ',
      '127,0,0,1,164,16\n',
      '127,0,0,1,0,0',
      '127.0.0.1.164.16',
      '0x7f,0,0,1,164,16',
      '1e1,0,0,1,164,16',
      '127,0,0,1,164,',
    ])
      expect(parsePort(bad), bad).toEqual(syntax);
  });

  it('round trip; an IPv4-mapped address is written as IPv4, IPv6 cannot be', () => {
    fc.assert(
      fc.property(fc.ipV4(), port, (address, number) => {
        expect(parsePort(formatPort({ address, port: number }))).toEqual(endpoint(address, number));
      }),
    );
    expect(formatPort({ address: '::ffff:127.0.0.1', port: 258 })).toBe('127,0,0,1,1,2');
    expect(() => formatPort({ address: '::1', port: 258 })).toThrow(RangeError);
  });
});

describe('EPRT', () => {
  it('the examples of RFC 2428 and other delimiters', () => {
    expect(parseEprt('|1|132.235.1.2|6275|')).toEqual(endpoint('132.235.1.2', 6275));
    expect(parseEprt('|2|1080::8:800:200C:417A|5282|')).toEqual(endpoint('1080::8:800:200c:417a', 5282));
    expect(parseEprt('!2!::1!21!')).toEqual(endpoint('::1', 21));
    expect(parseEprt('|2|::ffff:10.0.0.1|21|')).toEqual(endpoint('10.0.0.1', 21));
  });

  it('refuses', () => {
    for (const bad of [
      '',
      '|',
      '|1|10.0.0.1|21',
      '|1|10.0.0.1|21||',
      '|1|10.0.0.1|21|x',
      ' |1|10.0.0.1|21|',
      '|1|::1|21|',
      '|2|10.0.0.1|21|',
      '|1|010.0.0.1|21|',
      '|1|10.0.1|21|',
      '|1|10.0.0.1|0|',
      '|1|10.0.0.1|65536|',
      '|1|10.0.0.1|+21|',
      '||10.0.0.1|21|',
      '|x|10.0.0.1|21|',
      '|2|fe80::1%lo|21|',
      '|2|1::2::3|21|',
    ])
      expect(parseEprt(bad), bad).toEqual(syntax);
    expect(parseEprt('|3|whatever|21|')).toEqual(protocol);
    expect(parseEprt('|0|x|21|')).toEqual(protocol);
  });

  it('round trip', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), port, (address, number) => {
        const sent = { address: plainAddress(address), port: number };
        expect(parseEprt(formatEprt(sent))).toEqual({ ok: true, value: sent });
      }),
    );
  });
});

describe('227', () => {
  const texts = [
    'Entering Passive Mode (127,0,0,1,164,16).',
    'Entering Passive Mode (127,0,0,1,164,16)',
    'Entering Passive Mode 127,0,0,1,164,16',
    'Entering Passive Mode. A1,A2,A3,A4,a1,a2 (127,0,0,1,164,16)',
    '=127,0,0,1,164,16',
    'Entering passive mode on 127, 0, 0, 1, 164, 16;',
    'Passive mode since 22,11,2026 at 127,0,0,1,164,16',
    '(127,000,000,001,164,016)',
  ];
  for (const text of texts) {
    it(text, () => {
      expect(parsePasvReply(reply(227, text))).toEqual(endpoint('127.0.0.1', 42_000));
    });
  }

  it('several lines, the numbers in either', () => {
    expect(parsePasvReply(reply(227, ['127,0,0,1,164,16', 'Ok']))).toEqual(endpoint('127.0.0.1', 42_000));
    expect(parsePasvReply(reply(227, ['Ok', '127,0,0,1,164,16']))).toEqual(endpoint('127.0.0.1', 42_000));
  });

  it('refuses', () => {
    for (const text of [
      '',
      'Ok',
      '(1,2,3,4,5)',
      '(1,2,3,4,5,6,7)',
      '(1,2,3,4,5,256)',
      '(127,0,0,1,0,0)',
      '1,2,3,4,5,6666',
    ])
      expect(parsePasvReply(reply(227, text)), text).toEqual(syntax);
    expect(parsePasvReply(reply(229, '(127,0,0,1,164,16)'))).toEqual(syntax);
  });

  it('round trip', () => {
    fc.assert(
      fc.property(fc.ipV4(), port, (address, number) => {
        expect(parsePasvReply(formatPasvReply({ address, port: number }))).toEqual(endpoint(address, number));
      }),
    );
    expect(formatPasvReply({ address: '127.0.0.1', port: 42_000 }).lines).toEqual([
      '227 Entering Passive Mode (127,0,0,1,164,16).',
    ]);
  });
});

describe('229 and EPSV', () => {
  it('finds the port', () => {
    for (const text of [
      'Entering Extended Passive Mode (|||6446|)',
      'ok (!!!6446!).',
      'EPSV ok |||6446|',
      '(((|||6446|)',
    ])
      expect(parseEpsvReply(reply(229, text)), text).toEqual({ ok: true, value: 6446 });
    fc.assert(
      fc.property(port, (number) => {
        expect(parseEpsvReply(formatEpsvReply(number))).toEqual({ ok: true, value: number });
      }),
    );
  });

  it('refuses', () => {
    for (const text of [
      '',
      '6446',
      '(|||0|)',
      '(|||65536|)',
      '(|||-1|)',
      '(|1|10.0.0.1|6446|)',
      '(||6446|)',
      '(|||6446!)',
    ])
      expect(parseEpsvReply(reply(229, text)), text).toEqual(syntax);
    expect(parseEpsvReply(reply(227, '(|||6446|)'))).toEqual(syntax);
  });

  it('arguments', () => {
    const of = (argument: string | undefined): unknown => {
      const parsed = parseEpsvArgument(argument);
      return parsed.ok ? parsed.value : parsed.error;
    };
    expect([undefined, '', 'ALL', 'all', '1', '2', '3', '0', 'x', '-1', '1 '].map(of)).toEqual([
      'any',
      'any',
      'all',
      'all',
      1,
      2,
      'protocol',
      'protocol',
      'syntax',
      'syntax',
      'syntax',
    ]);
  });
});

describe('addresses', () => {
  const golden: readonly (readonly [string, string])[] = [
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::FFFF:7f00:1', '127.0.0.1'],
    ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['FE80::1%eth0', 'fe80::1%eth0'],
    ['not an address', 'not an address'],
    ['', ''],
  ];
  for (const [text, plain] of golden) {
    it(`${text} is ${plain}`, () => {
      expect(plainAddress(text)).toBe(plain);
      expect(plainAddress(plain)).toBe(plain);
    });
  }

  it('families', () => {
    expect(['1.2.3.4', '::ffff:1.2.3.4', '::1', 'fe80::1%lo'].map(addressFamily)).toEqual([1, 1, 2, 2]);
  });

  it('accepts what node:net accepts, and nothing else', () => {
    const near = fc
      .array(fc.constantFrom('0', '1', 'ffff', 'g', ':', '::', '.', '255', '256', '01', '1.2.3.4', ''), {
        maxLength: 16,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(near, fc.ipV6(), fc.ipV4()), (text) => {
        expect(canonicalAddress(text) !== undefined, text).toBe(isIPv4(text) || isIPv6(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('the canonical text means the same address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const canonical = plainAddress(text);
        expect(parseIpv6(canonical.includes(':') ? canonical : `::ffff:${canonical}`)).toEqual(parseIpv6(text));
      }),
    );
  });
});

it('garbage never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      parsePort(text);
      parseEprt(text);
      parseEpsvArgument(text);
      parsePasvReply({ code: 227, lines: [text] });
      parseEpsvReply({ code: 229, lines: [text] });
      addressFamily(text);
    }),
  );
});
