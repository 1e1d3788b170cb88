/** Type A (RFC 959 §3.1.1.1): text whose lines end in CRLF on the way and in LF on this side. */
import type { Sink } from '../terms.js';

const CR = 0x0d;
const LF = 0x0a;

/** Takes text as it comes and gives `sink` each CRLF as LF. Any other CR stays. `end` gives what is held back. */
export function localLines(sink: Sink): { readonly sink: Sink; end(): Promise<void> } {
  let held = false;
  return {
    sink: async (octets) => {
      const text = Buffer.allocUnsafe(octets.length + 1);
      let length = 0;
      for (const octet of octets) {
        if (held && octet !== LF) text[length++] = CR;
        held = octet === CR;
        if (!held) text[length++] = octet;
      }
      if (length > 0) await sink(text.subarray(0, length));
    },
    end: async () => {
      if (held) await sink(Uint8Array.of(CR));
      held = false;
    },
  };
}

/** Gives the text with each LF as CRLF. A line that ends in CRLF already stays as it is. */
export async function* networkLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let before = 0;
  for await (const octets of source) {
    const text = Buffer.allocUnsafe(octets.length * 2);
    let length = 0;
    for (const octet of octets) {
      if (octet === LF && before !== CR) text[length++] = CR;
      text[length++] = octet;
      before = octet;
    }
    yield text.subarray(0, length);
  }
}
