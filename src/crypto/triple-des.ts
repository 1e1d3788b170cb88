/**
 * Three-key triple DES, encrypt-decrypt-encrypt, in cipher block chaining (FIPS 46-3, FIPS 81), on whole blocks.
 * The batch functions are the seam at which a faster implementation would go in: each message has an IV of its own.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concat, plain } from './octets.js';

/** Octets of one DES block, and of an IV. */
export const DES_BLOCK = 8;

/** Octets of a key: three DES keys, parity bits ignored. */
export const TRIPLE_DES_KEY = 24;

const ALGORITHM = 'des-ede3-cbc';

/** One message of a batch: whole blocks, and the IV they are chained to. */
export interface ChainedMessage {
  /** 8 octets. */
  readonly iv: Uint8Array;
  /** A multiple of 8 octets. */
  readonly blocks: Uint8Array;
}

/** Encrypts whole blocks; no padding is added. @throws on a length that is no multiple of 8: the caller's mistake. */
export function encryptBlocks(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  requireWholeBlocks(blocks);
  // No final(): without padding it has nothing left to give.
  return plain(createCipheriv(ALGORITHM, key, iv).setAutoPadding(false).update(blocks));
}

/** Decrypts whole blocks; padding is not looked at. @throws on a length that is no multiple of 8: the caller's mistake. */
export function decryptBlocks(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  requireWholeBlocks(blocks);
  return plain(createDecipheriv(ALGORITHM, key, iv).setAutoPadding(false).update(blocks));
}

/** Encrypts independent messages under one key. */
export function encryptBatch(key: Uint8Array, messages: readonly ChainedMessage[]): readonly Uint8Array[] {
  return messages.map(({ iv, blocks }) => encryptBlocks(key, iv, blocks));
}

/** Decrypts independent messages under one key. */
export function decryptBatch(key: Uint8Array, messages: readonly ChainedMessage[]): readonly Uint8Array[] {
  return messages.map(({ iv, blocks }) => decryptBlocks(key, iv, blocks));
}

/** Octets of the padding that PKCS #5 appends to so many octets: 1 to 8. */
export function paddingLength(octets: number): number {
  return DES_BLOCK - (octets % DES_BLOCK);
}

/** The message with its PKCS #5 padding, which is always added. */
export function pad(message: Uint8Array): Uint8Array {
  const length = paddingLength(message.length);
  return concat(message, new Uint8Array(length).fill(length));
}

/**
 * How many octets of PKCS #5 padding end these blocks: 1 to 8, or 0 when they end in none. Looks at the last eight
 * octets in every case, without a branch on what they hold.
 */
export function paddingOf(blocks: Uint8Array): number {
  if (blocks.length < DES_BLOCK) return 0;
  const claimed = blocks[blocks.length - 1] ?? 0;
  // Bit 31 tells a negative difference: claimed is 1 to 8 exactly when neither claimed − 1 nor 8 − claimed is negative.
  let wrong = ((claimed - 1) >>> 31) | ((DES_BLOCK - claimed) >>> 31);
  for (let back = 1; back <= DES_BLOCK; back++) {
    const counts = ((back - claimed - 1) >>> 31) & 1; // 1 when back <= claimed
    wrong |= ((blocks[blocks.length - back] ?? 0) ^ claimed) & -counts;
  }
  const right = ((wrong | -wrong) >>> 31) ^ 1;
  return claimed * right;
}

/** Encrypts a message of any length with PKCS #5 padding. */
export function encryptPadded(key: Uint8Array, iv: Uint8Array, message: Uint8Array): Uint8Array {
  return encryptBlocks(key, iv, pad(message));
}

function requireWholeBlocks(octets: Uint8Array): void {
  if (octets.length % DES_BLOCK !== 0) throw new RangeError('triple DES works on whole blocks');
}
