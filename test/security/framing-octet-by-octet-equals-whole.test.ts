import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, FrameReader } from '../../src/security/framing.js';
import { hex, unhex } from '../vectors/vectors.js';
import { must } from './association.js';

const limits = { minimumBlock: 1, maximumBlock: 300 };

describe('a frame reader', () => {
  it('gives the same blocks however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 9 }),
        (blocks, cuts) => {
          const stream = Buffer.concat(blocks.map(frame));
          const wanted = blocks.map(hex);
          for (const sizes of [[stream.length || 1], [1], cuts]) {
            const reader = new FrameReader(limits);
            const got: string[] = [];
            for (let at = 0, turn = 0; at < stream.length; turn++) {
              const size = sizes[turn % sizes.length]!;
              got.push(...must(reader.push(stream.subarray(at, at + size))).map(hex));
              at += size;
            }
            expect(got).toEqual(wanted);
            expect(reader.atBoundary).toBe(true);
          }
        },
      ),
    );
  });

  it('tells a stream that ends within a length or a block', () => {
    const reader = new FrameReader(limits);
    expect(reader.atBoundary).toBe(true);
    for (const octet of unhex('00000002aa')) {
      must(reader.push(Uint8Array.of(octet)));
      expect(reader.atBoundary).toBe(false);
    }
    expect(must(reader.push(unhex('bb'))).map(hex)).toEqual(['aabb']);
    expect(reader.atBoundary).toBe(true);
  });

  it.each([
    ['block-too-long', '0000012d'],
    ['block-too-long', 'ffffffff'],
    ['block-too-short', '00000000'],
  ])('refuses as %s the length %s, before the block, and all that follows', (error, length) => {
    const reader = new FrameReader(limits);
    expect(reader.push(unhex(length))).toEqual({ ok: false, error });
    expect(reader.push(unhex('00000001aa'))).toEqual({ ok: false, error });
    expect(reader.atBoundary).toBe(false);
  });

  it('keeps nothing of the buffer it was given', () => {
    const reader = new FrameReader(limits);
    const buffer = unhex('0000000101');
    const [block] = must(reader.push(buffer));
    buffer.fill(0xff);
    expect(hex(block!)).toBe('01');
  });
});
