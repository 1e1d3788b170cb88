/**
 * The key with which a gateway proves who it is.
 */
import { dsaPublicKeyOf, type DsaPrivateKey } from '../../crypto/dsa.js';

export interface ServerKey {
  readonly privateKey: DsaPrivateKey;
  /** DER SubjectPublicKeyInfo: M1. */
  readonly publicDer: Uint8Array;
  /** `SHA256:` and base64, for people to compare. */
  readonly fingerprint: string;
}

/** A private key with its public half worked out. */
export function serverKeyOf(privateKey: DsaPrivateKey): ServerKey {
  const { der, fingerprint } = dsaPublicKeyOf(privateKey);
  return { privateKey, publicDer: der, fingerprint };
}
