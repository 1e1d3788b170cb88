/** The manual pages of the programs and of the wire: every flag, option, command and choice has its entry, and no other has one. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { setupAnswersSchema } from '../../schemas/setup-answers.js';
import { FLAGS } from '../../src/cli/flags.js';
import { usage } from '../../src/cli/usage.js';
import { EVENTS } from '../../src/client/terminal/json-events.js';
import { KEYS_ACTIONS, KEYS_OPTIONS } from '../../src/client/cli/keys-arguments.js';
import { OPTIONS } from '../../src/client/cli/option-table.js';
import type { Option } from '../../src/client/terminal/option-help.js';
import { RESULTS } from '../../src/client/commands/results.js';
import { PROXY_OPTIONS } from '../../src/client/cli/proxy-arguments.js';
import { COMMANDS } from '../../src/client/commands/table.js';
import { EXIT } from '../../src/client/error.js';
import { USAGE as KEYGEN_USAGE } from '../../src/keys/arguments.js';
import { MASK_BITS } from '../../src/log/events.js';
import { USAGE as SETUP_USAGE } from '../../src/setup/arguments.js';
import { read, root, sourcesOf } from './files.js';
import { entries, entriesNaming, flagsOf, plain, section } from './manual.js';

describe('sftpd(8)', () => {
  const page = read('man/sftpd.8');

  test('has an entry for every flag, short and long, with its value, and for no other', () => {
    const wanted = FLAGS.map(({ short, long, value }) => flagsOf({ short, long, value }));
    expect(entriesNaming(section(page, 'OPTIONS'), 'Fl')).toEqual(expect.arrayContaining(wanted));
    expect(entriesNaming(section(page, 'OPTIONS'), 'Fl')).toHaveLength(wanted.length);
  });

  test('shows every flag in the synopsis, short where there is a short form', () => {
    const synopsis = plain(section(page, 'SYNOPSIS'));
    const bundled = /\[-(\w+)\]/.exec(synopsis)?.[1] ?? '';
    for (const { short, long, value } of FLAGS) {
      if (short === undefined) expect(synopsis).toContain(`--${long}`);
      else if (value === undefined) expect(bundled).toContain(short);
      else expect(synopsis).toContain(`-${short} ${value}`);
    }
  });

  test('-h shows every flag, within 80 columns', () => {
    const text = usage();
    for (const { short, long, value } of FLAGS) {
      const names = `${short === undefined ? '' : `-${short}, `}--${long}${value === undefined ? '' : ` ${value}`}`;
      expect(text).toContain(`${names}\n`.trimEnd());
    }
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('says of each flag which key it sets, where help does', () => {
    const described = entries(section(page, 'OPTIONS'));
    for (const { long, help } of FLAGS) {
      const text = described.find(({ head }) => head.includes(`--${long}`))?.text ?? '';
      const named = /\(([a-zA-Z.:, -]+)\)/.exec(help.replace('(ADAT)', ''))?.[1] ?? '';
      for (const [key] of named.matchAll(/\b[a-z]+\.[a-zA-Z]+/g)) expect(text).toContain(key);
    }
  });

  test('says of the four lost letters, and of no other, that they were chosen here', () => {
    const described = entries(section(page, 'OPTIONS'));
    const lost = described.filter(({ text }) => text.includes('The letter is lost from the manual'));
    const wanted = FLAGS.filter(({ help }) => help.includes('letter is lost')).map(({ long }) => long);
    expect(wanted).toHaveLength(4);
    expect(lost.map(({ head }) => /--(\S+)/.exec(head)?.[1])).toEqual(expect.arrayContaining(wanted));
    expect(lost).toHaveLength(4);
  });

  test('lists the signals that the daemon handles, and SIGHUP in any case', () => {
    const sources = sourcesOf('src/daemon', 'src/main.ts', 'src/program.ts').filter((text) =>
      /process\.(?:on|once)\(/.test(text),
    );
    const handled = sources.flatMap((text) => [...text.matchAll(/'(SIG[A-Z0-9]+)'/g)].map(([, name]) => name));
    const named = [...section(page, 'SIGNALS').matchAll(/\bSIG[A-Z0-9]+\b/g)].map(([name]) => name);
    expect(new Set(named)).toEqual(new Set([...handled, 'SIGHUP']));
  });

  test('numbers the categories of the log as the mask does', () => {
    const text = plain(section(page, 'LOGGING'));
    for (const [name, bit] of Object.entries(MASK_BITS)) {
      expect(text).toContain(`${bit} (0x${bit.toString(16).padStart(2, '0')}) Ta ${name} Ta`);
    }
  });

  test.each(readdirSync(path.join(root, 'etc/examples')))('names the example %s', (file) => {
    expect(entries(section(page, 'EXAMPLES')).map(({ head }) => head)).toContain(file);
  });
});

describe.each([
  ['sftpd-keygen.1', KEYGEN_USAGE],
  ['sftpd-setup.8', SETUP_USAGE],
])('%s', (page, text) => {
  test('has an entry for every option that the program tells of, and for no other', () => {
    const told = [...text.matchAll(/^ {2}(?=-)(?:-(\w)(?: \w+)?, )?--([\w-]+)(?: ([A-Z]+))?/gm)].map(
      ([, short, long = '', value]) => flagsOf({ short, long, value }),
    );
    expect(told.length).toBeGreaterThan(5);
    expect([...entriesNaming(read(`man/${page}`), 'Fl')].sort()).toEqual([...told].sort());
  });
});

describe('sftpd-setup(8)', () => {
  test('has an entry for every answer, with its default, and for no other', () => {
    const documented = entries(section(read('man/sftpd-setup.8'), 'ANSWERS'));
    const defaults = Object.entries(setupAnswersSchema.parse({}));
    expect(documented.map(({ head }) => head.split(': ')[0])).toEqual(defaults.map(([name]) => name));
    for (const [index, [, value]] of defaults.entries()) {
      expect(documented[index]?.text).toContain(`Default ${String(value)}.`);
    }
  });
});

describe('sftpc(1)', () => {
  const page = read('man/sftpc.1');

  test('has an entry for every option, short and long, and for no other', () => {
    const wanted = OPTIONS.map((option) =>
      flagsOf({
        long: option.long,
        short: 'short' in option ? option.short : undefined,
        value: 'value' in option ? option.value : undefined,
      }),
    );
    expect([...entriesNaming(section(page, 'DESCRIPTION'), 'Fl')].sort()).toEqual([...wanted].sort());
  });

  test('shows every option in the synopsis', () => {
    const synopsis = plain(section(page, 'SYNOPSIS'));
    const bundled = /\[-(\w+)\]/.exec(synopsis)?.[1] ?? '';
    for (const option of OPTIONS) {
      if (!('short' in option)) expect(synopsis).toContain(`--${option.long}`);
      else if (!('value' in option)) expect(bundled).toContain(option.short);
      else expect(synopsis).toContain(`-${option.short}`);
    }
  });

  test('has an entry for every command, with all its names and arguments, and for no other', () => {
    const heads = entries(section(page, 'COMMANDS')).map(({ head }) => head);
    const words = (text: string): readonly string[] => text.match(/[\w?!]+/g) ?? [];
    for (const { names, synopsis } of COMMANDS) {
      const head = heads.find((each) => words(each)[0] === names[0]) ?? '';
      expect(words(head), `${names[0] ?? ''} in sftpc.1`).toEqual(expect.arrayContaining([...names]));
      expect(words(head)).toEqual(expect.arrayContaining([...words(synopsis)]));
    }
    expect(heads.map((head) => words(head)[0]).sort()).toEqual(COMMANDS.map(({ names }) => names[0]).sort());
  });

  test('has an entry for every object of --json, with its fields, and for no other', () => {
    const wanted = Object.entries({ ...EVENTS, ...RESULTS }).map(([event, fields]) => `${event}: ${fields.join(', ')}`);
    expect(entries(section(page, 'JSON')).map(({ head }) => head)).toEqual(wanted);
  });

  test('has an entry for every action and option of keys, and for no other', () => {
    const listed = section(page, 'KEYS');
    expect(entriesNaming(listed, 'Cm')).toEqual(KEYS_ACTIONS.map(({ synopsis }) => synopsis));
    const wanted = KEYS_OPTIONS.map((option: Option) =>
      flagsOf({ ...option, short: option.short, value: option.value }),
    );
    expect(entriesNaming(listed, 'Fl')).toEqual(wanted);
  });

  test('has an entry for every option of proxy, and for no other', () => {
    const wanted = PROXY_OPTIONS.map((option: Option) =>
      flagsOf({ ...option, short: option.short, value: option.value }),
    );
    expect(entriesNaming(section(page, 'THE LOCAL DOOR'), 'Fl')).toEqual(wanted);
  });

  test('lists every exit status', () => {
    const listed = entries(section(page, 'EXIT STATUS')).map(({ head }) => head);
    expect(listed).toEqual(expect.arrayContaining(Object.values(EXIT).map(String)));
  });

  test('lists every variable of the environment that the program reads', () => {
    const sources = sourcesOf('src/client').join('\n');
    const wanted = [...sources.matchAll(/\benv\['([A-Z_]+)'\]/g)].map(([, name = '']) => name);
    const listed = entries(section(page, 'ENVIRONMENT')).map(({ head }) => head);
    expect(listed).toEqual(expect.arrayContaining(wanted));
  });
});

describe('x-safetp1(7)', () => {
  const choices = section(read('man/x-safetp1.7'), 'CHOICES');
  const chosen = chosenIn(read('src/security/safetp1/profile.ts'));

  test('there are choices', () => {
    expect(chosen.length).toBeGreaterThan(10);
  });

  test.each(chosen)('lists %s of profile.ts, marked [C] there', (name) => {
    expect(entries(choices).map(({ head }) => ` ${head} `.replaceAll(',', ' '))).toContainEqual(
      expect.stringContaining(` ${name} `),
    );
  });

  test('lists nothing that profile.ts does not mark so', () => {
    const constants = [...choices.matchAll(/^\.It Dv (.*)$/gm)].flatMap(([, head = '']) => head.split(' , '));
    expect([...constants].sort()).toEqual([...chosen].sort());
  });

  test('names files that are there', () => {
    const named = [...choices.matchAll(/\bsrc\/[\w./-]+\.ts\b/g)].map(([file]) => file);
    expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});

/** Names that profile.ts exports below a comment that begins with [C]. */
function chosenIn(source: string): readonly string[] {
  return [...source.matchAll(/^\/\*\*([\s\S]*?)\*\/\n((?:(?!\/\*\*|\n\n)[\s\S])*)/gm)].flatMap(
    ([, comment = '', code = '']) =>
      /^[\s*]*\[C\]/.test(comment) ? [...code.matchAll(/^export const (\w+)/gm)].map(([, name = '']) => name) : [],
  );
}
