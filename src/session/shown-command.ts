/**
 * What debugging output shows of commands and replies: no password, however it was typed; no security data; and of a protected session
 * no more than verbs and codes, since what a client has sent in protection is not for a log.
 */
import { formatCommand, type Command } from '../wire/command.js';
import type { Reply } from '../wire/reply.js';

/**
 * Verbs whose arguments are no secrets: RFC 959 §4.1, 775, 2228, 2389, 2428, 3659 and what clients send besides. PASS and ACCT
 * are not among them, nor SITE (SITE PSWD); and what is not here may be a mistyped PASS.
 */
const SHOWN: ReadonlySet<string> = new Set(
  (
    'USER CWD XCWD CDUP XCUP SMNT REIN QUIT PORT PASV TYPE STRU MODE RETR STOR STOU APPE ALLO REST RNFR RNTO ABOR DELE RMD XRMD ' +
    'MKD XMKD PWD XPWD LIST NLST SYST STAT HELP NOOP FEAT OPTS EPRT EPSV MDTM SIZE MLST MLSD MFMT LANG CLNT AUTH PBSZ PROT CCC'
  ).split(' '),
);

/** Verbs that are shown without what follows. */
const BARE: ReadonlySet<string> = new Set(['PASS', 'ACCT', 'SITE', 'ADAT', 'MIC', 'CONF', 'ENC']);

/** The command as it may be logged. */
export function shownCommand(command: Command, session: 'clear' | 'protected'): string {
  if (SHOWN.has(command.verb)) return session === 'clear' ? formatCommand(command) : command.verb;
  return BARE.has(command.verb) ? command.verb : 'a command that is not shown';
}

/** Replies that carry security data (RFC 2228 §5.1; DIGT's 211 is protected). */
const SECURITY_DATA: ReadonlySet<number> = new Set([334, 335, 235]);

/** The reply as it may be logged: its last line, or its code alone. */
export function shownReply(message: Reply, session: 'clear' | 'protected'): string {
  const bare = session === 'protected' || SECURITY_DATA.has(message.code);
  return bare ? String(message.code) : (message.lines.at(-1) ?? '');
}
