/**
 * DSA (FIPS 186-4): generate, import, export, sign, verify. Signatures are r | s, each as long as q (IEEE P1363), and
 * the hash goes by the size of q.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { err, ok, type Result } from '../lib/result.js';
import { Secret } from '../lib/secret.js';
import { dsaSizesOf } from './dsa-spki.js';
import { equalOctets, view } from './octets.js';

/** A private key. What is in it leaves this file only as a signature or as PEM. */
export type DsaPrivateKey = Secret<KeyObject>;

export interface DsaPublicKey {
  /** DER SubjectPublicKeyInfo. */
  readonly der: Uint8Array;
  /** `SHA256:` and the base64 of SHA-256 over `der`, without padding: as ssh writes it. */
  readonly fingerprint: string;
  /** Size of p. */
  readonly modulusBits: number;
  /** Size of q: 160, 224 or 256. */
  readonly divisorBits: DivisorBits;
  readonly handle: KeyObject;
}

/** Sizes of q with the hash that FIPS 186 pairs with each. */
const HASHES = { 160: 'sha1', 224: 'sha224', 256: 'sha256' } as const;
export type DivisorBits = keyof typeof HASHES;

/** The hash that goes with each private key, worked out once. */
const hashes = new WeakMap<KeyObject, DivisorBits>();

/** Sizes that are made: FIPS 186-4 §4.2. */
export const DSA_SIZES = { 1024: 160, 2048: 256, 3072: 256 } as const;
export type DsaModulusBits = keyof typeof DSA_SIZES;

/**
 * Sizes of p that are accepted, in bits. OpenSSL would take 512, which has been broken; 1024 is what SafeTP's own
 * servers had. The upper end bounds the work that a hostile key can cause.
 */
const MINIMUM_MODULUS = 1024;
const MAXIMUM_MODULUS = 4096;

/** A SubjectPublicKeyInfo with three integers of 4096 bits is shorter. */
const MAXIMUM_OCTETS = 2048;

/** What keeps octets or text from being a usable DSA key. */
export type DsaKeyFault = 'unreadable' | 'not-dsa' | 'size';

/** A new private key. Takes from 0.05 s (1024 bits) to a second or two (3072). */
export function generateDsaKey(modulusBits: DsaModulusBits): DsaPrivateKey {
  const options = { modulusLength: modulusBits, divisorLength: DSA_SIZES[modulusBits] };
  return new Secret(generateKeyPairSync('dsa', options).privateKey);
}

/** Reads DER SubjectPublicKeyInfo; its canonical encoding and nothing behind it. */
export function importDsaPublicKey(der: Uint8Array): Result<DsaPublicKey, DsaKeyFault> {
  if (der.length > MAXIMUM_OCTETS) return err('size');
  const handle = attempt(() => createPublicKey({ key: view(der), format: 'der', type: 'spki' }));
  // Nothing more is asked of a handle whose octets are no DSA key: see dsa-spki.ts.
  if (dsaSizesOf(der, MAXIMUM_OCTETS) === undefined) {
    return err(handle === undefined || handle.asymmetricKeyType === 'dsa' ? 'unreadable' : 'not-dsa');
  }
  const key = describe(handle);
  // OpenSSL also reads BER and leaves trailing octets unsaid; a pinned key must have one spelling only.
  return key.ok && !equalOctets(key.value.der, der) ? err('unreadable') : key;
}

/** Reads a PEM public key. */
export function importDsaPublicPem(pem: string): Result<DsaPublicKey, DsaKeyFault> {
  // createPublicKey would take a private key as well and derive the public one.
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) return err('unreadable');
  return describe(attempt(() => createPublicKey(pem)));
}

/** Reads a PEM private key that is not encrypted. */
export function importDsaPrivatePem(pem: Uint8Array): Result<DsaPrivateKey, DsaKeyFault> {
  const handle = attempt(() => createPrivateKey({ key: view(pem), format: 'pem' }));
  if (handle === undefined) return err('unreadable');
  if (handle.asymmetricKeyType !== 'dsa') return err('not-dsa');
  const key = describe(attempt(() => createPublicKey(handle)));
  return key.ok ? ok(new Secret(handle)) : key;
}

/** The public half. */
export function dsaPublicKeyOf(privateKey: DsaPrivateKey): DsaPublicKey {
  const key = describe(createPublicKey(privateKey.expose()));
  if (!key.ok) throw new Error('a DSA private key without a usable public half');
  return key.value;
}

/** PKCS#8 PEM, not encrypted. */
export function exportDsaPrivatePem(privateKey: DsaPrivateKey): Secret<string> {
  return new Secret(privateKey.expose().export({ type: 'pkcs8', format: 'pem' }).toString());
}

/** SubjectPublicKeyInfo PEM. */
export function exportDsaPublicPem(publicKey: DsaPublicKey): string {
  return publicKey.handle.export({ type: 'spki', format: 'pem' }).toString();
}

/** r | s. The nonce is OpenSSL's own, mixed from the key and the message as well as from randomness. */
export function dsaSign(privateKey: DsaPrivateKey, message: Uint8Array): Uint8Array {
  const key = privateKey.expose();
  const bits = hashes.get(key) ?? dsaPublicKeyOf(privateKey).divisorBits;
  hashes.set(key, bits);
  return new Uint8Array(sign(HASHES[bits], message, { key, dsaEncoding: 'ieee-p1363' }));
}

/** Octets of a signature under this key. */
export function dsaSignatureLength(key: DsaPublicKey): number {
  return key.divisorBits / 4;
}

/** Whether the signature is this key's over the message. Never throws for what a peer can send. */
export function dsaVerify(key: DsaPublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== dsaSignatureLength(key)) return false;
  const options = { key: key.handle, dsaEncoding: 'ieee-p1363' } as const;
  return attempt(() => verify(HASHES[key.divisorBits], message, options, signature)) ?? false;
}

/** `SHA256:` and 43 characters of base64, over DER SubjectPublicKeyInfo. */
export function keyFingerprint(der: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`;
}

/** What the octets of a key say; its handle is never asked for details (dsa-spki.ts). */
function describe(handle: KeyObject | undefined): Result<DsaPublicKey, DsaKeyFault> {
  if (handle === undefined) return err('unreadable');
  if (handle.asymmetricKeyType !== 'dsa') return err('not-dsa');
  const der = attempt(() => new Uint8Array(handle.export({ type: 'spki', format: 'der' })));
  const sizes = der && dsaSizesOf(der, MAXIMUM_OCTETS);
  if (der === undefined || sizes === undefined) return err('unreadable');
  const { modulus: modulusBits, divisor } = sizes;
  if (modulusBits < MINIMUM_MODULUS || modulusBits > MAXIMUM_MODULUS || !isDivisor(divisor)) return err('size');
  return ok({ der, fingerprint: keyFingerprint(der), modulusBits, divisorBits: divisor, handle });
}

const isDivisor = (bits: number): bits is DivisorBits => bits === 160 || bits === 224 || bits === 256;

/** OpenSSL throws for what it cannot read; here that is an ordinary answer. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
