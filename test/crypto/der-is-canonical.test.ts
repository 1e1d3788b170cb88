import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDer, der, encodeDer, sequenceLength, type DerValue } from '../../src/crypto/der.js';
import { hex, unhex } from '../vectors/vectors.js';

const { value } = fc.letrec<{ value: DerValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.bigInt(0n, 1n << 300n).map(der.integer),
    fc.uint8Array({ maxLength: 300 }).map(der.bitString),
    fc.uint8Array({ maxLength: 300 }).map(der.octetString),
    fc.constant(der.oid('1.3.14.7.2.1.1')),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => der.sequence(...items)),
  ),
}));

describe('DER', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(value, (written) => {
        const octets = encodeDer(written);
        const read = decodeDer(octets, 100_000);
        expect(read && hex(encodeDer(read))).toBe(hex(octets));
        if (written.kind === 'sequence') expect(sequenceLength(octets, 100_000)).toBe(octets.length);
      }),
    );
  });

  it('never throws, and takes no second spelling of a value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        const read = decodeDer(octets, 60);
        if (read !== undefined) expect(hex(encodeDer(read))).toBe(hex(octets));
        sequenceLength(octets, 60);
      }),
      { numRuns: 2000 },
    );
  });

  const refused = {
    'an integer with a needless zero': '02020001',
    'a negative integer': '020181',
    'an empty integer': '0200',
    'a long form of a short length': '30810302010a',
    'an indefinite length': '308002010a0000',
    'trailing octets': '3003020101ff',
    'a short content': '3004020101',
    'a bit string with unused bits': '03020180',
    'an empty bit string': '0300',
    'a set': '3103020101',
    'a constructed integer': '2203020101',
    'a context tag': 'a003020101',
    'an empty object identifier': '0600',
    'an object identifier with needless octets': '06032a8001',
    'deep nesting': '300e300c300a300830063004300230 00'.replace(' ', ''),
    nothing: '',
  };
  it.each(Object.entries(refused))('refuses %s', (_, octets) => {
    expect(decodeDer(unhex(octets), 100)).toBeUndefined();
  });

  it('tells the length of a sequence only in its shortest form and within bounds', () => {
    expect(sequenceLength(unhex('3003020101ffff'), 100)).toBe(5);
    for (const octets of [
      '',
      '30',
      '0203020101',
      '308003020101',
      '308103020101',
      '30820003020101',
      '3083000003020101',
    ]) {
      expect(sequenceLength(unhex(octets), 100)).toBeUndefined();
    }
    expect(sequenceLength(unhex('3003020101'), 4)).toBeUndefined();
    expect(sequenceLength(unhex('30030201'), 100)).toBeUndefined();
    expect(sequenceLength(unhex('3082ffff'), 100)).toBeUndefined();
    expect(sequenceLength(unhex('3081'), 100)).toBeUndefined();
  });
});
