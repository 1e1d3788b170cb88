/** The text of `sftpc --help`, made of the tables of options and commands, so that it is complete. */
import { COMMANDS } from '../commands/table.js';
import { EXIT } from '../error.js';
import { helpRow, optionHelp, wrapped } from '../terminal/option-help.js';
import { OPTIONS } from './option-table.js';
import { EXIT_BUG } from './report.js';

const INDENT = '  ';

/** In 80 columns; ends with a line end. */
export function usage(): string {
  const groups = [...new Set(OPTIONS.map(({ group }) => group))];
  const names = COMMANDS.map(({ names: [name = ''] }) => name).join(' ');
  return [
    'usage: sftpc [options] [[user@]host [port]]      a session at the terminal',
    "       sftpc [options] host [port] -- command…   commands, with ';' between them",
    '       sftpc [options] -b FILE [host [port]]     a file of commands',
    '       sftpc [options] [-o FILE] URL…            ftp://[user@]host[:port]/path',
    '       sftpc [options] -T FILE URL               send a file',
    '       sftpc keys --help                         the keys of known servers',
    '       sftpc proxy --help                        a local door for FTP programs',
    '',
    'sftpc is the SafeTP client: FTP, protected by X-SafeTP1 inside RFC 2228.',
    '',
    ...groups.flatMap((group) => [`${group}:`, ...optionHelp(OPTIONS, group), '']),
    'commands (help COMMAND, at the prompt, says more):',
    ...wrapped(names, 76).map((line) => INDENT + line),
    '',
    'environment:',
    ...helpRow('SFTPC_PASSWORD', 'the password, for scripts'),
    ...helpRow('NETRC', 'read in place of ~/.netrc'),
    ...helpRow('XDG_STATE_HOME', 'where sftpc/known_servers and history lie; ~/.local/state if unset'),
    ...helpRow('NO_COLOR', 'no colours on a terminal'),
    '',
    'exit status:',
    ...wrapped(
      `${EXIT.ok} done, ${EXIT.command} a command failed, ${EXIT.usage} wrong command line, ${EXIT.connect} no connection, ${EXIT.security} refused for safety, ${EXIT.login} login refused, ${EXIT_BUG} a bug in sftpc, 128 + N ended by signal N`,
      76,
    ).map((line) => INDENT + line),
    '',
    'examples:',
    '  sftpc -u ann ftp.example.org',
    "  sftpc -u ann ftp.example.org -- put today.csv ';' ls",
    '  sftpc -o - ftp://ftp.example.org/pub/list.gz | gunzip',
    '  sftpc -T today.csv ftp://ann@ftp.example.org/incoming/',
    '',
  ].join('\n');
}
