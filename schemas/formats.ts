/**
 * Building blocks of the sections. Every `error` text here is a noun phrase that says what is allowed ("a duration from 1s
 * to 1d, …"): src/config puts it behind what it found, so that all diagnostics read alike.
 */
import { z } from 'zod';
import {
  DURATION_PATTERN,
  milliseconds,
  octets,
  PORT_RANGE_PATTERN,
  portRange as parsePortRange,
  SIZE_PATTERN,
} from './quantities.js';

/** A mapping whose unknown keys are errors. */
export function section<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, { error: 'a mapping of keys' });
}

/** A list; `what` describes it in the plural, as in "networks". */
export function list<Item extends z.ZodType>(item: Item, what: string, limits: { min?: number; max: number }) {
  const { min = 0, max } = limits;
  const error = `a list of ${what}, ${min === 0 ? `at most ${max}` : `from ${min} to ${max} of them`}`;
  return z.array(item, { error }).min(min, { error }).max(max, { error });
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.enum(words, { error: alternatives(words) });
}

/** The text of what is allowed where a number is, with a hint for the number that quotes have made a text. */
export function numeric(allowed: string) {
  return (issue: { readonly input?: unknown }): string =>
    typeof issue.input === 'string' && /^(?:[0-9]+|0x[0-9a-fA-F]+)$/.test(issue.input)
      ? `${allowed} (a number is written without quotes)`
      : allowed;
}

/** true or false, and nothing that looks like it. */
export function flag() {
  return z.boolean({ error: 'true or false' });
}

/** A whole number within bounds, both inclusive. */
export function count(min: number, max: number, what = 'a whole number') {
  const error = numeric(`${what} from ${min} to ${max}`);
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A duration within bounds, both inclusive and written as durations themselves. */
export function duration(min: string, max: string) {
  const allowed = `a duration from ${min} to ${max}: digits and a unit, as in 500ms, 60s, 15m, 2h`;
  const error = (issue: { readonly input?: unknown }): string =>
    typeof issue.input === 'number' ? `${allowed} (seconds: "${issue.input}s")` : allowed;
  const least = milliseconds(min) ?? 0;
  const most = milliseconds(max) ?? 0;
  return z
    .string({ error })
    .regex(DURATION_PATTERN, { error, abort: true })
    .refine(
      (text) => {
        const value = milliseconds(text) ?? -1;
        return value >= least && value <= most;
      },
      { error },
    );
}

/** A size within bounds, both inclusive: octets as a number, or with a binary unit. */
export function size(min: number, max: number) {
  const error = numeric(`a size from ${min} to ${max} octets: a number, or digits and a unit, as in 64KiB, 1MiB`);
  const unit = z
    .string({ error })
    .regex(SIZE_PATTERN, { error, abort: true })
    .refine((text) => (octets(text) ?? -1) >= min && (octets(text) ?? -1) <= max, { error });
  return z.union([z.int({ error }).min(min, { error }).max(max, { error }), unit], { error });
}

/** A port number of at least `min`, or the name of a service. Whether the name exists is for src/config to say. */
export function port(min: 0 | 1) {
  const error = numeric(`a port from ${min} to 65535, or the name of a service in /etc/services`);
  const name = z.string({ error }).regex(/^(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_.+*-]{0,63}$/, { error });
  return z.union([z.int({ error }).min(min, { error }).max(65_535, { error }), name], { error });
}

/** A range of ports. */
export function portRange() {
  const error = 'a range of ports from 1 to 65535, low end first, as in 40000-40999';
  return z
    .string({ error })
    .regex(PORT_RANGE_PATTERN, { error, abort: true })
    .refine((text) => parsePortRange(text) !== undefined, { error });
}

/** An IPv4 or IPv6 address. */
export function address() {
  const error = 'an IPv4 or IPv6 address';
  return z.union([z.ipv4({ error }), z.ipv6({ error })], { error });
}

/** An address, or a network in CIDR notation. */
export function network() {
  const error = 'an address, or a network such as 192.0.2.0/24 or 2001:db8::/32';
  return z.union([z.ipv4({ error }), z.ipv6({ error }), z.cidrv4({ error }), z.cidrv6({ error })], { error });
}

/** An address, or a host name that need not exist yet. */
export function host() {
  const error = 'an address or a host name';
  // A name whose last label is all digits is a mistyped address, not a name (RFC 1123 §2.1).
  const name = z
    .string({ error })
    .regex(
      /^(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
      { error },
    );
  return z.union([z.ipv4({ error }), z.ipv6({ error }), name], { error });
}

/** The path of a file or directory. */
export function path() {
  const error = 'a path of 1 to 4096 characters without control characters';
  return z.string({ error }).regex(/^[^\x00-\x1f\x7f]{1,4096}$/, { error });
}

/** The name of a user of the system, as useradd(8) takes it. Whether there is one is for the start to say. */
export function userName() {
  const error = 'the name of a user, or null';
  return z.string({ error }).regex(/^[A-Za-z_][A-Za-z0-9_.@-]{0,63}[$]?$/, { error });
}

/** "a, b or c". */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
