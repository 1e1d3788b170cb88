// Type A, on its way in and out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localLines, networkLines } from '../../src/client/files/line-ends.js';

const text = fc.array(fc.constantFrom('\r', '\n', 'a', 'é')).map((chars) => chars.join(''));

/** Cut into pieces of every size, empty ones included. */
function* pieces(whole: string, cuts: readonly number[]): Generator<Uint8Array> {
  let octets = Buffer.from(whole);
  for (const cut of cuts) {
    yield octets.subarray(0, cut);
    octets = octets.subarray(cut);
  }
  yield octets;
}

async function received(whole: string, cuts: readonly number[]): Promise<string> {
  const out: Uint8Array[] = [];
  const lines = localLines((octets) => Promise.resolve(void out.push(Uint8Array.from(octets))));
  for (const piece of pieces(whole, cuts)) await lines.sink(piece);
  await lines.end();
  return Buffer.concat(out).toString();
}

async function sent(whole: string, cuts: readonly number[]): Promise<string> {
  const out: Uint8Array[] = [];
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* pieces(whole, cuts);
    await Promise.resolve();
  }
  for await (const octets of networkLines(source())) out.push(octets);
  return Buffer.concat(out).toString();
}

const cuts = fc.array(fc.nat(3));

describe('text', () => {
  it('comes in with LF for each CRLF, whatever the pieces', async () => {
    await fc.assert(
      fc.asyncProperty(text, cuts, async (whole, at) => {
        expect(await received(whole, at)).toBe(whole.replaceAll('\r\n', '\n'));
      }),
    );
  });

  it('goes out with CRLF for each LF, and none doubled, whatever the pieces', async () => {
    await fc.assert(
      fc.asyncProperty(text, cuts, async (whole, at) => {
        expect(await sent(whole, at)).toBe(whole.replace(/(?<!\r)\n/g, '\r\n'));
      }),
    );
  });
});
