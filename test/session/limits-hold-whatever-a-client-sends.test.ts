/** Limits of the engine that a transcript does not show: commands that overtake a transfer, and replies of many lines. */
import { expect, test } from 'vitest';
import { MAX_WAITING_COMMANDS } from '../../src/session/policy.js';
import { initialState, type SessionState } from '../../src/session/state.js';
import { step, wantsClientLine } from '../../src/session/step.js';
import type { Effect, SessionEvent } from '../../src/session/io.js';
import { ReplyAssembler } from '../../src/wire/reply.js';
import { decodeBase64, encodeBase64 } from '../../src/wire/base64.js';
import { must } from '../security/association.js';
import { localSetting } from './transcript-player.js';

const said = (...lines: string[]): SessionEvent => ({
  type: 'ftpd-reply',
  reply: { code: Number(lines[0]!.slice(0, 3)), lines },
});
const line = (text: string): SessionEvent => ({
  type: 'client-line',
  line: { text, raw: Buffer.from(`${text}\r\n`) },
  pipelined: false,
});

function after(events: readonly SessionEvent[]): { state: SessionState; effects: readonly Effect[] } {
  let state = initialState;
  let effects: readonly Effect[] = [];
  for (const event of events) ({ state, effects } = step(state, event, localSetting));
  return { state, effects };
}

const transferring: readonly SessionEvent[] = [
  said('220 ready'),
  line('PASV'),
  said('227 (127,0,0,1,4,1)'),
  { type: 'listening', side: 'client', endpoint: { address: '192.0.2.1', port: 40_001 } },
  line('RETR a'),
  said('150 Opening'),
];

test.each(['STAT', 'ABOR', 'NOOP'])('%s during a transfer: only so many are taken, then lines stay unread', (verb) => {
  let { state } = after(transferring);
  let taken = 0;
  while (wantsClientLine(state) && taken <= MAX_WAITING_COMMANDS) {
    ({ state } = step(state, line(verb), localSetting));
    taken++;
  }
  expect(taken).toBeLessThanOrEqual(MAX_WAITING_COMMANDS);
  expect(wantsClientLine(state)).toBe(false);
});

test.each([100, 101, 20_000])(
  'a protected reply of %i lines arrives as it was, in fragments that are bounded',
  (count) => {
    const lines = ['213-Status', ...Array.from({ length: count - 2 }, (_, index) => ` file ${index}`), '213 End'];
    const { effects } = after([
      said('220 ready'),
      line('AUTH X-Fake'),
      line(`ADAT ${encodeBase64(Buffer.from('ok'))}`),
      line(`ENC ${encodeBase64(Buffer.from('0 STAT dir'))}`),
      said(...lines),
    ]);
    const sent = effects.find((effect) => effect.do === 'send-client')!;
    const outer = Buffer.from(sent.octets).toString('latin1').replace(/\r\n$/, '').split('\r\n');
    const fragments = outer.map((each) => Buffer.from(must(decodeBase64(each.slice(4)))).toString('latin1'));
    // The fake mechanism puts its number before each.
    const joined = fragments.map((each) => each.replace(/^\d+ /, '')).join('');
    const assembler = new ReplyAssembler();
    const events = joined.split('\r\n').map((each) => assembler.accept(each));
    const whole = events.at(-1);
    expect(whole?.kind === 'reply' && whole.reply.lines).toEqual(lines);
    expect(outer.slice(0, -1).every((each) => each.startsWith('632-'))).toBe(true);
    expect(Math.max(...outer.map((each) => each.length))).toBeLessThan(4_200);
    if (count > 100) expect(outer.length).toBeLessThan(count / 10);
  },
);
