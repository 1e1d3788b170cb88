/** The event catalogue and the mask: the categories of the manual's -m. */
import { err, ok, type Result } from '../lib/result.js';
import { nearest } from '../lib/nearest.js';

/** Bits of the mask, by the names the configuration uses. 64 is unassigned. */
export const MASK_BITS = {
  /** Failures of the gateway itself, and what an administrator must act on. */
  errors: 1,
  /** Things that suggest there is a problem. */
  warnings: 2,
  /** Control connections that come and go. */
  connections: 4,
  /** Hand-offs and drop-downs to plain FTP. */
  compatibility: 8,
  /** Debugging output; needs a debug level as well. */
  debug: 16,
  /** User names of USER. */
  users: 32,
  /** Not a category: date, time and process id on each line. */
  timestamp: 128,
} as const;

/** A name of the mask. */
export type MaskName = keyof typeof MASK_BITS;

/** What a line can be about. Debugging output has its own call, and timestamp is about the form of the lines. */
export type LogCategory = Exclude<MaskName, 'debug' | 'timestamp'>;

/** Everything: the manual's default. */
export const DEFAULT_MASK = 0xbf;

/** The names of the mask, by rising bit. */
export const MASK_NAMES = Object.keys(MASK_BITS) as readonly MaskName[];

/** The sum of the bits of some names; a name given twice counts once. */
export function maskOf(names: readonly MaskName[]): number {
  return names.reduce((mask, name) => mask | MASK_BITS[name], 0);
}

/** The names in a mask. */
export function namesOf(mask: number): readonly MaskName[] {
  return MASK_NAMES.filter((name) => (mask & MASK_BITS[name]) !== 0);
}

/** Whether a number is a sum of assigned bits. */
export function isMask(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && (value & ~DEFAULT_MASK) === 0 && value <= DEFAULT_MASK;
}

/** Reads a mask as the manual writes it (decimal, or hexadecimal after 0x), or as names separated by commas. */
export function parseMask(text: string): Result<number, string> {
  if (/^(?:[0-9]{1,9}|0[xX][0-9a-fA-F]{1,8})$/.test(text)) {
    const value = Number(text);
    if (isMask(value)) return ok(value);
    return err(
      value <= 0xff && (value & 64) !== 0
        ? `log mask ${text}: 64 (0x40) is unassigned; leave it out: ${value & DEFAULT_MASK}`
        : `log mask ${text}: the sum of all categories is 0xbf (191)`,
    );
  }
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (isMaskName(name)) continue;
    const meant = nearest(name, MASK_NAMES);
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    return err(
      `log mask: ${JSON.stringify(name)} is neither a number nor a category${hint}; ` +
        `expected a decimal or 0x… sum, or names out of ${MASK_NAMES.join(', ')}`,
    );
  }
  return ok(maskOf(names.filter(isMaskName)));
}

function isMaskName(name: string): name is MaskName {
  return Object.hasOwn(MASK_BITS, name);
}
