/** The command line of `sftpc keys`. */
import { err, ok, type Result } from '../../lib/result.js';
import { serverName } from '../server-name.js';
import type { OutputForm } from '../terminal/console.js';
import { helpRow, optionHelp, type Option } from '../terminal/option-help.js';
import { isFingerprint, type ServerName } from '../trust/known-servers.js';
import { scan, type Scanned } from './options.js';

export type KeysAction =
  | { readonly kind: 'help' }
  | { readonly kind: 'list' }
  | { readonly kind: 'remove'; readonly server: ServerName }
  /** `key`: a fingerprint, or a file that holds a public key. */
  | { readonly kind: 'import-key'; readonly server: ServerName; readonly key: string }
  /** `file`: in the form of known_servers. */
  | { readonly kind: 'import-file'; readonly file: string };

export interface KeysRequest {
  readonly action: KeysAction;
  readonly form: OutputForm;
  /** The file of known servers; undefined: the usual one. */
  readonly knownServers: string | undefined;
  readonly known: 'refuse' | 'replace';
}

const GROUP = 'options';

export const KEYS_OPTIONS = [
  { long: 'replace', group: GROUP, help: 'import: let a new key take the place of another one' },
  { long: 'known-servers', value: 'FILE', group: GROUP, help: 'work on FILE in place of the usual one' },
  { long: 'json', group: GROUP, help: 'print objects, one a line, in place of text' },
  { long: 'help', short: 'h', group: GROUP, help: 'print this text' },
] as const satisfies readonly Option[];

/** Each action: how it is written, and what it does. */
export const KEYS_ACTIONS = [
  { synopsis: 'list', help: 'print the servers that are known, with their keys' },
  { synopsis: 'remove HOST [PORT]', help: 'forget the key of a server' },
  {
    synopsis: 'import HOST [PORT] KEY',
    help: "make a server known before the first contact; KEY is its fingerprint, SHA256:…, or a file with what sftpd-keygen --show prints there, or with the server's public key; - is standard input",
  },
  { synopsis: 'import FILE', help: 'make all servers of a file known that keys list has printed' },
] as const;

/** What `sftpc keys --help` prints. Ends with a line end. */
export function keysUsage(): string {
  return [
    'usage: sftpc keys [options] list | remove HOST [PORT] | import …',
    '',
    'The keys by which servers are recognised.',
    '',
    'actions:',
    ...KEYS_ACTIONS.flatMap(({ synopsis, help }) => helpRow(synopsis, help)),
    '',
    'options:',
    ...optionHelp(KEYS_OPTIONS, GROUP),
    '',
    'examples:',
    '  sftpc keys list',
    '  sftpc keys remove ftp.example.org',
    '  sftpc keys import ftp.example.org 21 public.pem',
    '',
  ].join('\n');
}

/** Parses the words behind `keys`. The error lists every mistake. */
export function parseKeysArguments(argv: readonly string[]): Result<KeysRequest, readonly string[]> {
  const scanned = scan(argv, KEYS_OPTIONS);
  if (!scanned.ok) return err([scanned.error]);
  const action = actionOf(scanned.value);
  if (!action.ok) return err([action.error]);
  const { has, text } = scanned.value;
  if (has('replace') && !action.value.kind.startsWith('import')) return err(['--replace is for import']);
  return ok({
    action: action.value,
    form: has('json') ? 'json' : 'text',
    knownServers: text('known-servers'),
    known: has('replace') ? 'replace' : 'refuse',
  });
}

function actionOf({ has, words }: Scanned<(typeof KEYS_OPTIONS)[number]['long']>): Result<KeysAction, string> {
  const [action = '', first, second, ...rest] = words;
  if (has('help')) return ok({ kind: 'help' });
  switch (action) {
    case 'list':
      return first === undefined ? ok({ kind: 'list' }) : err('keys list takes no arguments');
    case 'remove':
      if (first === undefined || rest.length > 0) return err('it is: sftpc keys remove HOST [PORT]');
      return withServer(first, second, (server) => ({ kind: 'remove', server }));
    case 'import':
      return importOf(words.slice(1));
    case '':
      return err('say what to do: sftpc keys list, remove or import');
    default:
      return err(`keys has no action ${JSON.stringify(action)}: it is list, remove or import`);
  }
}

function importOf(words: readonly string[]): Result<KeysAction, string> {
  const [first, second, third, ...rest] = words;
  if (first === undefined || rest.length > 0) return err('it is: sftpc keys import HOST [PORT] KEY, or FILE alone');
  if (second === undefined) return ok({ kind: 'import-file', file: first });
  const key = third ?? second;
  if (key.startsWith('SHA256:') && !isFingerprint(key)) {
    return err(`${JSON.stringify(key)} is no fingerprint: SHA256: and 43 characters of base64`);
  }
  return withServer(first, third === undefined ? undefined : second, (server) => ({ kind: 'import-key', server, key }));
}

function withServer(
  host: string,
  port: string | undefined,
  action: (server: ServerName) => KeysAction,
): Result<KeysAction, string> {
  const server = serverName(host, port);
  return server.ok ? ok(action(server.value)) : server;
}
