/** What is known about verbs without knowing a session: tables, each with its source. */

/** `download`: the data flows from the ftpd to the client. */
export type DataDirection = 'download' | 'upload';

/** Verbs that use a data connection. RFC 959 §4.1.3; MLSD: RFC 3659 §7. STAT and MLST answer on the control connection. */
export const DATA_VERBS: ReadonlyMap<string, DataDirection> = new Map<string, DataDirection>([
  ['RETR', 'download'],
  ['LIST', 'download'],
  ['NLST', 'download'],
  ['MLSD', 'download'],
  ['STOR', 'upload'],
  ['STOU', 'upload'],
  ['APPE', 'upload'],
]);

/**
 * Verbs that set up a data connection. `forbidden` ones would make the ftpd connect or listen where the gateway does not
 * see it: LPRT and LPSV (RFC 1639), SPSV (draft-rosenau-ftp-single-port), CPSV (FXP over TLS, glftpd and others).
 */
export const DATA_SETUP_VERBS: ReadonlyMap<string, 'passive' | 'active' | 'forbidden'> = new Map<
  string,
  'passive' | 'active' | 'forbidden'
>([
  ['PASV', 'passive'],
  ['EPSV', 'passive'],
  ['PORT', 'active'],
  ['EPRT', 'active'],
  ['LPRT', 'forbidden'],
  ['LPSV', 'forbidden'],
  ['SPSV', 'forbidden'],
  ['CPSV', 'forbidden'],
]);

/**
 * Verbs that are handled while a transfer runs: RFC 959 §4.1.3 (ABOR, STAT). Not QUIT, which waits for the transfer's result
 * (§4.1.1): an ftpd's 226 and 221 may both be here while data is still on its way to the client, and Pure-FTPd takes QUIT for ABOR.
 */
export const OVERTAKING_VERBS: ReadonlySet<string> = new Set(['ABOR', 'STAT']);

/** The direction of a verb's data connection, undefined if it uses none. `verb` in upper case. */
export const dataDirection = (verb: string): DataDirection | undefined => DATA_VERBS.get(verb);

export const mayOvertake = (verb: string): boolean => OVERTAKING_VERBS.has(verb);
