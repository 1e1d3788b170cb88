/** The file that --print-config prints stands for the flags it was printed from. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonSchemaText } from '../../schemas/json-schema.js';
import { parseArguments } from '../../src/cli/arguments.js';
import { FLAGS } from '../../src/cli/flags.js';
import { printConfiguration, printSchema } from '../../src/cli/print-config.js';
import { formatDiagnostics } from '../../src/config/diagnostics.js';
import { parseDocument } from '../../src/config/document.js';
import { configure, type Loaded } from '../../src/config/load.js';
import { overlay } from '../../src/config/patch.js';
import { configurationFile } from '../../src/config/print.js';
import { MACHINE } from '../config/machine.js';

/** Loads a text, at some place, with flags laid over it. Undefined: refused. */
function load(text: string, file: string, argv: readonly string[]): Loaded | undefined {
  const invocation = parseArguments(argv, FLAGS, '/home/admin');
  if (!invocation.ok || !('patches' in invocation.value)) throw new Error(`refused: ${argv.join(' ')}`);
  const document = parseDocument(Buffer.from(text), file);
  if (!document.ok) throw new Error(formatDiagnostics(document.error));
  const { patches, inetd } = invocation.value;
  const loaded = configure(overlay(document.value, patches), { machine: MACHINE, generation: 1, inetd });
  return loaded.ok ? loaded.value : undefined;
}

/** What a run depends on: all of the snapshot but the file's own name. */
const essence = (loaded: Loaded | undefined) => ({ ...loaded?.snapshot, file: '', access: textsOf(loaded) });

/** Networks hold functions. */
function textsOf(loaded: Loaded | undefined) {
  const { allow = [], deny = [] } = loaded?.snapshot.access ?? {};
  return { allow: allow.map(({ text }) => text), deny: deny.map(({ text }) => text) };
}

const port = fc.oneof(fc.integer({ min: 1, max: 65_535 }).map(String), fc.constantFrom('ftp', 'safetp', 'raw-ftp'));
const endpoint = fc.oneof(
  port,
  fc.tuple(fc.ipV4(), port).map((parts) => parts.join(':')),
  fc.tuple(fc.ipV6(), port).map(([address, number]) => `[${address}]:${number}`),
);
const file = fc
  .array(fc.constantFrom('a', 'B', '.', '..', 'ä', ' ', '#', ': ', "'", '"', '-', '/', 'null', '0x1', '日', '{', '*'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const masks = fc.integer({ min: 0, max: 0xbf }).filter((mask) => (mask & 64) === 0);

/** Values of each flag that has one. */
const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  y: file,
  p: endpoint,
  f: endpoint,
  r: fc
    .tuple(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 1, max: 65_535 }))
    .map((ends) => ends.sort((a, b) => a - b).join('-')),
  l: file,
  d: fc.constantFrom('0', '1', '2', '3'),
  m: fc.oneof(
    masks.map(String),
    masks.map((mask) => `0x${mask.toString(16)}`),
    fc.constant('errors,users'),
  ),
  i: fc.oneof(fc.ipV4(), fc.ipV6()),
  k: file,
  x: file,
};

/** A flag, as it might be written. */
const flag = fc
  .constantFrom(...FLAGS.filter(({ effect }) => effect.kind === 'patch' || effect.kind === 'inetd'))
  .chain(({ short = '', long, value }): fc.Arbitrary<readonly string[]> =>
    value === undefined
      ? fc.constantFrom([`-${short}`], [`--${long}`])
      : VALUES[short]!.chain((text) =>
          fc.constantFrom(
            ...[[`-${short}${text}`], [`--${long}=${text}`]],
            ...(/^[^-]/.test(text) ? [[`-${short}`, text]] : []),
          ),
        ),
  );

/** Some flags, each once but -p. */
const flags = fc
  .uniqueArray(flag, { maxLength: 12, selector: (words) => /^--?([a-z0-9]).*/.exec(words[0] ?? '')?.[0].slice(0, 2) })
  .chain((some) => fc.array(endpoint, { maxLength: 2 }).map((more) => [...some, ...more.map((each) => ['-p', each])]))
  .map((some) => some.flat());

const FILES = [
  '',
  [
    'workdir: keys',
    'listeners:',
    '  - port: 990',
    '    control: { cleartext: anonymous-only, banner: "It\'s: #1" }',
    '    data: { protection: private }',
    '  - port: 2121',
    '    externalAddress: 198.51.100.7',
    '    data: { protection: safe, passivePorts: 50000-59999, relay: always }',
    '    ftpd: { port: 2100, host: "::1" }',
    '    handoff: { kerberosFtpd: bin/kftpd }',
    'handoff: { anonymousFtpd: ../ftpd }',
    'logging: { destination: file, file: log/sftpd.log, events: 0x81 }',
    'access: { allow: [192.0.2.0/24, "2001:db8::/32"], deny: [10.0.0.0/8] }',
    'limits: { drain: 0s }',
  ].join('\n'),
  'data: { protection: private }\nlisteners: [{ data: { relay: auto } }, { port: 2121, data: { protection: clear } }]\n',
  'data: { protection: private }\nlisteners: [{ control: { cleartext: allow } }]\n',
];

describe('--print-config', () => {
  it('prints a file that equals the flags and the file it was printed from, wherever it is put', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.constantFrom(...FILES), flags, (text, argv) => {
        const before = parseArguments(argv, FLAGS, '/home/admin');
        // A flag given twice in two spellings.
        fc.pre(before.ok);
        const loaded = load(text, '/etc/old/sftpd.yaml', argv);
        fc.pre(loaded !== undefined);
        const inetd = argv.some((word) => word === '-s' || word === '--inetd');
        const printed = configurationFile(loaded, { inetd });
        expect(essence(load(printed, '/srv/new.yaml', inetd ? ['-s'] : []))).toEqual(essence(loaded));
        expect(printed.includes('-s (--inetd) was given')).toBe(inetd);
        // Printing what was printed changes nothing.
        expect(configurationFile(load(printed, '/srv/new.yaml', inetd ? ['-s'] : [])!, { inetd })).toBe(printed);
        compared++;
      }),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('writes out what required encryption implies, where nobody has it otherwise', () => {
    const printed = configurationFile(load('', '/etc/sftpd.yaml', ['-e', '-8'])!);
    expect(printed).toMatch(/^ {2}protection: private$/m);
    expect(printed).toMatch(/^ {2}relay: always$/m);
    expect(printed).toMatch(/^ {2}cleartext: deny$/m);
    expect(load(printed, '/etc/sftpd.yaml', [])?.warnings).toEqual([]);
  });

  it("prints the manual's inetd.conf line as a commented file (UPDATE_GOLDEN=1 writes it anew)", () => {
    const golden = fileURLToPath(new URL('../golden/flags/print-config.yaml', import.meta.url));
    const printed = configurationFile(load('', '/etc/sftpd.yaml', ['-s', '-f351', '-y/home/safetp'])!, { inetd: true });
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, printed);
    expect(printed).toBe(readFileSync(golden, 'utf8'));
  });

  it('names the schema that is installed beside the program', () => {
    const [first = ''] = printConfiguration(load('', '/etc/sftpd.yaml', [])!, { inetd: false }).split('\n');
    const schema = /^# yaml-language-server: \$schema=(\/.*\/schemas\/sftpd\.schema\.json)$/.exec(first)?.[1] ?? '';
    expect(existsSync(schema)).toBe(true);
  });
});

describe('--print-schema', () => {
  it('prints schemas/sftpd.schema.json', () => {
    expect(printSchema()).toBe(jsonSchemaText());
  });
});
