/**
 * Text from a peer on its way into the log. Unescaped, a user name could forge lines (CR LF), drive the terminal of whoever
 * reads the log (ESC, C1), or show characters in another order than they were sent (bidirectional controls).
 */

/** Longest text of a peer in one field, in characters before escaping. */
export const MAX_LOGGED_TEXT = 256;

const NAMED: Readonly<Record<string, string>> = { '\\': '\\\\', '\r': '\\r', '\n': '\\n', '\t': '\\t' };

// Controls (C0, DEL, C1), formats (zero width, bidirectional), separators of lines and paragraphs, lone surrogates,
// private use and unassigned code points; and the backslash, so that what reads as an escape is one.
const UNSAFE = /[\p{C}\u2028\u2029\\]/gu;

/**
 * Makes text printable on one line: `\r \n \t \\`, `\xNN` below 0x100, `\u{N}` above; octets that are not UTF-8 become
 * `\xNN` too. Text beyond the limit is cut, and how much was cut is said.
 *
 * @param text - characters, or octets as they came
 * @param limit - in characters (octets for octets), before escaping
 */
export function escapeText(text: string | Uint8Array, limit = MAX_LOGGED_TEXT): string {
  const cut = text.length - limit;
  const kept = cut > 0 ? text.slice(0, limit) : text;
  const escaped = typeof kept === 'string' ? escapeString(kept) : escapeOctets(kept);
  return cut > 0 ? `${escaped}…(+${cut})` : escaped;
}

/** A value of a field: bare where it is one plain word, quoted otherwise. */
export function quoteValue(value: string | number | boolean, limit = MAX_LOGGED_TEXT): string {
  if (typeof value !== 'string') return String(value);
  const escaped = escapeText(value, limit);
  return /^[\p{L}\p{N}._:/@%+,*~-]+$/u.test(escaped) ? escaped : `"${escaped.replaceAll('"', '\\"')}"`;
}

function escapeString(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return NAMED[char] ?? (code < 0x100 ? hex(code) : `\\u{${code.toString(16)}}`);
  });
}

function escapeOctets(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length;) {
    const first = octets[at] ?? 0;
    const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const decoded = decode(octets.subarray(at, at + length));
    text += decoded === undefined ? hex(first) : escapeString(decoded);
    at += decoded === undefined ? 1 : length;
  }
  return text;
}

/** The one character these octets stand for. TextDecoder refuses overlong forms, surrogates and truncated sequences. */
function decode(octets: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
    return Array.from(text).length === 1 ? text : undefined;
  } catch {
    return undefined;
  }
}

function hex(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}
