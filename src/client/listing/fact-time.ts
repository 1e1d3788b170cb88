/** RFC 3659 §2.3: times as YYYYMMDDHHMMSS with an optional fraction of a second, in UTC. */

/** Undefined where the text is no such time. Exact to the millisecond. */
export function parseFactTime(text: string): Date | undefined {
  const [, year, month, day, hour, minute, second, fraction = ''] =
    /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]+))?$/.exec(text) ?? [];
  if (second === undefined) return undefined;
  // A Date knows no leap second: it is the next one's first.
  const leap = second === '60';
  const clock = `${year}-${month}-${day}T${hour}:${minute}:${leap ? '59' : second}`;
  const time = new Date(`${clock}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  // A 30th of February would have become a day in March.
  if (Number.isNaN(time.getTime()) || formatFactTime(time) !== clock.replace(/[-:T]/g, '')) return undefined;
  return leap ? new Date(time.getTime() - time.getMilliseconds() + 1000) : time;
}

/** To the second. @throws RangeError for a time outside of the years 0 to 9999 */
export function formatFactTime(time: Date): string {
  const text = time.toISOString();
  if (text.length !== '2026-11-22T13:00:00.000Z'.length) throw new RangeError('not a year of four digits');
  return text.slice(0, 19).replace(/[-:T]/g, '');
}
