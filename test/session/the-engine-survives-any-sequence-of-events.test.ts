// Whatever happens in whatever order, the engine ends in a reply or a close: never an exception, never a word after the close,
// never two transfers at once. Events that the shell cannot deliver in that order are among them; the engine need not like
// them, but must not fall over them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { step, wantsClientLine } from '../../src/session/step.js';
import type { Effect, SessionEvent } from '../../src/session/io.js';
import type { SessionSetting } from '../../src/session/policy.js';
import { initialState, type SessionState } from '../../src/session/state.js';
import { encodeBase64 } from '../../src/wire/base64.js';
import { reply } from '../../src/wire/reply.js';
import { localSetting } from './transcript-player.js';

const VERBS = [
  ...['USER joe', 'PASS x', 'NOOP', 'FEAT', 'QUIT', 'ABOR', 'STAT', 'STAT x', 'REIN', 'REST 5', 'SITE X', 'XYZZY 1'],
  ...[
    'PASV',
    'EPSV',
    'EPSV ALL',
    'EPSV 2',
    'PORT 192,0,2,7,9,9',
    'PORT x',
    'EPRT |1|192.0.2.7|2000|',
    'LPRT 1',
    'CPSV',
  ],
  ...['RETR a', 'STOR a', 'LIST', 'NLST', 'MLSD', 'APPE a', 'STOU', 'RETR'],
  ...[
    'AUTH X-Fake',
    'AUTH TLS',
    'ADAT b2s=',
    'ADAT bW9yZQ==',
    'ADAT *',
    'ADAT AAAA',
    'PBSZ 1000',
    'PROT P',
    'PROT C',
    'CCC',
    'DIGT',
  ],
];

const lineOf = (text: string, pipelined = false): SessionEvent => ({
  type: 'client-line',
  line: { text, raw: Buffer.from(`${text}\r\n`, 'latin1') },
  pipelined,
});

const REPLIES = [
  ...['120 Wait', '150 Opening', '125 Again', '200 OK', '211 Status', '220 Ready', '221 Bye', '225 No', '226 Done'],
  ...[
    '227 (127,0,0,1,4,1)',
    '227 nothing',
    '229 (|||1025|)',
    '229 ()',
    '230 In',
    '331 Password',
    '350 More',
    '421 Gone',
  ],
  ...[
    '425 No',
    '426 Broken',
    '450 Later',
    '500 What',
    '502 No',
    '522 Family',
    '530 No',
    '535 No',
    '550 None',
    '632 odd',
  ],
];

const side = fc.constantFrom('client' as const, 'ftpd' as const);
const summary = fc.oneof(fc.record({ octets: fc.nat() }), fc.record({ octets: fc.nat(), sequence: fc.nat(1000) }));
const CAUSES = [
  'aborted',
  'client-unreachable',
  'client-broken',
  'truncated',
  'check-failed',
  'ftpd-broken',
  'stalled',
] as const;

const lines = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...VERBS).map((text) => lineOf(text)) },
  { weight: 1, arbitrary: fc.constantFrom('AUTH X-Fake', 'ADAT b2s=', 'NOOP').map((text) => lineOf(text, true)) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => lineOf(text)) },
  { weight: 1, arbitrary: fc.constant<SessionEvent>({ type: 'client-line-too-long' }) },
);
const replies = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...REPLIES).map((text) => reply(Number(text.slice(0, 3)), text.slice(4))) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        code: fc.integer({ min: 100, max: 699 }),
        texts: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
      })
      .map(({ code, texts }) => reply(code, texts)),
  },
);
const others = fc.oneof(
  fc.record({
    type: fc.constant('listening' as const),
    side,
    endpoint: fc.constant({ address: '192.0.2.1', port: 4000 }),
  }),
  fc.record({ type: fc.constant('listen-failed' as const), side, why: fc.constant('taken') }),
  fc.record({ type: fc.constant('data-done' as const), summary }),
  fc.record({ type: fc.constant('data-failed' as const), cause: fc.constantFrom(...CAUSES), summary }),
  fc.record({ type: fc.constant('timeout' as const), timer: fc.constant('login' as const) }),
);
const endings = fc.constantFrom<SessionEvent>(
  { type: 'timeout', timer: 'idle' },
  { type: 'client-closed' },
  { type: 'ftpd-closed' },
  { type: 'ftpd-malformed', why: 'no-code' },
  { type: 'ftpd-unreachable', why: 'refused' },
);
const events: fc.Arbitrary<SessionEvent> = fc.oneof(
  { weight: 30, arbitrary: lines },
  { weight: 30, arbitrary: replies.map((message): SessionEvent => ({ type: 'ftpd-reply', reply: message })) },
  { weight: 20, arbitrary: others },
  { weight: 1, arbitrary: endings },
  // A session that is busy ends when it has done what it is at.
  { weight: 1, arbitrary: fc.constant<SessionEvent>({ type: 'shutdown' }) },
);

/** Plays events, and looks at every step for what must never be. Lines come protected once the session is. */
class Play {
  state: SessionState = initialState;
  #setting: SessionSetting;
  #received = 0;
  #transfers = 0;
  readonly effects: Effect[] = [];

  constructor(setting: SessionSetting) {
    this.#setting = setting;
  }

  happen(event: SessionEvent): readonly Effect[] {
    const before = this.state;
    // The shell keeps lines back that the engine does not want; without that there would be no bound on what waits.
    if (event.type === 'client-line' && before.phase === 'serving' && !wantsClientLine(before)) return [];
    const next = step(before, this.#protected(event, before), this.#setting);
    this.state = next.state;
    if (before.phase === 'closing') expect(next).toEqual({ state: before, effects: [] });
    const close = next.effects.findIndex((effect) => effect.do === 'close');
    expect(close === -1 ? before.phase === 'closing' : close === next.effects.length - 1).toBe(
      this.state.phase === 'closing',
    );
    this.#count(next.effects, event);
    this.effects.push(...next.effects);
    return next.effects;
  }

  #protected(event: SessionEvent, { ...state }: SessionState): SessionEvent {
    if (event.type !== 'client-line' || state.phase !== 'serving' || state.channel.kind !== 'secured') return event;
    const message = encodeBase64(Buffer.from(`${this.#received++} ${event.line.text}`, 'latin1'));
    return lineOf(`ENC ${message}`);
  }

  #count(effects: readonly Effect[], event: SessionEvent): void {
    if (event.type === 'data-done' || event.type === 'data-failed') this.#transfers = 0;
    for (const effect of effects) {
      if (effect.do === 'start-transfer') expect(++this.#transfers).toBe(1);
      if (effect.do === 'close') this.#transfers = 0;
    }
  }
}

const RUNS = { numRuns: 1_500 };
const SETTINGS: readonly (readonly [string, SessionSetting])[] = [
  ['by default', localSetting],
  ['IPv6', { ...localSetting, clientAddress: '::1', serverAddress: '::1', ftpdAddress: '::1' }],
  [
    'protected sessions only',
    { ...localSetting, policy: { ...localSetting.policy, cleartext: 'deny', protection: 'private' } },
  ],
  [
    'anonymous only',
    { ...localSetting, policy: { ...localSetting.policy, cleartext: 'anonymous-only', protection: 'safe' } },
  ],
];
const GREETED: SessionEvent = { type: 'ftpd-reply', reply: reply(220, 'Ready') };
const SECURED = [GREETED, lineOf('AUTH X-Fake'), lineOf('ADAT b2s=')];
const LOGGED_IN = ['USER joe', 'PASS x'].flatMap((text): SessionEvent[] => [
  lineOf(text),
  { type: 'ftpd-reply', reply: reply(230, 'In') },
]);
const TRANSFER: readonly SessionEvent[] = [
  lineOf('EPSV'),
  { type: 'ftpd-reply', reply: reply(227, 'Entering (127,0,0,1,4,1)') },
  { type: 'listening', side: 'client', endpoint: { address: '192.0.2.1', port: 4000 } },
  lineOf('RETR a'),
];

describe.each(SETTINGS)('%s', (_, setting) => {
  const beginnings = fc.constantFrom(
    [],
    [GREETED],
    SECURED,
    [...SECURED, ...LOGGED_IN],
    [...SECURED, ...LOGGED_IN, ...TRANSFER],
  );

  test('no sequence of events is too much', () => {
    fc.assert(
      fc.property(beginnings, fc.array(events, { maxLength: 60 }), (beginning, rest) => {
        const play = new Play(setting);
        for (const event of [...beginning, ...rest]) play.happen(event);
      }),
      RUNS,
    );
  });

  test('every ending ends it, whatever came before', () => {
    fc.assert(
      fc.property(beginnings, fc.array(events, { maxLength: 30 }), endings, (beginning, rest, ending) => {
        const play = new Play(setting);
        for (const event of [...beginning, ...rest]) play.happen(event);
        play.happen(ending);
        expect(play.state.phase).toBe('closing');
        expect(play.effects.filter((effect) => effect.do === 'close')).toHaveLength(1);
      }),
      RUNS,
    );
  });
});

describe('a client that only talks', () => {
  test('hears at least one word, or the ftpd does, for each line that is taken', () => {
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 40 }), (said) => {
        const play = new Play(localSetting);
        play.happen(GREETED);
        for (const event of said) {
          if (!wantsClientLine(play.state)) break;
          const effects = play.happen(event);
          // A set-up may first ask for a listener.
          expect(effects.some((effect) => ['send-client', 'send-ftpd', 'listen', 'close'].includes(effect.do))).toBe(
            true,
          );
        }
      }),
      RUNS,
    );
  });
});
