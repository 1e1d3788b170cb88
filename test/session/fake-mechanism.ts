/**
 * A mechanism without cryptography, so that transcripts can be read: a protected message is `<sequence> <text>` in base 64, and
 * a message is refused when its number is not the next one. Exchanges: `ok` establishes, `more` goes on, anything else fails.
 */
import { err, ok } from '../../src/lib/result.js';
import type { Exchange, Mechanism, SecurityContext } from '../../src/security/mechanism.js';

const exchange: Exchange = {
  step: (token) => {
    const text = Buffer.from(token).toString('latin1');
    if (text === 'ok') return { kind: 'established', context: fakeContext() };
    if (text === 'more') return { kind: 'continue', exchange, token: Buffer.from('go on') };
    return { kind: 'failed', why: 'not what was wanted' };
  },
};

export const fakeMechanism: Mechanism = {
  name: 'X-Fake',
  begin: () => ({ kind: 'exchange', exchange, token: Buffer.from('hello') }),
};

export interface FakeSequence {
  readonly sent: number;
  readonly received: number;
  readonly sealed: number;
  readonly opened: number;
}

export function fakeContext(at: FakeSequence = { sent: 0, received: 0, sealed: 0, opened: 0 }): SecurityContext {
  return {
    mechanism: 'X-Fake',
    supportsCommand: (protection) => protection !== 'CONF',
    supportsLevel: (level) => level !== 'E',
    minimumBufferSize: 256,
    maximumBufferSize: 1_048_576,
    protect: (_protection, text) =>
      ok({
        message: Buffer.concat([Buffer.from(`${at.sent} `), text]),
        context: fakeContext({ ...at, sent: at.sent + 1 }),
      }),
    unprotect: (_protection, message) => {
      const match = /^(\d+) (.*)$/s.exec(Buffer.from(message).toString('latin1'));
      if (match === null || Number(match[1]) !== at.received) return err('check-failed');
      return ok({
        text: Buffer.from(match[2]!, 'latin1'),
        context: fakeContext({ ...at, received: at.received + 1 }),
      });
    },
    sealer: (level, bufferSize) => ({
      capacity: bufferSize,
      sequence: at.sealed,
      seal: (pieces) => ok(pieces),
      sealLast: () => ok(Buffer.from(level)),
    }),
    opener: (_level, bufferSize) => ({
      sequence: at.opened,
      minimumBlock: 1,
      maximumBlock: bufferSize,
      open: (blocks) => ok({ data: blocks, last: false }),
    }),
    afterTransfer: ({ sealed, opened }) =>
      fakeContext({ ...at, sealed: sealed ?? at.sealed, opened: opened ?? at.opened }),
    wipe: () => undefined,
  };
}
