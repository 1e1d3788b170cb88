/** Private DSA keys from their numbers. */
import { importDsaPrivatePem, type DsaPrivateKey } from '../../src/crypto/dsa.js';
import { der, encodeDer } from '../../src/crypto/der.js';
import { serverKeyOf, type ServerKey } from '../../src/security/safetp1/server-key.js';
import { integer, vectors } from './vectors.js';

/** PKCS#8 of p, q, g and x. */
export function privateKeyOf(numbers: Record<'p' | 'q' | 'g' | 'x', string>): DsaPrivateKey {
  const [p, q, g, x] = [numbers.p, numbers.q, numbers.g, numbers.x].map((text) => der.integer(integer(text)));
  const algorithm = der.sequence(der.oid('1.2.840.10040.4.1'), der.sequence(p!, q!, g!));
  const info = encodeDer(der.sequence(der.integer(0n), algorithm, der.octetString(encodeDer(x!))));
  const lines = Buffer.from(info).toString('base64').match(/.{1,64}/g)!.join('\n');
  const key = importDsaPrivatePem(Buffer.from(`-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`));
  if (!key.ok) throw new Error(key.error);
  return key.value;
}

/** The keys of the known handshakes: 2048/256, 1024/160, and the third. */
export const vectorServerKeys: readonly ServerKey[] = vectors.handshakes.map(({ dsa }) => serverKeyOf(privateKeyOf(dsa)));
