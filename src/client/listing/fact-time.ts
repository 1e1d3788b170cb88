/** RFC 3659 §2.3: times as YYYYMMDDHHMMSS with an optional fraction of a second, in UTC. */

/** Undefined where the text is no such time. Exact to the millisecond. */
export function parseFactTime(text: string): Date | undefined {
  const [, year, month, day, hour, minute, second, fraction] =
    /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]{1,9}))?$/.exec(text) ?? [];
  if (second === undefined) return undefined;
  const milliseconds = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  const time = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), milliseconds),
  );
  // A month 13 or an hour 25 would have become another day.
  return time.getUTCMonth() === Number(month) - 1 && time.getUTCDate() === Number(day) ? time : undefined;
}
