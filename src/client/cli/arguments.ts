/** argv → what sftpc is asked to do. Wrong arguments are values: sentences for run.ts to print before exit 2. */
import { parseArgs } from 'node:util';
import { nearest } from '../../lib/nearest.js';
import { err, ok, type Result } from '../../lib/result.js';
import { canonicalAddress } from '../../wire/address.js';
import { MAX_PORT } from '../../wire/limits.js';
import { DEFAULT_PORT } from '../connect.js';
import type { BoundCommand } from '../commands/command.js';
import { bindCommand } from '../commands/table.js';
import type { DataMode } from '../session/data-connection.js';
import { isUserLevel, type UserLevel } from '../session/session.js';

export interface Settings {
  readonly kind: 'connect';
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly mode: DataMode;
  readonly level: UserLevel;
  /** `none`: -9. */
  readonly protection: 'required' | 'none';
  readonly trace: 'off' | 'on';
  readonly knownServers: string | undefined;
  readonly newServers: 'ask' | 'accept';
  readonly expectAddress: string | undefined;
  readonly passwordFile: string | undefined;
  /** What follows `--`; undefined: commands come from standard input. */
  readonly commands: readonly BoundCommand[] | undefined;
}

export type Invocation = { readonly kind: 'help' } | { readonly kind: 'version' } | Settings;

/** Options with what help says of them, in its order. */
export const OPTIONS = [
  { long: 'user', short: 'u', value: 'NAME', help: 'log in as NAME; without it you are asked' },
  { long: 'password-file', value: 'FILE', help: "take the password from FILE's first line" },
  { long: 'passive', help: 'connect to the server for data (the default)' },
  { long: 'active', help: 'have the server connect to us for data' },
  { long: 'prot', value: 'C|S|P', help: 'protection of data: clear, safe or private (the default)' },
  { long: 'plain', short: '9', help: 'plain RFC 959: everything in clear, password included' },
  { long: 'known-servers', value: 'FILE', help: 'keep the keys of servers in FILE' },
  { long: 'accept-new', help: 'trust the key of a server never met before without asking' },
  { long: 'expect-address', value: 'ADDRESS', help: "the server's own IP address, where NAT hides it" },
  { long: 'debug', short: 'd', help: 'show the control connection on standard error, passwords as ****' },
  { long: 'help', short: 'h', help: 'print this text' },
  { long: 'version', short: 'v', help: 'print the version' },
] as const satisfies readonly { long: string; short?: string; value?: string; help: string }[];

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** Parses the words after the program's name. The error lists every mistake. */
export function parseArguments(argv: readonly string[]): Result<Invocation, readonly string[]> {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  const scanned = scan(options);
  if (!scanned.ok) return err([scanned.error]);
  const { values, positionals } = scanned.value;
  if (values['help'] === true) return ok({ kind: 'help' });
  if (values['version'] === true) return ok({ kind: 'version' });
  const mistakes: string[] = [];
  const [host, port, ...surplus] = positionals;
  if (host === undefined || host === '') mistakes.push('name the server: sftpc [options] host [port]');
  if (surplus.length > 0) {
    mistakes.push(
      `unexpected argument ${JSON.stringify(surplus[0])}: a command goes behind --, as in: sftpc host 21 -- get a.txt`,
    );
  }
  const number = port === undefined ? DEFAULT_PORT : /^[0-9]{1,5}$/.test(port) ? Number(port) : NaN;
  if (!(number >= 1 && number <= MAX_PORT)) mistakes.push(`${JSON.stringify(port)} is no port: 1 to ${MAX_PORT}`);
  if (values['active'] === true && values['passive'] === true)
    mistakes.push('--active and --passive exclude each other');
  const level = text(values, 'prot')?.toUpperCase() ?? 'P';
  if (!isUserLevel(level)) mistakes.push('--prot takes C, S or P');
  if (values['plain'] === true && values['prot'] !== undefined && level !== 'C') {
    mistakes.push(`-9 protects nothing: leave out --prot ${level}`);
  }
  const expectAddress = text(values, 'expect-address');
  if (expectAddress !== undefined && canonicalAddress(expectAddress) === undefined) {
    mistakes.push(`--expect-address takes an IP address, not ${JSON.stringify(expectAddress)}`);
  }
  const commands = end < 0 ? undefined : bindAll(argv.slice(end + 1), mistakes);
  if (mistakes.length > 0 || host === undefined || !isUserLevel(level)) return err(mistakes);
  return ok({
    kind: 'connect',
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: number,
    user: text(values, 'user'),
    mode: values['active'] === true ? 'active' : 'passive',
    level,
    protection: values['plain'] === true ? 'none' : 'required',
    trace: values['debug'] === true ? 'on' : 'off',
    knownServers: text(values, 'known-servers'),
    newServers: values['accept-new'] === true ? 'accept' : 'ask',
    expectAddress,
    passwordFile: text(values, 'password-file'),
    commands,
  });
}

function text(values: Values, name: (typeof OPTIONS)[number]['long']): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Commands behind `--`, one after the other with `;` as a word of its own between them. */
function bindAll(words: readonly string[], mistakes: string[]): readonly BoundCommand[] {
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word === ';') commands.push([]);
    else commands.at(-1)?.push(word);
  }
  const meant = commands.filter((each) => each.length > 0);
  if (meant.length === 0) mistakes.push('no command behind --');
  return meant.flatMap((each) => {
    const bound = bindCommand(each);
    if (bound.ok) return [bound.value];
    mistakes.push(bound.error);
    return [];
  });
}

function scan(
  args: readonly string[],
): Result<{ readonly values: Values; readonly positionals: readonly string[] }, string> {
  const options = Object.fromEntries(
    OPTIONS.map((option) => [
      option.long,
      {
        type: 'value' in option ? 'string' : 'boolean',
        ...('short' in option ? { short: option.short } : {}),
      } as const,
    ]),
  );
  try {
    return ok(parseArgs({ args: [...args], options, allowPositionals: true }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'-{0,2}([^'=]+)/.exec(message)?.[1] : undefined;
    if (unknown === undefined) return err(message.split(/[.\n]/, 1)[0] ?? message);
    const meant = nearest(
      unknown,
      OPTIONS.map(({ long }) => long),
    );
    const hint = meant === undefined ? 'sftpc --help lists them all' : `did you mean --${meant}?`;
    return err(`unknown option ${JSON.stringify(unknown)}: ${hint}`);
  }
}
