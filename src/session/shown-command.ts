/** What debugging output shows of a command. A password must not get there however it was typed. */
import { formatCommand, type Command } from '../wire/command.js';

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
export function shownCommand(command: Command): string {
  if (SHOWN.has(command.verb)) return formatCommand(command);
  return BARE.has(command.verb) ? command.verb : 'a command that is not shown';
}
