import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/client/cli/arguments.js';
import { splitWords } from '../../src/client/commands/words.js';

const settings = (...argv: string[]): unknown => {
  const parsed = parseArguments(argv);
  return parsed.ok ? parsed.value : parsed.error;
};

describe('the command line', () => {
  it('needs a host only', () => {
    expect(settings('ftp.example')).toEqual({
      kind: 'connect',
      host: 'ftp.example',
      port: 21,
      user: undefined,
      mode: 'passive',
      level: 'P',
      protection: 'required',
      trace: 'off',
      knownServers: undefined,
      newServers: 'ask',
      expectAddress: undefined,
      passwordFile: undefined,
      commands: undefined,
    });
  });

  it('takes every option', () => {
    const words =
      '-d -u joe --active --prot s --known-servers K --accept-new --expect-address ::1 --password-file P [::2] 2021';
    expect(settings(...words.split(' '))).toMatchObject({
      host: '::2',
      port: 2021,
      user: 'joe',
      mode: 'active',
      level: 'S',
      trace: 'on',
      knownServers: 'K',
      newServers: 'accept',
      expectAddress: '::1',
      passwordFile: 'P',
    });
    expect(settings('-9', 'h')).toMatchObject({ protection: 'none' });
  });

  it('takes commands behind --, with ; between them, and checks them before anything is sent', () => {
    const parsed = parseArguments(['h', '--', 'get', 'a b', '-x', ';', 'ls', ';']);
    if (!parsed.ok || parsed.value.kind !== 'connect') throw new Error('not parsed');
    const commands = parsed.value.commands?.map(({ entry, args }) => [entry.names[0], ...args]);
    expect(commands).toEqual([['get', 'a b', '-x'], ['ls']]);
    expect(settings('h', '--', 'gte', 'a')).toEqual(['there is no command "gte": did you mean get?']);
    expect(settings('h', '--', 'get')).toEqual(['too few arguments; it is: get REMOTE [LOCAL]']);
    expect(settings('h', '--')).toEqual(['no command behind --']);
  });

  it('asks for help or the version, whatever else is wrong', () => {
    expect(settings('-h')).toEqual({ kind: 'help' });
    expect(settings('--version', 'x', 'y', 'z')).toEqual({ kind: 'version' });
  });

  it.each([
    [[], 'name the server: sftpc [options] host [port]'],
    [['h', '0'], '"0" is no port: 1 to 65535'],
    [['h', '65536'], '"65536" is no port: 1 to 65535'],
    [['h', 'x'], '"x" is no port: 1 to 65535'],
    [['h', '21', 'ls'], 'unexpected argument "ls": a command goes behind --, as in: sftpc host 21 -- get a.txt'],
    [['--prot', 'E', 'h'], '--prot takes C, S or P'],
    [['-9', '--prot', 'P', 'h'], '-9 protects nothing: leave out --prot P'],
    [['--active', '--passive', 'h'], '--active and --passive exclude each other'],
    [['--expect-address', 'h', 'h'], '--expect-address takes an IP address, not "h"'],
    [['--activ', 'h'], 'unknown option "activ": did you mean --active?'],
    [['-q', 'h'], 'unknown option "q": sftpc --help lists them all'],
  ])('says what is wrong with %j', (argv, mistake) => {
    expect(settings(...argv)).toEqual([mistake]);
  });
});

describe('a line of commands', () => {
  it.each([
    ['get a.txt', ['get', 'a.txt']],
    ['  get "two words"  x\t', ['get', 'two words', 'x']],
    [`put 'it''s' "a\\"b" c\\ d`, ['put', 'its', 'a"b', 'c d']],
    ['ls # all of it', ['ls']],
    ['get a#b', ['get', 'a#b']],
    ['# nothing', []],
    ['cd ""', ['cd', '']],
    ['', []],
  ])('%j', (line, words) => {
    expect(splitWords(line)).toEqual({ ok: true, value: words });
  });

  it('must close its quotes', () => {
    expect(splitWords('get "a')).toEqual({ ok: false, error: 'the quote " is not closed' });
    expect(splitWords('get a\\')).toEqual({ ok: false, error: 'the line ends in a backslash' });
  });
});
