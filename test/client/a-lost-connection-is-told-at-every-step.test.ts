// The control connection is lost at each step of a session: closed, reset, or silent for ever. What sftpc says, how it ends, how
// long that takes and what is left are a table for each command, in test/golden/client/lost-connection.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectGolden, goldenNames } from './golden.js';
import { REPORT, startStage, waitedOut, type Played, type Stage } from './stage.js';
import type { Tampering, Wire } from './tampering-relay.js';

const COMMANDS = {
  get: ['get', 'report', 'here/report'],
  put: ['put', 'draft', 'sent'],
  ls: ['ls'],
} as const;

/** In milliseconds of the real clock, since the system's own timer watches data connections. */
const STALL = 1000;

let stage: Stage;
beforeAll(async () => (stage = await startStage()));
afterAll(() => stage.stop());

/** A moment of a session. */
interface Step {
  readonly name: string;
  /** Has something done in that moment, and nothing else. */
  readonly at: (act: (wire: Wire, what: 'control' | 'all') => unknown) => Tampering;
}

/** The steps of a session that is left alone, as its transcript has them. */
function stepsOf(transcript: readonly string[], data: 'download' | 'upload'): readonly Step[] {
  let [commands, replies, verb] = [0, 0, 'greeting'];
  return transcript.flatMap((line) => {
    const [, from, text = ''] = /^([CS]) (?:clear|ENC {2}) (.*)$/.exec(line) ?? [];
    if (from === 'C') {
      const number = (commands += 1);
      verb = text.replace(/ .*/, '');
      // M2 and M4 (x-safetp1 §1) are the second and the third line of the client.
      if (verb === 'ADAT') verb = `ADAT (M${number === 2 ? 2 : 4})`;
      return [{ name: verb, at: at('command', number) }];
    }
    if (!/^[0-9]{3} /.test(text)) return [];
    const number = (replies += 1);
    const step = { name: `${text.slice(0, 3)} to ${verb}`, at: at('reply', number) };
    if (verb === 'greeting') return [{ ...step, name: 'the greeting' }];
    return text.startsWith('150') ? [step, { name: 'midway in the data', at: midway(data, number) }] : [step];
  });
}

/** The line that is lost with the connection. */
const at =
  (side: 'command' | 'reply', which: number): Step['at'] =>
  (act) => ({
    [side]: (_: string, number: number, wire: Wire) => {
      if (number !== which) return undefined;
      act(wire, 'control');
      return [];
    },
  });

/** One block has passed, and the 150 with that number; nothing behind either of them does. */
const midway =
  (data: 'download' | 'upload', which: number): Step['at'] =>
  (act) => {
    const awaited = new Set(['150', 'block']);
    const seen = (what: string, wire: Wire): undefined => {
      // What is seen goes on its way first.
      if (awaited.delete(what) && awaited.size === 0) setImmediate(() => act(wire, 'all'));
    };
    return {
      reply: (_, number, wire) => (number > which ? [] : number === which ? seen('150', wire) : undefined),
      [data]: (_: Buffer, number: number, wire: Wire) => (number > 1 ? [] : seen('block', wire)),
    };
  };

/** Texts that stand many times in a table, as numbered notes below it. */
class Notes {
  readonly #texts: string[] = [];

  number(text: string): string {
    if (!this.#texts.includes(text)) this.#texts.push(text);
    return `[${this.#texts.indexOf(text) + 1}]`;
  }

  lines(): readonly string[] {
    return this.#texts.map((text, index) => {
      const [first = '', ...rest] = text.trimEnd().split('\n');
      return [`${`[${index + 1}]`.padEnd(5)}${first}`, ...rest.map((line) => `     ${line}`)].join('\n');
    });
  }
}

test.each(['get', 'put', 'ls'] as const)(
  '%s',
  async (name) => {
    const command = COMMANDS[name];
    const whole = await stage.play({ command });
    expect(whole.status).toBe(0);
    const steps = stepsOf(whole.transcript, name === 'put' ? 'upload' : 'download');
    // From the greeting to the goodbye: 12 commands, 14 replies, and the data; of a file, SIZE as well.
    expect(steps).toHaveLength(name === 'ls' ? 27 : 29);
    const notes = new Notes();
    const cell = ({ status, left, err }: Played): string =>
      `${status}  ${left.replace('report ', '').padEnd(10)} ${notes.number(err)}`.padEnd(22);
    const rows: string[] = [];
    for (const { name: step, at } of steps) {
      const closed = await stage.play({ command, tampering: at((wire) => wire.cut('end')) });
      const reset = await stage.play({ command, tampering: at((wire) => wire.cut('reset')) });
      const timeouts = { stall: STALL };
      const silent = await waitedOut(stage.relay, () =>
        stage.play({ command, timeouts, tampering: at((wire, what) => wire.silence(what)) }),
      );
      for (const played of [closed, reset, silent.played]) await isHonest(name, played);
      const seconds = silent.seconds + (silent.played.err.includes('stalled') ? STALL / 1000 : 0);
      rows.push(
        `${step.padEnd(20)}${cell(closed)}${cell(reset)}${cell(silent.played)}${seconds.toFixed(0).padStart(4)} s`,
      );
    }
    const title = `$ ${whole.typed}\n\nThe control connection is lost in the place of what stands to the left.\n`;
    const heads = ['closed', 'reset', 'silent'].map((head) => `${head}:`.padEnd(22)).join('');
    const columns = 'exit, report, says'.padEnd(22).repeat(3);
    const head = [`${''.padEnd(20)}${heads}`.trimEnd(), `${''.padEnd(20)}${columns}gives up after`, ''];
    expectGolden(`lost-connection/${name}`, [title, ...head, ...rows, '', ...notes.lines(), ''].join('\n'));
  },
  120_000,
);

/** Success is said of what is whole, and only of that; a file that is not whole has not got its name. */
async function isHonest(name: keyof typeof COMMANDS, { status, left, err }: Played): Promise<void> {
  if (name === 'get') expect(left).toBe(status === 0 ? 'report whole' : 'report as it was');
  else expect(left).toBe('report as it was');
  expect(/octets (received|stored) as/.test(err)).toBe(status === 0 && name !== 'ls');
  if (name === 'put' && status === 0) {
    expect((await readFile(join(stage.root, 'sent'))).equals(REPORT)).toBe(true);
  }
}

test('every table has its command', () => {
  expect(goldenNames('lost-connection')).toEqual(Object.keys(COMMANDS).toSorted().map(String));
});
