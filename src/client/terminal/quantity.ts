/** Quantities in words, short: octets, rates, times. Decimal units (SI), as the network counts. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `999 B`, `1.2 kB`, `48.0 MB`: at most eight characters. */
export function octetsInWords(octets: number): string {
  if (octets < 1000) return `${Math.round(octets)} B`;
  let value = octets;
  let unit = 0;
  // 999.95 would be shown as 1000.0.
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

/** @param perSecond - in octets */
export const rateInWords = (perSecond: number): string => `${octetsInWords(perSecond)}/s`;

/** Longer is not worth saying. */
const MAX_HOURS = 99;

/** `0:07`, `12:34`, `1:02:03`; undefined for what nobody can tell. */
export function clockTime(seconds: number | undefined): string {
  if (seconds === undefined || !(seconds < (MAX_HOURS + 1) * 3600)) return '-:--';
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `0.04 s`, `12.3 s`, `12 min 5 s`, `2 h 5 min`. */
export function secondsInWords(seconds: number): string {
  if (seconds < 99.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
}
