// Somebody who holds the data connections, between the two engines: x-safetp1 §4 lets the first number of a transfer jump.
import { beforeEach, describe, expect, it } from 'vitest';
import type { BlockOpener, BlockSealer } from '../../src/security/mechanism.js';
import { reply, type Reply } from '../../src/wire/reply.js';
import type { DataFailure } from '../../src/session/io.js';
import { login, Pair } from './pair.js';

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('is not there');
  return value;
}

/** Everything that this side seals of one file. */
function sealed(sealer: BlockSealer, text: string): readonly Uint8Array[] {
  const blocks = sealer.seal(Array.from(text, octets));
  const last = sealer.sealLast();
  if (!blocks.ok || !last.ok) throw new Error('not sealed');
  return [...blocks.value, last.value];
}

/** What the receiver takes these blocks for. */
function opened(opener: BlockOpener, blocks: readonly Uint8Array[]): string {
  const found = opener.open(blocks);
  return found.ok ? `${Buffer.concat(found.value.data).toString()}${found.value.last ? ', whole' : ''}` : found.error;
}

let answer: readonly Reply[];
let pair: Pair;

/** What the ftpd says to a transfer that it begins. */
const BEGUN = reply(150, 'here');

beforeEach(() => {
  answer = [BEGUN];
  pair = Pair.started({
    ftpd: (line) => {
      if (/^(RETR|STOR|LIST)/.test(line)) return answer;
      return line === 'PASV' ? [reply(227, 'here (127,0,0,1,8,0)')] : login(line);
    },
  });
  pair.command('PBSZ', '1048576');
  pair.command('PROT', 'P');
});

/** A download is asked for and begins; both ends of its data. */
function download(): { sealer: BlockSealer; opener: BlockOpener } {
  pair.command('EPSV');
  expect(pair.command('RETR', 'a').map(({ code }) => code)).toEqual([150]);
  const { flow } = pair;
  return { sealer: must(flow?.direction === 'download' ? flow.sealer : undefined), opener: must(pair.client.opener()) };
}

function upload(): { sealer: BlockSealer; opener: BlockOpener } {
  pair.command('EPSV');
  expect(pair.command('STOR', 'a').map(({ code }) => code)).toEqual([150]);
  const { flow } = pair;
  return { opener: must(flow?.direction === 'upload' ? flow.opener : undefined), sealer: must(pair.client.sealer()) };
}

/** The transfer's data ends on the gateway's side, and the ftpd has its say. */
function over(how: DataFailure | 'done', sequence: number): void {
  const summary = { octets: 0, sequence };
  if (how === 'done') {
    pair.inject({ type: 'ftpd-reply', reply: reply(226, 'done') });
    pair.inject({ type: 'data-done', summary });
  } else {
    pair.inject({ type: 'data-failed', cause: how, summary });
    pair.inject({ type: 'ftpd-reply', reply: reply(426, 'broken') });
  }
  pair.client.endTransfer();
}

const states = (): readonly string[] => [pair.client.transferState('download'), pair.client.transferState('upload')];

describe('the blocks of a transfer that broke off', () => {
  it('could be taken for the next download, which is why there is none', () => {
    const first = download();
    const withheld = sealed(first.sealer, 'old');
    over('client-broken', first.sealer.sequence);
    expect(states()).toEqual(['broken-off', 'in-step']);
    const before = pair.outputs.length;
    expect(() => pair.command('RETR', 'b')).toThrow(RangeError);
    expect(() => pair.command('LIST')).toThrow('broken-off');
    expect(pair.outputs).toHaveLength(before);
    expect(pair.client.opener()).toBeUndefined();
    // The codec alone would not have noticed.
    expect(opened(first.opener, withheld)).toBe('old, whole');
  });

  it('could be taken by the gateway for the next upload, which is why there is none', () => {
    const first = upload();
    const withheld = sealed(first.sealer, 'old');
    over('truncated', first.opener.sequence);
    expect(states()).toEqual(['in-step', 'broken-off']);
    expect(() => pair.command('STOR', 'b')).toThrow(RangeError);
    expect(() => pair.command('APPE', 'b')).toThrow(RangeError);
    expect(pair.client.sealer()).toBeUndefined();
    expect(opened(first.opener, withheld)).toBe('old, whole');
  });

  it('leave the other direction and data in clear alone', () => {
    download();
    over('client-broken', 0);
    const next = upload();
    expect(opened(next.opener, sealed(next.sealer, 'new'))).toBe('new, whole');
    over('done', next.opener.sequence);
    pair.command('PROT', 'C');
    pair.command('EPSV');
    expect(pair.command('RETR', 'b').map(({ code }) => code)).toEqual([150]);
    expect(states()).toEqual(['broken-off', 'in-step']);
  });
});

describe('a direction stays in step', () => {
  it('after transfers that were whole', () => {
    for (const text of ['one', 'two', '']) {
      const { sealer, opener } = download();
      expect(states()).toEqual(['under-way', 'in-step']);
      expect(opened(opener, sealed(sealer, text))).toBe(`${text}, whole`);
      over('done', sealer.sequence);
    }
    expect(states()).toEqual(['in-step', 'in-step']);
  });

  it('after one that was refused before it began', () => {
    answer = [reply(550, 'no such file')];
    pair.command('EPSV');
    pair.command('RETR', 'a');
    pair.inject({ type: 'data-failed', cause: 'aborted', summary: { octets: 0, sequence: 0 } });
    pair.client.endTransfer();
    expect(states()).toEqual(['in-step', 'in-step']);
    answer = [BEGUN];
    const { sealer, opener } = download();
    expect(opened(opener, sealed(sealer, 'x'))).toBe('x, whole');
  });

  it('and one transfer is ended before the next is asked for', () => {
    download();
    expect(() => pair.command('STOR', 'b')).toThrow('under-way');
  });
});

describe('a transfer is not whole', () => {
  it('where the first blocks were taken out on the way', () => {
    const { sealer, opener } = download();
    expect(opened(opener, sealed(sealer, 'a file').slice(2))).toBe('check-failed');
    over('done', sealer.sequence);
    expect(states()).toEqual(['broken-off', 'in-step']);
  });

  it('where the last one never came, though the server says that it was sent', () => {
    const { sealer, opener } = download();
    expect(opened(opener, sealed(sealer, 'part').slice(0, 2))).toBe('pa');
    over('done', sealer.sequence);
    expect(states()).toEqual(['broken-off', 'in-step']);
  });

  it('where the last one was sent and the server says that it did not come', () => {
    const { sealer } = upload();
    sealed(sealer, 'all of it');
    over('ftpd-broken', 0);
    expect(states()).toEqual(['in-step', 'broken-off']);
  });

  it('where it began and was given up before any block', () => {
    upload();
    over('client-unreachable', 0);
    expect(states()).toEqual(['in-step', 'broken-off']);
  });
});
