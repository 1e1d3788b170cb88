/** The text of `sftpc --help`, made of the tables of options and commands, so that it is complete. */
import { OPTIONS } from './arguments.js';
import { commandHelp } from '../commands/table.js';

const WIDTH = 28;

/** Ends with a line end. */
export function usage(): string {
  const options = OPTIONS.map((option) => {
    const short = 'short' in option ? `-${option.short}, ` : '    ';
    const left = `  ${short}--${option.long}${'value' in option ? ` ${option.value}` : ''}`;
    return left.length < WIDTH ? `${left.padEnd(WIDTH)}${option.help}` : `${left}\n${' '.repeat(WIDTH)}${option.help}`;
  });
  return [
    'usage: sftpc [options] host [port] [-- command…]',
    '',
    'sftpc is the SafeTP client: FTP, protected by X-SafeTP1 inside RFC 2228.',
    'Without a command it reads commands, one a line, from the terminal or from standard',
    'input; there it stops at the first one that fails. Several commands behind -- are',
    "separated by ';' as a word of its own.",
    '',
    'options:',
    ...options,
    '',
    'commands:',
    ...commandHelp(),
    '',
    'environment:',
    '  SFTPC_PASSWORD            the password, for scripts',
    '  XDG_STATE_HOME            where sftpc/known_servers lies; ~/.local/state if unset',
    '',
    'Exit status: 0 done, 1 a command failed, 2 wrong command line, 3 no connection, 4 refused',
    'for safety (a key changed, a check failed, protection was taken away), 5 login refused.',
    '',
  ].join('\n');
}
