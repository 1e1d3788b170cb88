/** `[ADDR:]N` of -p and -f: a port, with an address before it; an IPv6 address in brackets. */
import { err, ok, type Result } from '../lib/result.js';

/** An endpoint as it was written; what may stand in either part is for the schema to say. */
export interface WrittenEndpoint {
  readonly address?: string;
  /** A number where digits were written, else the name of a service. */
  readonly port: number | string;
}

/** Takes `21`, `safetp`, `192.0.2.1:21` or `[2001:db8::1]:21` apart. The error says what is allowed. */
export function parseEndpoint(text: string): Result<WrittenEndpoint, string> {
  const bracketed = /^\[([^[\]]*)\]:([^:]+)$/.exec(text);
  if (bracketed !== null) return ok({ address: bracketed[1] ?? '', port: portOf(bracketed[2] ?? '') });
  const parts = text.split(':');
  const [first = '', second = ''] = parts;
  if (/[[\]]/.test(text)) return err(refusal(text, 'the form is [ADDRESS]:PORT'));
  if (parts.length > 2) return err(refusal(text, 'an IPv6 address stands in brackets'));
  if (parts.length === 1) return ok({ port: portOf(first) });
  if (first === '') return err(refusal(text, 'nothing stands before the colon'));
  if (second === '') return err(refusal(text, 'no port follows the colon'));
  return ok({ address: first, port: portOf(second) });
}

function portOf(text: string): number | string {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : text;
}

function refusal(text: string, why: string): string {
  return `found ${JSON.stringify(text)}, expected a port, or an address and a port, as in 21, 192.0.2.1:21, [2001:db8::1]:21: ${why}`;
}
