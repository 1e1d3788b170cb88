/**
 * X-SafeTP1's encoded data blocks, in batches and without state: what would move to another core.
 *
 *     S:  SHAHMAC(data | flags | sequence-#)
 *     P:  iv | CBC3DESEncrypt(iv, SHAHMAC(data | flags | sequence-#))
 */
import { concat } from '../../crypto/octets.js';
import { decryptBatch, DES_BLOCK, encryptBatch } from '../../crypto/triple-des.js';
import type { BlockLevel } from '../mechanism.js';
import {
  authenticate,
  MESSAGE_OVERHEAD,
  SHORTEST_PADDED,
  verifyMessage,
  verifyPadded,
  type PlainMessage,
} from './authenticated-message.js';
import type { DirectionKeys } from './key-schedule.js';
import { DATA_IV_OCTETS, padAlways } from './profile.js';

/** Octets of the shortest encoded block: 25 at S, 40 at P. */
export function shortestBlock(level: BlockLevel): number {
  return level === 'S' ? MESSAGE_OVERHEAD : DATA_IV_OCTETS + SHORTEST_PADDED;
}

/** The most octets of data whose encoded block does not exceed `bufferSize`. */
export function blockCapacity(level: BlockLevel, bufferSize: number): number {
  if (level === 'S') return bufferSize - MESSAGE_OVERHEAD;
  const ciphertext = Math.floor((bufferSize - DATA_IV_OCTETS) / DES_BLOCK) * DES_BLOCK;
  return ciphertext - 1 - MESSAGE_OVERHEAD; // one octet of padding at least
}

/** Encodes messages. `ivs` holds 8 octets for each at P, and is not looked at at S. */
export function encodeBlocks(
  keys: DirectionKeys,
  level: BlockLevel,
  messages: readonly PlainMessage[],
  ivs: Uint8Array,
): readonly Uint8Array[] {
  const plain = messages.map((message) => authenticate(keys.macKey, message));
  if (level === 'S') return plain;
  const chained = plain.map((octets, index) => ({
    iv: ivs.subarray(index * DATA_IV_OCTETS, (index + 1) * DATA_IV_OCTETS),
    blocks: padAlways(octets),
  }));
  const ciphertexts = encryptBatch(keys.dataKey.expose(), chained);
  return chained.map(({ iv }, index) => concat(iv, ciphertexts[index] ?? new Uint8Array()));
}

/**
 * Decodes blocks and checks their padding and tags; flags and sequence numbers are the caller's to check. One
 * `undefined` for each block that fails.
 * At S the bodies are views of the blocks: a block's buffer must not be used again before its data is.
 */
export function decodeBlocks(
  keys: DirectionKeys,
  level: BlockLevel,
  blocks: readonly Uint8Array[],
): readonly (PlainMessage | undefined)[] {
  if (level === 'S') return blocks.map((block) => verifyMessage(keys.macKey, block));
  if (!blocks.every(isWhole)) return blocks.map(() => undefined);
  const chained = blocks.map((block) => ({
    iv: block.subarray(0, DATA_IV_OCTETS),
    blocks: block.subarray(DATA_IV_OCTETS),
  }));
  return decryptBatch(keys.dataKey.expose(), chained).map((padded) => verifyPadded(keys.macKey, padded));
}

function isWhole(block: Uint8Array): boolean {
  return block.length >= shortestBlock('P') && (block.length - DATA_IV_OCTETS) % DES_BLOCK === 0;
}
