/**
 * One direction of a protected control connection: MIC and ENC commands, 631 and 632 replies (RFC 2228 §5). A value: each
 * message gives the stream that follows it.
 */
import { copyOf } from '../../crypto/octets.js';
import { decryptBlocks, DES_BLOCK } from '../../crypto/triple-des.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { CheckFailure } from '../mechanism.js';
import {
  authenticate,
  SHORTEST_PADDED,
  verifyMessage,
  verifyPadded,
  type PlainMessage,
} from './authenticated-message.js';
import type { DirectionKeys } from './key-schedule.js';
import { encryptAlways, FIRST_SEQUENCE, FLAGS_CONTROL, LAST_SEQUENCE, nextControlIv } from './profile.js';

/** `safe` is MIC and 631, `private` is ENC and 632. */
export type ControlLevel = 'safe' | 'private';

/** Where a direction's control messages have got to. */
export interface ControlStream {
  readonly keys: DirectionKeys;
  /** The next private message's IV, 8 octets. Safe messages leave it alone. */
  readonly iv: Uint8Array;
  /** The next message's sequence-#. */
  readonly sequence: number;
}

/** The stream before its first protected message. `iv` is the derived one, or for the client the end of M4. */
export function openControlStream(keys: DirectionKeys, iv: Uint8Array): ControlStream {
  return { keys, iv, sequence: FIRST_SEQUENCE };
}

/** Protects one line or fragment. Fails when the sequence numbers are used up or the keys are gone. */
export function sealControl(
  stream: ControlStream,
  level: ControlLevel,
  text: Uint8Array,
): Result<{ readonly message: Uint8Array; readonly stream: ControlStream }, CheckFailure> {
  const { keys, iv, sequence } = stream;
  if (keys.wiped || sequence > LAST_SEQUENCE) return err('check-failed');
  const plain = authenticate(keys.macKey, { body: text, flags: FLAGS_CONTROL, sequence });
  if (level === 'safe') return ok({ message: plain, stream: { keys, iv, sequence: sequence + 1 } });
  const message = encryptAlways(keys.controlKey.expose(), iv, plain);
  return ok({ message, stream: { keys, iv: nextControlIv(message), sequence: sequence + 1 } });
}

/** Opens one line or fragment. All failures look alike, and take the same time for messages of the same length. */
export function openControl(
  stream: ControlStream,
  level: ControlLevel,
  message: Uint8Array,
): Result<{ readonly text: Uint8Array; readonly stream: ControlStream }, CheckFailure> {
  const { keys, iv, sequence } = stream;
  if (keys.wiped || sequence > LAST_SEQUENCE) return err('check-failed');
  const plain = level === 'safe' ? verifyMessage(keys.macKey, message) : decipher(stream, message);
  if (plain?.flags !== FLAGS_CONTROL || plain.sequence !== sequence) return err('check-failed');
  const next = { keys, iv: level === 'safe' ? iv : nextControlIv(message), sequence: sequence + 1 };
  return ok({ text: copyOf(plain.body), stream: next });
}

function decipher({ keys, iv }: ControlStream, message: Uint8Array): PlainMessage | undefined {
  if (message.length < SHORTEST_PADDED || message.length % DES_BLOCK !== 0) return undefined;
  return verifyPadded(keys.macKey, decryptBlocks(keys.controlKey.expose(), iv, message));
}
