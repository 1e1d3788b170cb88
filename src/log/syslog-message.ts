/** Messages of the BSD syslog protocol (RFC 3164), which every syslog daemon of Unix takes from its socket. */
import type { LogEntry } from './log.js';

/** The facilities of syslog(3), with their codes. */
export const FACILITIES = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;

/** A facility by name. */
export type Facility = keyof typeof FACILITIES;

/** Severity of each category: err, warning, notice, info, debug. */
export const SEVERITIES: Readonly<Record<LogEntry['category'], number>> = {
  errors: 3,
  warnings: 4,
  compatibility: 5,
  connections: 6,
  users: 6,
  debug: 7,
};

/** The name lines carry, whatever the program file is called. */
export const TAG = 'sftpd';

/** Longest message, in octets: rsyslog's own limit. Daemons with a smaller one cut by themselves. */
export const MAX_MESSAGE_OCTETS = 8192;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Priority value of a category: facility and severity in one number. */
export function priority(facility: Facility, category: LogEntry['category']): number {
  return FACILITIES[facility] * 8 + SEVERITIES[category];
}

/**
 * A whole message: `<94>Nov  2 09:05:00 sftpd[17]: text`. Date and time are syslog's own and always there; the process id
 * is there when the entry carries one, that is, when the log mask has the timestamp bit.
 *
 * There is no hostname, over the network either: over its own socket rsyslogd takes one for the tag, inetutils' syslogd does so
 * always, and every daemon knows whom a message came from.
 */
export function formatMessage(entry: LogEntry, facility: Facility, now: Date): Buffer {
  const tag = entry.pid === undefined ? TAG : `${TAG}[${entry.pid}]`;
  return cut(Buffer.from(`<${priority(facility, entry.category)}>${stamp(now)} ${tag}: ${textOf(entry)}`));
}

/** The entry's text alone: syslog has a stamp of its own. */
export function textOf(entry: LogEntry): string {
  return entry.text ?? entry.line;
}

/** Local time, as RFC 3164 §4.1.2 has it: a day below 10 is padded with a space. */
function stamp(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = String(now.getDate()).padStart(2, ' ');
  return `${MONTHS[now.getMonth()] ?? ''} ${day} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
}

/** Cuts a message that is too long, between characters. */
function cut(message: Buffer): Buffer {
  if (message.length <= MAX_MESSAGE_OCTETS) return message;
  let end = MAX_MESSAGE_OCTETS - 3;
  while (end > 0 && ((message[end] ?? 0) & 0xc0) === 0x80) end--;
  return Buffer.concat([message.subarray(0, end), Buffer.from('...')]);
}
