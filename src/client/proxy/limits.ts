/** What a door does not exceed. Milliseconds unless said otherwise. */

import { MAX_COMMAND_LINE } from '../../wire/limits.js';

/**
 * A command line of a program, in octets without its end: what fits a line of the gateway's in base64, with verb and end of line,
 * and 25 octets and padding around it (x-safetp1 §3).
 */
export const MAX_PROTECTED_COMMAND = Math.floor((MAX_COMMAND_LINE - 6) / 4) * 3 - 40;

/** Programs at once; each has a session of its own with the server. */
export const MAX_SESSIONS = 100;

/** From the program's connection until it is logged in, the server's key exchange included. */
export const LOGIN_TIMEOUT = 300_000;

/** Without a command or a transfer: longer than servers wait, whose word it is. */
export const IDLE_TIMEOUT = 3_600_000;

/** Without an octet in a transfer: as long as a program may be held up. */
export const STALL_TIMEOUT = 300_000;

/** Refused logins after which a session ends, unless the server ends it before. */
export const MAX_LOGIN_FAILURES = 10;

/** How long running transfers may go on once the door is to close. */
export const DRAIN_TIME = 10_000;

/** How long sessions that are ended at once may take to be gone. */
export const DESTROY_TIME = 2_000;

/** How long a program that is turned away may take to close its side. */
export const LINGER_TIME = 2_000;
