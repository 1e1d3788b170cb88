import { type Flag, FLAGS } from './flags.js';

/** Columns of a terminal nobody has widened. */
const WIDTH = 80;

/** Column where the explanations begin. */
const INDENT = 22;

const INTRODUCTION =
  'sftpd is the SafeTP gateway: it serves FTP clients, encrypted ones (X-SafeTP1) and plain ones, in front of an ordinary ftpd. ' +
  'The configuration file says everything else; etc/sftpd.yaml of the package shows every key at its default.';

/** The usage text, complete and current because it is made of the table. Ends with a line end. */
export function usage(flags: readonly Flag[] = FLAGS): string {
  return [
    'usage: sftpd [options]',
    '',
    ...wrap(INTRODUCTION, WIDTH),
    '',
    ...[...new Set(flags.map(({ group }) => group))].flatMap((group) => [
      `${group ?? 'Other'} options:`,
      ...flags.filter((flag) => flag.group === group).flatMap(row),
      '',
    ]),
    ...wrap(
      'A value may be attached (-p21, --listen=21) or stand apart (-p 21, --listen 21); switches may be bundled (-sa9). ' +
        'In parentheses stands the key of the configuration file, over which the flag is laid: it holds for all listeners. ' +
        'Relative paths in flags are taken from the current directory, those in the file from the directory of the file.',
      WIDTH,
    ),
    '',
    'To turn flags into a configuration file:',
    '  sftpd -s -f351 -y/home/safetp --print-config > sftpd.yaml',
    '',
    ...wrap(
      'Exit status: 0 after a stop or a passed check, 1 when the configuration or a failure keeps sftpd from running, 2 for a wrong command line.',
      WIDTH,
    ),
    '',
  ].join('\n');
}

/** How a flag is written, as in `-h, --help` or `--config FILE`. */
export function spelling({ short, long, value }: Flag): string {
  const names = `${short === undefined ? '    ' : `-${short}, `}--${long}`;
  return value === undefined ? names : `${names} ${value}`;
}

function row(flag: Flag): string[] {
  const left = `  ${spelling(flag)}`;
  const lines = wrap(flag.help, WIDTH - INDENT).map((line) => ' '.repeat(INDENT) + line);
  // A spelling that reaches into the explanations has its own line.
  if (left.length > INDENT - 2) return [left, ...lines];
  return [left.padEnd(INDENT) + (lines[0] ?? '').trimStart(), ...lines.slice(1)];
}

function wrap(text: string, width: number): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) return [...lines, word];
    return [...lines.slice(0, -1), `${line} ${word}`];
  }, []);
}
