/** What to do next: a sentence for the person at the keyboard, by what went wrong. Options and commands in it are sftpc's. */
import type { Reply } from '../wire/reply.js';
import type { EngineFailure } from './engine/failure.js';

const TAMPERED = 'Somebody may be changing what passes over the network. Connect again from a network you trust.';
/** What to do where nothing else helps or is needed. */
export const CONNECT_AGAIN = 'Connect again.';
export const LATER = "Try again later, or ask the server's administrator.";

/** By what ended the session. A server that refuses protection is told of by trust.ts. */
const FAILURE_HINTS: Readonly<Record<EngineFailure['code'], string>> = {
  'no-mechanism': "Ask the server's administrator.",
  'mechanism-unavailable': LATER,
  'bad-token': TAMPERED,
  'exchange-failed': TAMPERED,
  'exchange-refused': "Connect again from a network you trust. If that fails, too, ask the server's administrator.",
  'key-rejected': "Ask the server's administrator for the fingerprint of its key.",
  'unprotected-reply': TAMPERED,
  'protection-refused': TAMPERED,
  'check-failed': TAMPERED,
  'check-refused': TAMPERED,
  'digest-mismatch': TAMPERED,
  'sequence-used-up': CONNECT_AGAIN,
  'service-ended': LATER,
  'no-greeting':
    "Check the port; the server may also have too many sessions, or none for this machine. Try again later, or ask the server's administrator.",
  'connection-lost': CONNECT_AGAIN,
  'not-ftp': 'Check the host and the port: what listens there may be no FTP server.',
  'unexpected-reply': CONNECT_AGAIN,
};

/** Where the exchange itself says more than that it failed. */
const EXCHANGE_HINTS: Partial<Record<NonNullable<EngineFailure['detail']>, string>> = {
  'malformed-key':
    "Ask the server's administrator: its key is of no use to this client, or somebody has changed it on its way.",
  'wrong-server-address': 'If the server is behind NAT, name the address it knows itself by: --expect-address ADDRESS.',
};

/** What to do next about what ended a session. */
export const hintOfFailure = ({ code, detail }: EngineFailure): string =>
  (detail && EXCHANGE_HINTS[detail]) ?? FAILURE_HINTS[code];

const STORE_ELSEWHERE = 'Choose another name, or a folder in which this user may store files, as in put FILE FOLDER/.';

/** By the code of the server's reply (RFC 959 §4.2, RFC 2228 §4). */
const REPLY_HINTS: Readonly<Record<number, string>> = {
  425: 'A firewall may be in the way: passive on or passive off may help.',
  426: 'Try again.',
  450: 'Check the name with ls; what is in use may be free later.',
  451: LATER,
  452: 'The server has no room for it: make some there, or ask its administrator.',
  500: 'The server does not know this command: quote HELP may show what it knows.',
  502: 'The server does not have this command: quote HELP may show what it has.',
  530: 'Log in as a user who may do this.',
  532: 'Log in as a user who may store files.',
  534: 'Ask for more protection of data: --prot P, or prot P.',
  535: TAMPERED,
  550: 'Check the name with ls, and whether this user may do that there.',
  552: 'The server has no room for it: make some there, or ask its administrator.',
  553: STORE_ELSEWHERE,
};

const OTHER_NAME =
  'See with ls whether the name is taken and its directory is there; this user has to be allowed to write there.';

/** A file or directory that cannot be had, or whose name cannot (RFC 959 §4.2). */
const unavailable = (hint: string): Readonly<Record<number, string>> => ({ 550: hint, 553: hint });

/** A server that says 500 to these means something else than that it does not know them: vsftpd's `500 OOPS`. */
const KNOWN = { 500: LATER };

const STORE_HINTS: Readonly<Record<number, string>> = {
  ...KNOWN,
  ...unavailable(STORE_ELSEWHERE),
  // vsftpd says no more than that where its disk is full.
  451: 'The server may have no room for it: make some there, or ask its administrator.',
};

/** By command and code, where the command says more than the code alone. */
const COMMAND_HINTS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  RETR: {
    ...KNOWN,
    ...unavailable('Check the name with ls, and whether this user may read it; get -r receives a directory.'),
  },
  LIST: KNOWN,
  STOR: STORE_HINTS,
  APPE: STORE_HINTS,
  DELE: unavailable('Check the name with ls, and whether this user may delete it; rmdir removes a directory.'),
  RMD: unavailable('Check the name with ls, and whether this user may remove it; the directory has to be empty.'),
  MKD: unavailable(OTHER_NAME),
  // Pure-FTPd says 451 whatever the reason.
  RNTO: { ...unavailable(OTHER_NAME), 451: OTHER_NAME },
};

/** What to do next about a refusal, of this command where it is known. */
export function hintOfReply({ code }: Reply, verb = ''): string {
  const hint = COMMAND_HINTS[verb]?.[code] ?? REPLY_HINTS[code];
  return hint ?? (code < 500 ? LATER : "Ask the server's administrator.");
}
