/**
 * ftp:// URLs, RFC 1738 §3.2: `ftp://[user[:password]@]host[:port]/path[;type=a|i|d]`. Each part of the path is decoded by itself;
 * together they are one path, taken from the directory of the login, as curl does it with `--ftp-method nocwd`. `%2F` at the
 * beginning is the root. `?` and `#` have no meaning of their own in this scheme.
 */
import { err, ok, type Result } from '../../lib/result.js';
import { Secret } from '../../lib/secret.js';
import { nameFromWire } from '../remote-name.js';
import { serverName } from '../server-name.js';
import type { Place } from './credentials.js';

export interface FtpUrl {
  readonly place: Place;
  /** Of the file or directory; undefined for the directory of the login. */
  readonly path: string | undefined;
  /** `directory`: the path ends in a slash, or there is none. `names`: ;type=d asks for the names in it. */
  readonly kind: 'file' | 'directory' | 'names';
  /** RFC 959 §3.1.1, where ;type= says it. */
  readonly type: 'A' | 'I' | undefined;
}

/** Whether a word is meant as a URL, of whatever scheme. */
export const isUrl = (word: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(word);

/** A URL as it may be shown. Where one is not well formed, rather too much is left out than too little. */
export const withoutPassword = (url: string): string => url.replace(/^([a-z0-9+.-]+:\/\/[^/:@]*):.*@/is, '$1:****@');

/** The error is a sentence without a full stop; a password never stands in it. */
export function parseFtpUrl(text: string): Result<FtpUrl, string> {
  const fault = (what: string): Result<FtpUrl, string> => err(`${JSON.stringify(withoutPassword(text))}: ${what}`);
  const [, authority, rest = ''] = /^ftp:\/\/([^/]*)(.*)$/is.exec(text) ?? [];
  if (authority === undefined) return fault('only ftp:// is known here; it is protected all the same');
  if (/%(?![0-9a-f]{2})/i.test(text)) return fault('% must be followed by two hexadecimal digits; itself it is %25');
  if (/%0[0ad]|[\r\n\0]/i.test(text)) return fault('line ends and NUL cannot be sent to an FTP server');
  const at = authority.lastIndexOf('@');
  const server = serverOf(authority.slice(at + 1));
  if (!server.ok) return fault(server.error);
  const [, user, password] = /^([^:]*)(?::(.*))?$/s.exec(authority.slice(0, Math.max(at, 0))) ?? [];
  const [, raw = '', type] = /^\/?(.*?)(?:;type=([aid]))?$/is.exec(rest) ?? [];
  const code = type?.toUpperCase();
  const path = raw.split('/').map(decoded).join('/');
  return ok({
    place: {
      ...server.value,
      user: user === undefined || user === '' ? undefined : decoded(user),
      password: password === undefined ? undefined : new Secret(decoded(password)),
      otherwise: 'anonymous',
    },
    path: withoutSlash(path),
    kind: code === 'D' ? 'names' : path === '' || path.endsWith('/') ? 'directory' : 'file',
    type: code === 'A' || code === 'I' ? code : undefined,
  });
}

function serverOf(text: string): ReturnType<typeof serverName> {
  const [, bracketed, host = '', port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(text) ?? [];
  return serverName(bracketed ?? decoded(host), port === '' ? undefined : port);
}

/** A slash at the end is no part of a directory's name. */
function withoutSlash(path: string): string | undefined {
  const bare = path.replace(/\/+$/, '');
  return bare !== '' ? bare : path === '' ? undefined : '/';
}

/** Percent-encoding undone; names are as remote-name.ts has them. */
function decoded(part: string): string {
  const octets = Buffer.from(part, 'utf8').toString('latin1');
  return nameFromWire(
    octets.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16))),
  );
}
