// The words behind `sftpc`: what they come to, and what is wrong with them.
import { describe, expect, it } from 'vitest';
import { parseArguments, type Settings } from '../../src/client/cli/arguments.js';
import { usage } from '../../src/client/cli/usage.js';
import { splitWords } from '../../src/client/commands/words.js';

function settings(...argv: string[]): Settings {
  const parsed = parseArguments(argv);
  if (!parsed.ok || parsed.value.kind !== 'work') throw new Error(JSON.stringify(parsed));
  return parsed.value;
}

const place = (host: string, port = 21): object => ({
  place: { host, port, user: undefined, password: undefined, otherwise: 'ask' },
  directory: undefined,
});

describe('the command line', () => {
  it('needs nothing', () => {
    expect(settings()).toEqual({
      kind: 'work',
      work: { kind: 'session', start: undefined },
      user: undefined,
      passwordFile: undefined,
      netrc: { from: 'usual' },
      mode: 'passive',
      level: 'P',
      bufferSize: undefined,
      protection: 'required',
      knownServers: undefined,
      newServers: 'ask',
      expectAddress: undefined,
      trace: 'off',
      securityData: 'off',
      form: 'text',
      talk: 'all',
      onFailure: 'stop',
    });
    expect(settings('ftp.example').work).toEqual({ kind: 'session', start: place('ftp.example') });
    expect(settings('[::2]', '2021').work).toEqual({ kind: 'session', start: place('::2', 2021) });
  });

  it('takes the flags of the old client', () => {
    expect(settings('-z65536', '-i', '-d', '-a', '-X', '-Q', 'h')).toMatchObject({
      bufferSize: 65536,
      mode: 'passive',
      trace: 'on',
      securityData: 'on',
      newServers: 'accept',
      protection: 'preferred',
    });
    expect(settings('-z', '256', 'h')).toMatchObject({ bufferSize: 256 });
    expect(settings('-diaXQ', 'h')).toMatchObject({ trace: 'on', securityData: 'on', protection: 'preferred' });
    expect(settings('-c', 'h')).toMatchObject({ level: 'C', protection: 'required' });
    expect(settings('-t', 'h')).toMatchObject({ level: 'S', protection: 'required' });
    expect(settings('-9c', 'h')).toMatchObject({ level: 'C', protection: 'none' });
    expect(parseArguments(['-v'])).toEqual({ ok: true, value: { kind: 'version' } });
    expect(parseArguments(['-h'])).toEqual({ ok: true, value: { kind: 'help' } });
  });

  it('takes the same by their long names, and all other options', () => {
    const long = '--buffer-size=65536 --active --debug --adat --accept-new --fallback --prot s h';
    expect(settings(...long.split(' '))).toMatchObject({
      ...settings('-z65536', '-daXQt', 'h'),
      mode: 'active',
    });
    expect(settings('--clear-data', 'h')).toEqual(settings('-c', 'h'));
    expect(settings('--integrity-only', 'h')).toEqual(settings('-t', 'h'));
    const words = '-u joe --known-servers K --expect-address ::1 --password-file P --netrc N -q --json --keep-going h';
    expect(settings(...words.split(' '))).toMatchObject({
      user: 'joe',
      knownServers: 'K',
      expectAddress: '::1',
      passwordFile: 'P',
      netrc: { from: 'file', file: 'N' },
      talk: 'errors',
      form: 'json',
      onFailure: 'go-on',
    });
    expect(settings('--no-netrc', 'h')).toMatchObject({ netrc: { from: 'nowhere' } });
  });

  it('takes commands behind --, with ; between them, and checks them before anything is sent', () => {
    const { work } = settings('h', '--', 'get', 'a b', './-x', ';', 'ls', ';');
    if (work.kind !== 'commands') throw new Error(work.kind);
    expect(work.start).toEqual(place('h'));
    expect(work.commands.map(({ entry, args }) => [entry.names[0], ...args])).toEqual([['get', 'a b', './-x'], ['ls']]);
    expect(parseArguments(['h', '--', 'gte', 'a'])).toMatchObject({
      error: ['there is no command "gte": did you mean get?'],
    });
    expect(parseArguments(['h', '--', 'get'])).toMatchObject({
      error: ['too few arguments; it is: get [-cr] [-P N] REMOTE [LOCAL]'],
    });
    expect(parseArguments(['h', '--', 'get', '-x', 'a'])).toMatchObject({
      error: [
        'there is no option -x; a file whose name begins with - is written ./-x; it is: get [-cr] [-P N] REMOTE [LOCAL]',
      ],
    });
    expect(parseArguments(['h', '--', 'get', '-dash.txt'])).toMatchObject({
      error: [
        expect.stringContaining('there is no option -d; a file whose name begins with - is written ./-dash.txt;'),
      ],
    });
    expect(parseArguments(['h', '--', 'mget', 'a', '-P'])).toMatchObject({
      error: ['-P lacks what it takes: -P N; it is: mget [-c] [-P N] PATTERN…'],
    });
    expect(parseArguments(['h', '--'])).toMatchObject({ error: ['no command behind --'] });
  });

  it('takes a user before the host', () => {
    expect(settings('ann@h', '2021').work).toMatchObject({ start: { place: { host: 'h', port: 2021, user: 'ann' } } });
    expect(settings('ann@example.net@[::1]').work).toMatchObject({
      start: { place: { host: '::1', user: 'ann@example.net' } },
    });
    expect(settings('-u', 'ann', 'ann@h').work).toMatchObject({ start: { place: { host: 'h', user: 'ann' } } });
  });

  it('takes a file of commands, with a server or without', () => {
    expect(settings('-b', 'F').work).toEqual({ kind: 'batch', start: undefined, file: 'F' });
    expect(settings('--batch', '-', 'h', '2021').work).toEqual({ kind: 'batch', start: place('h', 2021), file: '-' });
  });

  it('takes the URL of a directory in the place of a server', () => {
    const start = { place: { host: 'keys', port: 21, otherwise: 'anonymous' }, directory: 'pub' };
    expect(settings('ftp://keys/pub/', '--', 'ls').work).toMatchObject({ kind: 'commands', start });
    expect(settings('-b', 'F', 'ftp://keys/pub/').work).toMatchObject({ kind: 'batch', start });
  });

  it('takes URLs to fetch, and one to send to', () => {
    expect(settings('ftp://h/a', 'FTP://i/b').work).toMatchObject({
      kind: 'download',
      urls: [{ path: 'a' }, { path: 'b', place: { host: 'i' } }],
      output: undefined,
    });
    expect(settings('-o', '-', 'ftp://h/a').work).toMatchObject({ kind: 'download', output: '-' });
    expect(settings('-T', 'F', 'ftp://h/in/').work).toMatchObject({ kind: 'upload', file: 'F', url: { path: 'in' } });
  });

  it('asks for help or the version, whatever else is wrong', () => {
    expect(parseArguments(['-h', '--prot', 'x'])).toEqual({ ok: true, value: { kind: 'help' } });
    expect(parseArguments(['--version', 'x', 'y', 'z'])).toEqual({ ok: true, value: { kind: 'version' } });
  });

  it.each([
    [['h', '0'], '"0" is no port: 1 to 65535'],
    [['h', '65536'], '"65536" is no port: 1 to 65535'],
    [['h', 'x'], '"x" is no port: 1 to 65535'],
    [[''], '"" is no host'],
    [['h', '21', 'ls'], 'unexpected argument "ls": a command goes behind --, as in: sftpc host 21 -- get a.txt'],
    [['-d', 'keys', 'list'], 'keys comes first: sftpc keys …; a server of that name is ftp://keys/'],
    [['--prot', 'E', 'h'], '--prot takes C, S or P'],
    [['-c', '-t', 'h'], '-c and -t exclude each other'],
    [['-t', '--prot', 'S', 'h'], '--prot and -t exclude each other'],
    [['-9', '--prot', 'P', 'h'], '-9 protects nothing: leave out --prot'],
    [['-9t', 'h'], '-9 protects nothing: leave out -t'],
    [['-9', '-z', '512', 'h'], '-9 protects nothing: leave out -z'],
    [['-9Q', 'h'], '-9 and -Q exclude each other'],
    [['-z', '255', 'h'], '-z takes 256 to 1048576 octets, not "255"'],
    [['-z1048577', 'h'], '-z takes 256 to 1048576 octets, not "1048577"'],
    [['-zx', 'h'], '-z takes 256 to 1048576 octets, not "x"'],
    [['--active', '--passive', 'h'], '--passive and --active exclude each other'],
    [['--netrc', 'F', '--no-netrc', 'h'], '--netrc and --no-netrc exclude each other'],
    [['--expect-address', 'h', 'h'], '--expect-address takes an IP address, not "h"'],
    [['--activ', 'h'], 'unknown option --activ: did you mean --active?'],
    [['-k', 'h'], 'unknown option -k'],
    [['h', '-u'], '-u lacks what it takes: -u NAME'],
    [['-u', '-x', 'h'], '-u lacks what it takes: -u NAME'],
    [['--known-servers'], '--known-servers lacks what it takes: --known-servers FILE'],
    [['--json=x', 'h'], "Option '--json' does not take an argument"],
    [['-b', 'F', 'h', '--', 'ls'], '--batch and -- exclude each other'],
    [['-o', 'F', 'h'], '-o and -T go with a URL: sftpc -o FILE ftp://host/path'],
    [['-o', 'F', '-T', 'G', 'ftp://h/a'], '-o and -T exclude each other'],
    [['-T', 'G', 'ftp://h/a', 'ftp://h/b'], '-T sends to one URL'],
    [['-T', '-', 'ftp://h/a/'], '-T - needs a URL with the name of a file'],
    [['-T', 'F', 'ftp://h/a;type=d'], '-T does not go with ;type=d'],
    [['-o', 'F', 'ftp://h/a/'], "-o is for files; a directory's listing goes to standard output"],
    [['--json', '-o', '-', 'ftp://h/a'], '--json and -o - both want standard output'],
    [['ftp://h/a', '--', 'ls'], 'commands need the URL of a directory, which ends in a slash'],
    [['ftp://h/', 'ftp://i/', '--', 'ls'], 'commands are for one URL'],
    [['ftp://h/a', 'b'], '"b" is no URL'],
    [['-u', 'joe', 'ftp://ann@h/a'], 'two user names: "joe" and, before the host, "ann"'],
    [['-u', 'joe', 'ann@h'], 'two user names: "joe" and, before the host, "ann"'],
    [['ann@'], '"" is no host'],
    [
      ['-u', 'joe', 'ftp://h/a', 'ftp://i/a'],
      '--user and --password-file are for one server, and the URLs name several',
    ],
  ])('says what is wrong with %j', (argv, mistake) => {
    expect(parseArguments(argv)).toEqual({ ok: false, error: [mistake] });
  });

  it('names all mistakes at once', () => {
    expect(parseArguments(['-ct', '-z1', 'h', 'x'])).toMatchObject({ error: { length: 3 } });
  });
});

describe('help', () => {
  it('fits 80 columns and names every option', () => {
    expect(
      usage()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
    expect(usage()).toContain('  -z, --buffer-size N  ');
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
