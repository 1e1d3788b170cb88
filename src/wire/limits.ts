/**
 * Named limits of the wire grammar, in octets unless said otherwise. Limits that a specification sets stand apart from
 * those that are our own choice: the first may not be changed, the second may.
 */

/** RFC 959 §4.2: a reply code is three digits. Characters. */
export const REPLY_CODE_LENGTH = 3;

/** RFC 959 §4.1: TCP port numbers are 16 bits. */
export const MAX_PORT = 65_535;

// Ours.

/** A command line as received, end of line and Telnet included: an ENC of a 4096-octet path fits after base64. */
export const MAX_COMMAND_LINE = 16_384;

/** One line of a reply as received, end of line and Telnet included. */
export const MAX_REPLY_LINE = 16_384;

/** A whole reply, all lines together with two octets for each end of line: a STAT of a large directory fits. */
export const MAX_REPLY = 1_048_576;

/** A verb, in characters. RFC 959 §5.3 says three or four; XSHA256 and its like are out there. */
export const MAX_VERB = 16;
