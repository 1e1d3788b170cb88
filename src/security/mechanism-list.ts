/**
 * The mechanisms of a listener, by name (draft-bonachea-sftp §3: 1 to 255 characters of codes 33 to 126, compared
 * without regard to case).
 */
import type { Mechanism } from './mechanism.js';

/** draft-bonachea-sftp §3. */
const NAME = /^[\x21-\x7e]{1,255}$/;

/** Whether a text can be the name of a mechanism at all. */
export function isMechanismName(name: string): boolean {
  return NAME.test(name);
}

/** The mechanism of that name, or `undefined`. */
export function findMechanism(mechanisms: readonly Mechanism[], name: string): Mechanism | undefined {
  if (!isMechanismName(name)) return undefined;
  const wanted = name.toUpperCase();
  return mechanisms.find((mechanism) => mechanism.name.toUpperCase() === wanted);
}
