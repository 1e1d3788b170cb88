/**
 * Verbs that a session sends itself, and takes from nobody else: they begin transfers, change what protects it, or set what would
 * hold for the next transfer behind its back. A file of which REST has cut off the beginning would be taken for the whole.
 */
import { DATA_SETUP_VERBS, dataDirection } from '../../wire/verbs.js';

/** RFC 2228 §3, and DIGT of draft-bonachea-sftp. */
const PROTECTION: ReadonlySet<string> = new Set(['AUTH', 'ADAT', 'PBSZ', 'PROT', 'CCC', 'MIC', 'CONF', 'ENC', 'DIGT']);

/** RFC 959 §4.1. */
const COURSE: ReadonlySet<string> = new Set(['USER', 'PASS', 'ACCT', 'REIN', 'QUIT', 'ABOR', 'REST']);

/** @param verb - in upper case */
export const isProtectionVerb = (verb: string): boolean => PROTECTION.has(verb);

/** @param verb - in upper case */
export const needsDataConnection = (verb: string): boolean =>
  dataDirection(verb) !== undefined || DATA_SETUP_VERBS.has(verb);

/** @param verb - in upper case */
export const isOwnVerb = (verb: string): boolean =>
  PROTECTION.has(verb) || COURSE.has(verb) || needsDataConnection(verb);
