/**
 * The grammar of quantities in the configuration file. It stands beside the schemas because the bounds of a key are part
 * of what the file may say; src/config uses the same functions, so what passes validation is what gets resolved.
 */

/** Digits and one unit, as in `500ms`, `60s`, `15m`, `2h`, `1d`. */
export const DURATION_PATTERN = /^([0-9]{1,9})(ms|s|m|h|d)$/;

/** A number of octets, or digits and a binary unit, as in `65536`, `64KiB`, `1MiB`. */
export const SIZE_PATTERN = /^([0-9]{1,12})(KiB|MiB|GiB)$/;

/** Two port numbers, as in `40000-40999`; both ends belong to the range. */
export const PORT_RANGE_PATTERN = /^([0-9]{1,5})-([0-9]{1,5})$/;

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZE_UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Ports of a range, both inclusive. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** A duration in milliseconds, or undefined when the text is none. */
export function milliseconds(text: string): number | undefined {
  return scaled(DURATION_PATTERN.exec(text), DURATION_UNITS);
}

/** A size in octets, or undefined when the text is none. A number is taken as octets already. */
export function octets(size: string | number): number | undefined {
  return typeof size === 'number' ? size : scaled(SIZE_PATTERN.exec(size), SIZE_UNITS);
}

/** A range of ports, or undefined when the text is none or its ends are not ports in rising order. */
export function portRange(text: string): PortRange | undefined {
  const match = PORT_RANGE_PATTERN.exec(text);
  if (match === null) return undefined;
  const low = Number(match[1]);
  const high = Number(match[2]);
  return low >= 1 && low <= high && high <= 65_535 ? { low, high } : undefined;
}

function scaled(match: RegExpExecArray | null, units: Readonly<Record<string, number>>): number | undefined {
  const unit = units[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
