/**
 * The security data of the key exchange as -a shows it (RFC 2228 §3, ADAT; x-safetp1 §1). None of it is a secret: keys are public
 * ones, and what must not be read is encrypted.
 */
import { importDsaPublicKey } from '../../crypto/dsa.js';
import { decodeM2 } from '../../security/safetp1/messages.js';
import { M4_OCTETS } from '../../security/safetp1/profile.js';
import { decodeBase64 } from '../../wire/base64.js';
import type { TraceLine } from '../terms.js';

/** Characters of base64 in a line, as PEM has them. */
const LINE = 64;

/** Lines for a person; none for a line of the control connection that holds no security data. */
export function shownSecurityData({ from, text }: TraceLine): readonly string[] {
  const [, code, token = ''] = (from === 'server' ? /^(33[45])[ -]ADAT=(\S+)/i : /^(ADAT) (\S+)/i).exec(text) ?? [];
  const octets = decodeBase64(token);
  if (code === undefined || !octets.ok) return [];
  const lines = token.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return [`${titleOf(code, octets.value)}, ${octets.value.length} octets:`, ...lines.map((line) => `  ${line}`)];
}

/** Which of the four messages it is follows from what carries it; M4 has one length, and M2 is far longer. */
function titleOf(code: string, octets: Uint8Array): string {
  if (code === '334') {
    const key = importDsaPublicKey(octets);
    const what = key.ok ? `DSA, ${key.value.modulusBits} bits, ${key.value.fingerprint}` : 'unreadable';
    return `M1, the server's public key: ${what}`;
  }
  if (code === '335')
    return 'M3, the encrypted master key, both challenges and the server address, signed by the server';
  if (octets.length === M4_OCTETS) return "M4, the server's challenge, encrypted";
  const m2 = decodeM2(octets);
  const what = m2.ok ? `challenge ${Buffer.from(m2.value.clientChallenge).toString('hex')}` : 'unreadable';
  return `M2, our public key for this session (ElGamal) and ${what}`;
}
