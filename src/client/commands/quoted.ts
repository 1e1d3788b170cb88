/** Which FTP commands a user may send as they are, and what to do in place of the others. */
import type { Command } from '../../wire/command.js';
import { ClientError } from '../error.js';
import { isProtectionVerb, needsDataConnection } from '../session/own-verbs.js';

/** Verbs that would change what this client believes of the session behind its back, and what does the same in the open. */
const INSTEAD: Readonly<Record<string, string>> = {
  // A password that is typed here would be in the history; and a session that is opened again logs in as whom it knows.
  USER: 'Use user, which asks for the password.',
  PASS: 'Use user, which asks for the password.',
  ACCT: 'Use user, which asks for the account.',
  REIN: 'Use user, or close and open.',
  QUIT: 'Use close or bye.',
  ABOR: 'Ctrl-C aborts a transfer.',
  // The next file would be a part, and be taken for the whole.
  REST: 'Use reget.',
};

/** RFC 959 §3.1.2, §3.4: files in another structure or mode than these would not arrive as they are. */
const ONLY: Readonly<Record<string, string>> = { MODE: 'S', STRU: 'F' };

/** @throws ClientError for a command that is not the user's to send */
export function checkQuoted({ verb, argument = '' }: Command): void {
  if (needsDataConnection(verb)) {
    throw new ClientError('command', `quote cannot make the data connection of ${verb}.`, {
      hint: 'Use ls, get or put.',
    });
  }
  const instead = isProtectionVerb(verb) ? 'Use prot.' : INSTEAD[verb];
  if (instead !== undefined) throw new ClientError('command', `${verb} is sftpc's own to send.`, { hint: instead });
  const only = ONLY[verb];
  if (only !== undefined && argument.trim().toUpperCase() !== only) {
    throw new ClientError('command', `sftpc transfers files in ${verb} ${only} only.`);
  }
}
