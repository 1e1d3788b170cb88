/** The options of sftpc, as help and the manual list them. */
import { MAXIMUM_BUFFER, MINIMUM_BUFFER } from '../../security/safetp1/profile.js';
import type { Option } from '../terminal/option-help.js';

export const OPTIONS = [
  { group: 'login', long: 'user', short: 'u', value: 'NAME', help: 'log in as NAME' },
  { group: 'login', long: 'password-file', value: 'FILE', help: "take the password from FILE's first line" },
  { group: 'login', long: 'netrc', value: 'FILE', help: 'read FILE in place of ~/.netrc' },
  { group: 'login', long: 'no-netrc', help: 'leave ~/.netrc alone' },
  {
    group: 'protection',
    long: 'prot',
    value: 'C|S|P',
    help: 'of data: clear, safe (cannot be changed unnoticed) or private (nor read; the default)',
  },
  { group: 'protection', long: 'clear-data', short: 'c', help: 'data encryption off: --prot C' },
  { group: 'protection', long: 'integrity-only', short: 't', help: 'data cannot be changed, but read: --prot S' },
  {
    group: 'protection',
    long: 'buffer-size',
    short: 'z',
    value: 'N',
    help: `blocks of protected data of N octets at most, ${MINIMUM_BUFFER} to ${MAXIMUM_BUFFER} (the default)`,
  },
  { group: 'protection', long: 'plain', short: '9', help: 'plain RFC 959: everything in clear, password included' },
  {
    group: 'protection',
    long: 'fallback',
    short: 'Q',
    help: 'plain RFC 959 where the server has no X-SafeTP1 and is not known to have had it',
  },
  { group: 'trust', long: 'accept-new', short: 'X', help: 'trust the key of a server never met before without asking' },
  { group: 'trust', long: 'known-servers', value: 'FILE', help: 'keep the keys of servers in FILE' },
  {
    group: 'trust',
    long: 'expect-address',
    value: 'ADDRESS',
    help: "the server's own IP address, where NAT hides it",
  },
  { group: 'data connections', long: 'passive', short: 'i', help: 'connect to the server (the default)' },
  { group: 'data connections', long: 'active', help: 'have the server connect to us' },
  {
    group: 'scripts',
    long: 'batch',
    short: 'b',
    value: 'FILE',
    help: 'run the commands in FILE, one a line; - is standard input',
  },
  { group: 'scripts', long: 'keep-going', help: 'go on after a command that fails' },
  {
    group: 'scripts',
    long: 'output',
    short: 'o',
    value: 'FILE',
    help: "write a URL's file to FILE, or into the folder FILE; - is standard output",
  },
  {
    group: 'scripts',
    long: 'upload',
    short: 'T',
    value: 'FILE',
    help: 'send FILE to a URL; - is standard input',
  },
  { group: 'scripts', long: 'json', help: 'print results and progress as JSON, one object a line' },
  { group: 'scripts', long: 'quiet', short: 'q', help: 'say only what goes wrong' },
  {
    group: 'other',
    long: 'debug',
    short: 'd',
    help: 'show the control connection on standard error, passwords as ****',
  },
  { group: 'other', long: 'adat', short: 'a', help: 'show the security data of the key exchange, M1 to M4' },
  { group: 'other', long: 'help', short: 'h', help: 'print this text' },
  { group: 'other', long: 'version', short: 'v', help: 'print the version' },
] as const satisfies readonly Option[];

export type LongOption = (typeof OPTIONS)[number]['long'];
