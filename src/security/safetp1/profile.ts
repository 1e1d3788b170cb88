/**
 * X-SafeTP1's fixed values. What SafeTP's authors published is [P]; their draft is [D]; RFC 2228 is [R]; what had to be
 * chosen here, because nothing published survives that says, is [C], with the reason beside it. Should a transcript of a
 * historical session turn up, constants change, not code: here, and where a [C] is named beside the code that carries it out
 * (the forms of keys, signatures and padding in crypto/, the CBC state in control-stream.ts). x-safetp1(7) lists them all.
 */
import { DES_BLOCK, encryptPadded, pad } from '../../crypto/triple-des.js';
import { ascii, concat, copyOf } from '../../crypto/octets.js';

/** [P] As in AUTH. */
export const MECHANISM_NAME = 'X-SafeTP1';

/** [P] Octets of a challenge. */
export const CHALLENGE_OCTETS = 16;

/** [P] Octets of the master key. */
export const MASTER_KEY_OCTETS = 40;

/** [P] Octets of server-IP: an IPv6 address. */
export const SERVER_ADDRESS_OCTETS = 16;

/** [C] M3 is T and then the signature: the published text says `T | DSASign(T)` where a signature is not yet a shape. */
export const joinSigned = (signedPart: Uint8Array, signature: Uint8Array): Uint8Array => concat(signedPart, signature);

/**
 * [C] Every CBC3DESEncrypt pads as PKCS #5 and always adds padding, the way of the libraries of its day; so M4, 16 octets
 * in clear, is 24.
 */
export const encryptAlways = encryptPadded;
export const padAlways = pad;
export const M4_OCTETS = CHALLENGE_OCTETS + DES_BLOCK;

/** [P] Whose messages a key protects: the label's first word. */
export type Direction = 'client' | 'server';

/** [P] Labels of the key schedule, in ASCII without a terminator. */
export const LABELS = {
  controlKeyLeft: 'control 3des left',
  controlKeyRight: 'control 3des right',
  controlIv: 'control 3des iv',
  dataKeyLeft: 'data 3des left',
  dataKeyRight: 'data 3des right',
  macKey: 'shahmac',
} as const;

/** [P] A label as it is hashed. */
export const labelOctets = (direction: Direction, label: keyof typeof LABELS): Uint8Array =>
  ascii(`${direction} ${LABELS[label]}`);

/** [P] message = R | flags | sequence-#: one octet and four follow the text or data. */
export const TRAILER_OCTETS = 5;

/** [C] The tag follows the message it is for: SHAHMAC(m) = m | HMAC-SHA-1(m), the layout in which nothing has to be sought. */
export const authenticated = (message: Uint8Array, tag: Uint8Array): Uint8Array => concat(message, tag);

/**
 * [C] flags. The authors' octet is known, its bits are not. Control and data messages share a MAC key; without a bit that
 * tells them apart, a command could be passed off as data. All other bits are reserved: set, they fail the check.
 */
export const FLAGS_CONTROL = 0x00;
export const FLAGS_DATA = 0x01;
export const FLAGS_LAST = 0x03;

/** [C] sequence-# starts from 0 and rises by 1; a number used twice would let a message be replayed, so they run out. */
export const FIRST_SEQUENCE = 0;
export const LAST_SEQUENCE = 0xffff_ffff;

/**
 * [C] The IV of a direction's next control message: the last block of ciphertext before it, so that each direction is one
 * CBC stream, which is what a cipher object kept for a session does by itself. The client's stream begins with M4.
 */
export const nextControlIv = (ciphertext: Uint8Array): Uint8Array => copyOf(ciphertext, ciphertext.length - DES_BLOCK);

/**
 * [C] A private data block carries its IV in front, random, so that blocks are independent of each other and can be
 * sealed and opened on several cores, and so that a stolen pause between blocks tells nobody the next IV.
 */
export const DATA_IV_OCTETS = DES_BLOCK;

/**
 * [C] The first sequence number of a transfer may be any that has not been used: an aborted transfer loses blocks, and
 * neither end knows how many. After the first, each must be one more than the one before.
 */
export const acceptableSequence = (found: number, expected: number, firstOfTransfer: boolean): boolean =>
  firstOfTransfer ? found >= expected : found === expected;

/** [D] The smallest PBSZ, in octets of encoded block. */
export const MINIMUM_BUFFER = 256;

/** [C] The largest: no peer can make this program hold more for a block. */
export const MAXIMUM_BUFFER = 1_048_576;
