/** What is known of a file on the server, however it was learned. */
export interface RemoteEntry {
  /**
   * Its own name, without a path: never empty, `.` or `..`, and without `/` and NUL, whatever the server sent, so that below a
   * directory of this side it names something in that directory. It may hold anything else: control characters, a backslash,
   * and a lone surrogate U+DC80 to U+DCFF for each octet that is no part of UTF-8.
   */
  readonly name: string;
  /** A link is not followed: it may lead to a file, to a directory, in a circle, or nowhere. */
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Of a file, in octets, where the server says it. */
  readonly size: number | undefined;
  /** When it was last changed, where the server says it exactly: LIST leaves the time zone open, MLSD does not. */
  readonly modified: Date | undefined;
}

/** The most digits of a size, which keep it exact. */
const MAX_SIZE_DIGITS = 15;

/** Octets; undefined for what is no such number. */
export function parseSize(digits: string | undefined): number | undefined {
  return digits !== undefined && digits.length <= MAX_SIZE_DIGITS && /^[0-9]+$/.test(digits)
    ? Number(digits)
    : undefined;
}

/** Whether a file of a directory may be called so. */
export const isEntryName = (name: string): boolean => !['', '.', '..'].includes(name) && !/[/\0]/.test(name);

/**
 * The lines of a listing that has come. Where CRLF ends lines, a bare LF is part of a name; RFC 2640 §3.1 puts NUL behind a
 * CR that is.
 *
 * @param text - octets as latin1
 */
export function linesOf(text: string): readonly string[] {
  const lines = text.split(text.includes('\r\n') ? '\r\n' : '\n');
  return lines.filter((line) => line !== '').map((line) => line.replaceAll('\r\0', '\r'));
}
