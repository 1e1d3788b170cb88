import { describe, expect, it } from 'vitest';
import { EXIT_USAGE, parseArguments } from '../../src/cli/arguments.js';
import { type Flag, FLAGS } from '../../src/cli/flags.js';
import { usage } from '../../src/cli/usage.js';
import { err, ok } from '../../src/lib/result.js';
import { nearest } from '../../src/lib/nearest.js';

const standard = { file: '/etc/sftpd.yaml', ifAbsent: 'defaults', patches: [] };

describe('the command line', () => {
  it.each([
    [[], { kind: 'run', ...standard }],
    [['--check'], { kind: 'check', ...standard }],
    [['--config', 'a.yaml'], { kind: 'run', file: 'a.yaml', ifAbsent: 'error', patches: [] }],
    [['--config=a.yaml', '--check'], { kind: 'check', file: 'a.yaml', ifAbsent: 'error', patches: [] }],
    [['--config=-a=b.yaml'], { kind: 'run', file: '-a=b.yaml', ifAbsent: 'error', patches: [] }],
    [['-h'], { kind: 'help' }],
    [['--help', '--check'], { kind: 'help' }],
    [['-v'], { kind: 'version' }],
    [['-vh'], { kind: 'help' }],
    [['--version', '--check', '--check'], { kind: 'version' }],
    [['--'], { kind: 'run', ...standard }],
  ])('%j', (argv, expected) => {
    expect(parseArguments(argv)).toEqual({ ok: true, value: expected });
  });

  it.each([
    [['--chekc'], ['unknown option --chekc: did you mean --check?']],
    [
      ['--conf', 'x'],
      ['unknown option --conf: did you mean --config?', unexpected('x')],
    ],
    [['-check'], ['unknown option -check: did you mean --check?']],
    [['-z'], ['unknown option -z: sftpd --help lists them all']],
    [['-hz'], ['unknown option -z: sftpd --help lists them all']],
    [['--x\n\x1b'], ['unknown option "--x\\n\\u001b": sftpd --help lists them all']],
    [['--config'], ['--config needs a value: --config FILE']],
    [['--config='], ['--config= needs a value: --config=FILE']],
    [['--config', ''], ['--config needs a value: --config FILE']],
    [
      ['--config', '--check'],
      ['--config needs a value: --config FILE (a value that begins with - is attached: --config=-…)'],
    ],
    [['--config', 'a', '--config=b'], ['--config is given 2 times: --config a, --config=b; give it once']],
    [['--check=yes'], ['--check takes no value']],
    [['sftpd.yaml'], [unexpected('sftpd.yaml')]],
    [['--', '-h'], [unexpected('-h')]],
    [['-'], [unexpected('-')]],
    [['--print-config', '--help'], ['unknown option --print-config: sftpd --help lists them all']],
  ])('%j is refused', (argv, mistakes) => {
    expect(parseArguments(argv)).toEqual({ ok: false, error: mistakes });
  });

  it('exits with 2 when it is wrong', () => {
    expect(EXIT_USAGE).toBe(2);
  });
});

function unexpected(word: string): string {
  return `unexpected argument "${word}": sftpd takes options only; a configuration file is named with --config FILE`;
}

describe('rows that yield patches', () => {
  const rows: readonly Flag[] = [
    ...FLAGS,
    {
      short: 'd',
      long: 'debug',
      value: 'N',
      help: 'debug level',
      effect: { kind: 'patch', patches: ([n]) => ok([{ path: ['logging', 'debugLevel'], value: Number(n) }]) },
    },
    {
      short: 'p',
      long: 'listen',
      value: '[ADDR:]PORT',
      help: 'where to listen',
      effect: {
        kind: 'patch',
        repeatable: true,
        patches: (values) =>
          values.includes('x')
            ? err('expected a port')
            : ok([{ path: ['listeners'], value: values.map((port) => ({ port: Number(port) })) }]),
      },
    },
    {
      short: '9',
      long: 'deny-cleartext',
      help: 'no plain FTP',
      effect: { kind: 'patch', patches: () => ok([{ path: ['control', 'cleartext'], value: 'deny' }]) },
    },
  ];

  it('take values attached and apart, bundled and repeated', () => {
    expect(parseArguments(['-9d2', '-p', '21', '--listen=2121'], rows)).toEqual({
      ok: true,
      value: {
        kind: 'run',
        ...standard,
        patches: [
          { flag: '-d2', path: ['logging', 'debugLevel'], value: 2 },
          { flag: '-p 21 --listen=2121', path: ['listeners'], value: [{ port: 21 }, { port: 2121 }] },
          { flag: '-9', path: ['control', 'cleartext'], value: 'deny' },
        ],
      },
    });
  });

  it('name what is wrong with a value', () => {
    expect(parseArguments(['-px', '-d1', '-d', '2', '-9', '-9'], rows)).toEqual({
      ok: false,
      error: ['--debug is given 2 times: -d1, -d 2; give it once', '-px: expected a port'],
    });
  });
});

describe('the usage text', () => {
  it('fits 80 columns and has every flag', () => {
    const text = usage();
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    for (const { long } of FLAGS) expect(text).toContain(`--${long}`);
    expect(text).toMatchInlineSnapshot(`
      "usage: sftpd [options]

      sftpd is the SafeTP gateway: it serves FTP clients, encrypted ones (X-SafeTP1)
      and plain ones, in front of an ordinary ftpd. The configuration file says
      everything else; etc/sftpd.yaml of the package shows every key at its default.

      options:
            --config FILE   read the configuration from FILE; without this flag from
                            /etc/sftpd.yaml, and where there is none, take the
                            defaults
            --check         validate the configuration and the keys, print every
                            problem, change nothing; exit with 0 if sftpd would start,
                            1 if not
        -h, --help          print this text
        -v, --version       print the version

      Exit status: 0 after a stop or a passed check, 1 when the configuration or a
      failure keeps sftpd from running, 2 for a wrong command line.
      "
    `);
  });
});

describe('did you mean', () => {
  it.each([
    ['idle_timeout', 'idleTimeout'],
    ['idleTimout', 'idleTimeout'],
    ['IDLETIMEOUT', 'idleTimeout'],
    ['prot', 'port'],
    ['x', undefined],
    ['', undefined],
    ['completely', undefined],
  ])('%j: %s', (word, expected) => {
    expect(nearest(word, ['port', 'idleTimeout', 'a'])).toBe(expected);
  });

  it('does not compare what is too long for a word', () => {
    expect(nearest('x'.repeat(1_000_000), ['x'.repeat(1_000_000)])).toBeUndefined();
  });
});
