import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/crypto/random.js';
import type { BlockLevel } from '../../src/security/mechanism.js';
import { encodeBlocks } from '../../src/security/safetp1/data-blocks.js';
import { SafeTp1Opener, SafeTp1Sealer } from '../../src/security/safetp1/data-codec.js';
import { LAST_SEQUENCE } from '../../src/security/safetp1/profile.js';
import { associate, flip, knownKeys, must, text } from './association.js';

const refused = { ok: false, error: 'check-failed' };

describe.each(['S', 'P'] as const)('at %s', (level: BlockLevel) => {
  const forged = (message: { flags: number; sequence: number; body?: Uint8Array }) =>
    encodeBlocks(knownKeys().client, level, [{ body: new Uint8Array(), ...message }], systemRandom(8))[0]!;
  const ends = (bufferSize = 1024) => {
    const { client, server } = associate();
    return { sealer: client.sealer(level, bufferSize), opener: server.opener(level, bufferSize) };
  };

  it('round-trips batches of any size within the buffer size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 256, max: 3000 }), fc.array(fc.nat(3000), { maxLength: 6 }), (size, lengths) => {
        const { sealer, opener } = ends(size);
        const pieces = lengths.map((length) => systemRandom(1 + (length % sealer.capacity)));
        const blocks = [...must(sealer.seal(pieces)), must(sealer.sealLast())];
        for (const block of blocks) {
          expect(block.length).toBeLessThanOrEqual(opener.maximumBlock);
          expect(block.length).toBeGreaterThanOrEqual(opener.minimumBlock);
        }
        const opened = must(opener.open(blocks));
        expect(opened.last).toBe(true);
        expect(Buffer.concat(opened.data).equals(Buffer.concat(pieces))).toBe(true);
        expect(opener.sequence).toBe(sealer.sequence);
      }),
    );
  });

  it('fills the buffer size to within one cipher block, and no more', () => {
    for (let size = 256; size < 300; size++) {
      const { sealer } = ends(size);
      const [block] = must(sealer.seal([new Uint8Array(sealer.capacity)]));
      expect(size - block!.length).toBeLessThan(8);
      expect(size - block!.length).toBeGreaterThanOrEqual(0);
      expect(() => sealer.seal([new Uint8Array(sealer.capacity + 1)])).toThrow(RangeError);
    }
  });

  it('refuses any flipped bit and garbage, then everything', () => {
    const { sealer } = ends();
    const [block] = must(sealer.seal([text('data')]));
    for (let bit = 0; bit < block!.length * 8; bit++) {
      const { opener } = ends();
      expect(opener.open([flip(block!, bit)])).toEqual(refused);
      expect(opener.open([block!])).toEqual(refused);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => !ends().opener.open([octets]).ok));
    const { opener } = ends();
    expect(opener.open([new Uint8Array(1025)])).toEqual(refused);
  });

  it('accepts a gap at the start of a transfer and none within', () => {
    const { opener } = ends();
    expect(must(opener.open([forged({ flags: 1, sequence: 41 })])).last).toBe(false);
    expect(opener.sequence).toBe(42);
    expect(opener.open([forged({ flags: 1, sequence: 43 })])).toEqual(refused);
  });

  it('refuses a replay within a transfer and in the next one', () => {
    const { client, server } = associate();
    const sealer = client.sealer(level, 1024);
    const blocks = [...must(sealer.seal([text('a'), text('b')])), must(sealer.sealLast())];
    const first = server.opener(level, 1024);
    must(first.open(blocks));
    const next = server.afterTransfer({ opened: first.sequence });
    for (const block of blocks) expect(next.opener(level, 1024).open([block])).toEqual(refused);
    const again = server.opener(level, 1024);
    must(again.open([blocks[0]!]));
    expect(again.open([blocks[0]!])).toEqual(refused);
    expect(next.afterTransfer({ opened: 0 }).opener(level, 1024).sequence).toBe(3);
  });

  it('refuses a block behind the last, in one batch or the next, and seals none', () => {
    const { sealer, opener } = ends();
    const last = must(sealer.sealLast());
    expect(sealer.seal([text('x')])).toEqual(refused);
    expect(sealer.sealLast()).toEqual(refused);
    const behind = forged({ flags: 1, sequence: 1 });
    expect(ends().opener.open([last, behind])).toEqual(refused);
    expect(must(opener.open([last])).last).toBe(true);
    expect(opener.open([behind])).toEqual(refused);
  });

  it.each([0x00, 0x02, 0x05, 0x81, 0x07, 0xff])('refuses flags %d', (flags) => {
    expect(ends().opener.open([forged({ flags, sequence: 0 })])).toEqual(refused);
  });

  it('refuses a last block with data, and takes an empty one that is not the last', () => {
    expect(ends().opener.open([forged({ flags: 3, sequence: 0, body: text('x') })])).toEqual(refused);
    expect(must(ends().opener.open([forged({ flags: 1, sequence: 0 })]))).toEqual({ data: [], last: false });
  });

  it('uses the last sequence number once', () => {
    const { client: keys } = knownKeys();
    const setting = { keys, level, bufferSize: 256, sequence: LAST_SEQUENCE };
    expect(new SafeTp1Sealer(setting, systemRandom).seal([text('a'), text('b')])).toEqual(refused);
    const sealer = new SafeTp1Sealer(setting, systemRandom);
    const [block] = must(sealer.seal([text('a')]));
    expect(sealer.sealLast()).toEqual(refused);
    const opener = new SafeTp1Opener(setting);
    expect(must(opener.open([block!])).data).toHaveLength(1);
    expect(opener.open([forged({ flags: 1, sequence: 0 })])).toEqual(refused);
  });
});

describe('across the channels', () => {
  it('a command is no data block', () => {
    const { client, server } = associate();
    const { message } = must(client.protect('MIC', text('DELE all')));
    expect(server.opener('S', 256).open([message])).toEqual(refused);
  });

  it('a block of one direction is none of the other', () => {
    const { client } = associate();
    const [block] = must(client.sealer('S', 256).seal([text('a')]));
    expect(client.opener('S', 256).open([block!])).toEqual(refused);
  });
});
