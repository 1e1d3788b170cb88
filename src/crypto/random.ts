/**
 * Randomness, and what is drawn from it. The source is always an argument, so that known answers can be replayed;
 * `systemRandom` is the one that programs pass.
 */
import { randomBytes } from 'node:crypto';
import { toInteger } from './octets.js';

/** Gives that many random octets, in a buffer of the caller's own. The same shape as security/mechanism's port. */
export type RandomOctets = (octets: number) => Uint8Array;

/** The operating system's generator, through OpenSSL. */
export const systemRandom: RandomOctets = (octets) => {
  // Small requests of randomBytes share a pool with every other Buffer of the process; a copy can be wiped by its owner.
  return new Uint8Array(randomBytes(octets));
};

/**
 * How often a draw is repeated before the source is held to be broken. The unluckiest draw below succeeds with a chance
 * of one half or better, so 128 repetitions do not happen by chance.
 */
const MAXIMUM_DRAWS = 128;

/** Random octets none of which is zero, each of the 255 values equally likely. */
export function randomNonZero(random: RandomOctets, octets: number): Uint8Array {
  const result = new Uint8Array(octets);
  let filled = 0;
  for (let draw = 0; filled < octets; draw++) {
    if (draw > MAXIMUM_DRAWS) throw new Error('the random source gives nothing but zeros');
    for (const octet of random(octets - filled)) {
      if (octet !== 0) result[filled++] = octet;
    }
  }
  return result;
}

/** A random integer from 1 to `limit` inclusive, uniform, drawn from strings of `octets` octets by rejection. */
export function randomInteger(random: RandomOctets, octets: number, limit: bigint): bigint {
  for (let draw = 0; draw <= MAXIMUM_DRAWS; draw++) {
    const value = toInteger(random(octets));
    if (value >= 1n && value <= limit) return value;
  }
  throw new Error('the random source gives no integer in range');
}
