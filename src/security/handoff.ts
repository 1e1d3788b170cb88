/**
 * The mechanisms that the gateway does not speak itself but leaves to a Kerberos ftpd (the manual's Kerberos compatibility):
 * the names of RFC 2228 Appendices I and II. They stand in the list of a listener only where such an ftpd is configured.
 */
import type { Mechanism } from './mechanism.js';

/** GSSAPI (RFC 2228, Appendix I), KERBEROS_V4 (Appendix II). */
const NAMES = ['GSSAPI', 'KERBEROS_V4'] as const;

/** One mechanism a name, each handing the session over from its AUTH on. */
export function kerberosMechanisms(): readonly Mechanism[] {
  return NAMES.map((name) => ({ name, begin: () => ({ kind: 'handoff' }) }));
}
