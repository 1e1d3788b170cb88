/** What of a command may be shown. */
import { formatCommand, type Command } from '../../wire/command.js';

/** Verbs whose argument is a secret. ACCT is one on the systems that still ask for it (RFC 959 §4.1.1). */
const SECRET: ReadonlySet<string> = new Set(['PASS', 'ACCT']);

/** The command's line with a password replaced by `****`. */
export function shownCommand(command: Command): string {
  return SECRET.has(command.verb) ? `${command.verb} ****` : formatCommand(command);
}
