import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientEngine } from '../../src/client/engine/engine.js';
import { FAILURE_KINDS } from '../../src/client/engine/failure.js';
import type { EngineOutput } from '../../src/client/engine/output.js';
import { systemRandom } from '../../src/crypto/random.js';
import { coderFor } from '../../src/data/coder.js';
import { Pair } from './pair.js';

const line = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .tuple(
      fc.constantFrom('220', '334', '335', '235', '631', '632', '421', '150', '999'),
      fc.constantFrom(' ', '-', ''),
      fc.base64String(),
    )
    .map(([code, separator, text]) => `${code}${separator}${code.startsWith('33') ? 'ADAT=' : ''}${text}`),
);
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.array(line, { maxLength: 8 }).map((lines) => new Uint8Array(Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'))),
);

const failures = (outputs: readonly EngineOutput[]): readonly EngineOutput[] =>
  outputs.filter(({ kind }) => kind === 'failed');

describe('whatever a server sends', () => {
  it('never throws before the exchange, and ends in one named failure', () => {
    fc.assert(
      fc.property(fc.array(octets), fc.constantFrom('required' as const, 'none' as const), (chunks, protection) => {
        const engine = new ClientEngine({ protection, serverAddress: '192.0.2.1', random: systemRandom });
        const outputs = chunks.flatMap((chunk) => engine.receive(chunk));
        outputs.push(...engine.connectionLost());
        expect(failures(outputs)).toHaveLength(1);
        const last = outputs.at(-1);
        expect(last?.kind === 'failed' && Object.keys(FAILURE_KINDS).includes(last.failure.code)).toBe(true);
      }),
    );
  });

  it('never throws in a protected session, and nothing but a failure comes of it', () => {
    fc.assert(
      fc.property(octets, (chunk) => {
        const pair = Pair.started();
        const before = pair.outputs.length;
        pair.receive(chunk);
        pair.perform(pair.client.connectionLost());
        const outputs = pair.outputs.slice(before);
        expect(outputs.filter(({ kind }) => kind === 'reply')).toEqual([]);
        expect(failures(outputs)).toHaveLength(1);
      }),
      { numRuns: 25 },
    );
  });

  it('is no data of a protected transfer, and never throws', () => {
    const pair = Pair.started();
    pair.command('PBSZ', '65536');
    pair.command('PROT', 'P');
    const small = fc
      .uint8Array({ minLength: 40, maxLength: 90 })
      .map((block) => Uint8Array.of(0, 0, 0, block.length, ...block));
    fc.assert(
      fc.property(fc.array(fc.oneof(octets, small)), (chunks) => {
        pair.command('RETR', 'a');
        const coder = coderFor({ direction: 'upload', opener: pair.client.opener() });
        const out = chunks.map((chunk) => coder.push(chunk));
        expect(out.flatMap((each) => (each.ok ? each.value : []))).toEqual([]);
        expect(coder.finish().ok).toBe(false);
        pair.client.endTransfer();
      }),
      { numRuns: 50 },
    );
  });

  it('comes out the same whole and octet by octet', () => {
    fc.assert(
      fc.property(octets, (chunk) => {
        const whole = new ClientEngine({ protection: 'none', serverAddress: '192.0.2.1', random: systemRandom });
        const single = new ClientEngine({ protection: 'none', serverAddress: '192.0.2.1', random: systemRandom });
        const pieces = Array.from(chunk, (octet) => single.receive(Uint8Array.of(octet))).flat();
        expect(pieces).toEqual(whole.receive(chunk.slice()));
      }),
    );
  });
});
