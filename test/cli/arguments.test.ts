import { describe, expect, it } from 'vitest';
import { EXIT_USAGE, parseArguments } from '../../src/cli/arguments.js';
import { FLAGS } from '../../src/cli/flags.js';
import { usage } from '../../src/cli/usage.js';
import { nearest } from '../../src/lib/nearest.js';

const standard = { file: '/etc/sftpd.yaml', ifAbsent: 'defaults', patches: [], inetd: false };

describe('the command line', () => {
  it.each([
    [[], { kind: 'run', ...standard }],
    [['--check'], { kind: 'check', ...standard }],
    [['--config', 'a.yaml'], { kind: 'run', file: 'a.yaml', ifAbsent: 'error', patches: [], inetd: false }],
    [['--config=a.yaml', '--check'], { kind: 'check', file: 'a.yaml', ifAbsent: 'error', patches: [], inetd: false }],
    [['--config=-a=b.yaml'], { kind: 'run', file: '-a=b.yaml', ifAbsent: 'error', patches: [], inetd: false }],
    [['-h'], { kind: 'help' }],
    [['--help', '--check'], { kind: 'help' }],
    [['-v'], { kind: 'version' }],
    [['-vh'], { kind: 'help' }],
    [['--version', '--check', '--check'], { kind: 'version' }],
    [['--'], { kind: 'run', ...standard }],
    [['-s'], { kind: 'run', ...standard, inetd: true }],
    [['--check', '--print-config'], { kind: 'print-config', ...standard }],
    [['--print-config', '--print-schema', '-s'], { kind: 'print-schema' }],
    [['--print-schema', '-v'], { kind: 'version' }],
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
    [
      ['-listen', '21'],
      ['unknown option -listen: did you mean --listen?', unexpected('21')],
    ],
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
    [['--print-confg', '--help'], ['unknown option --print-confg: did you mean --print-config?']],
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
  it('take values attached and apart, bundled and repeated', () => {
    expect(parseArguments(['-9d2', '-p', '21', '--listen=2121'])).toEqual({
      ok: true,
      value: {
        kind: 'run',
        ...standard,
        patches: [
          { flag: '-p 21 --listen=2121', path: ['listeners'], value: [{ port: 21 }, { port: 2121 }] },
          { flag: '-9', path: ['control', 'cleartext'], value: 'deny' },
          { flag: '-d2', path: ['logging', 'debugLevel'], value: 2 },
        ],
      },
    });
  });

  it('name what is wrong with a value', () => {
    expect(parseArguments(['-p:1', '-d1', '-d', '2', '-9', '-9'])).toEqual({
      ok: false,
      error: [
        '-p:1: found ":1", expected a port, or an address and a port, as in 21, 192.0.2.1:21, [2001:db8::1]:21: nothing stands before the colon',
        '--debug is given 2 times: -d1, -d 2; give it once',
      ],
    });
  });

  it('take relative paths from where one stands', () => {
    const given = parseArguments(['-ykeys', '-l../a.log', '-k', '/k', '-xx'], FLAGS, '/home/admin');
    expect(given.ok && 'patches' in given.value ? given.value.patches.map(({ value }) => value) : []).toEqual([
      '/home/admin/keys',
      'file',
      '/home/a.log',
      '/k',
      '/home/admin/x',
    ]);
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

      General options:
            --config FILE   read the configuration from FILE; without this flag from
                            /etc/sftpd.yaml, and where there is none, take the
                            defaults
            --check         validate the configuration and the keys, print every
                            problem, change nothing; exit with 0 if sftpd would start,
                            1 if not
            --print-config  print the configuration that file, flags and defaults
                            amount to, as a file to use in their place
            --print-schema  print the JSON Schema of the configuration file
        -h, --help          print this text
        -v, --version       print the version
        -y, --workdir DIR   the directory that holds DSA/ with the keys (workdir)

      Control channel options:
        -s, --inetd         standard input is the control connection, as under inetd:
                            one session, then exit; the log goes to syslog unless the
                            configuration or a flag says otherwise
        -p, --listen [ADDR:]PORT
                            where to listen, a port or a service of /etc/services; an
                            IPv6 address in brackets; may be repeated; in place of the
                            listeners of the file; without effect with -s (listeners)
        -f, --ftpd [ADDR:]PORT
                            where the plain ftpd is, by default port raw-ftp of this
                            machine; the way there is not encrypted (ftpd.host,
                            ftpd.port)
        -8, --anonymous-cleartext
                            allow unencrypted sessions for anonymous FTP only; with
                            -9, -9 holds (control.cleartext: anonymous-only). The
                            letter is lost from the manual; this one was chosen here.
        -9, --deny-cleartext
                            refuse unencrypted sessions (control.cleartext: deny)
        -i, --external-address ADDR
                            the address clients see when this machine is behind NAT:
                            in the SafeTP handshake and in the PASV reply
                            (externalAddress of all listeners)

      Data channel options:
        -e, --require-data-encryption
                            refuse transfers that are not encrypted; implies -3 and -9
                            (data.protection: private). The letter is lost from the
                            manual; this one was chosen here.
        -r, --passive-ports LOW-HIGH
                            ports for passive transfers, both ends included
                            (data.passivePorts)
        -3, --force-relay   pass all data through the gateway, for an ftpd that
                            refuses third-party transfers (data.relay: always)

      Log options:
        -o, --log-stdout    log to standard output, under inetd too
                            (logging.destination: stdout)
        -l, --log-file FILE
                            log to FILE; overrides -o (logging.destination: file,
                            logging.file)
        -d, --debug N       debugging output, from 1 (least) to 3 (most); 0 is none
                            (logging.debugLevel)
        -a, --log-adat      log the security data (ADAT) of the handshakes as well
                            (logging.securityData)
        -m, --log-mask MASK
                            what to log, as a sum, in decimal or after 0x: 1 errors, 2
                            warnings, 4 connections, 8 compatibility, 16 debug, 32
                            users, 128 timestamp; by default 0xbf, all
                            (logging.events)

      Compatibility options:
        -k, --kerberos-ftpd FILE
                            the program of a Kerberos ftpd, for clients that ask for
                            it (handoff.kerberosFtpd). The letter is lost from the
                            manual; this one was chosen here.
        -x, --anonymous-ftpd FILE
                            experimental: the program of an ftpd that is given
                            anonymous clients' own connection (handoff.anonymousFtpd).
                            The letter is lost from the manual; this one was chosen
                            here.

      A value may be attached (-p21, --listen=21) or stand apart (-p 21, --listen 21);
      switches may be bundled (-sa9). In parentheses stands the key of the
      configuration file, over which the flag is laid: it holds for all listeners.
      Relative paths in flags are taken from the current directory, those in the file
      from the directory of the file.

      To turn flags into a configuration file:
        sftpd -s -f351 -y/home/safetp --print-config > sftpd.yaml

      Exit status: 0 after a stop or a passed check, 1 when the configuration or a
      failure keeps sftpd from running, 2 for a wrong command line.
      "
    `);
  });

  it('says of the four letters that the manual has lost them', () => {
    const lost = FLAGS.filter(({ help }) => help.includes('lost from the manual')).map(({ short }) => short);
    expect(lost.sort()).toEqual(['8', 'e', 'k', 'x']);
  });

  it('says where each value of a legacy flag goes', () => {
    for (const { long, help, effect } of FLAGS) {
      if (effect.kind !== 'patch') continue;
      const yielded = effect.patches(['1'], '/');
      for (const { path } of yielded.ok ? yielded.value : []) expect(help, long).toContain(path.at(-1));
    }
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
