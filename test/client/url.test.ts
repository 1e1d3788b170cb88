// ftp:// URLs, taken apart.
import { describe, expect, it } from 'vitest';
import { parseFtpUrl, withoutPassword } from '../../src/client/cli/url.js';

const parsed = (text: string): unknown => {
  const url = parseFtpUrl(text);
  if (!url.ok) return url.error;
  const { place, ...rest } = url.value;
  const { host, port, user, password } = place;
  return { host, port, user, password: password?.expose(), ...rest };
};

const file = (path: string, rest: object = {}): object => ({
  host: 'h',
  port: 21,
  user: undefined,
  password: undefined,
  path,
  kind: 'file',
  type: undefined,
  ...rest,
});

describe('an ftp:// URL', () => {
  it.each([
    ['ftp://h/a', file('a')],
    ['FTP://h:2021/a/b.txt', file('a/b.txt', { port: 2021 })],
    ['ftp://h:/a', file('a')],
    ['ftp://[::1]:2021/a', file('a', { host: '::1', port: 2021 })],
    ['ftp://ann@h/a', file('a', { user: 'ann' })],
    ['ftp://ann:s%40%2F:x@h/a', file('a', { user: 'ann', password: 's@/:x' })],
    ['ftp://a%40b:p@h/a', file('a', { user: 'a@b', password: 'p' })],
    ['ftp://ann:@h/a', file('a', { user: 'ann', password: '' })],
    // The root, as curl and RFC 1738 have it.
    ['ftp://h/%2Fetc/motd', file('/etc/motd')],
    ['ftp://h//etc/motd', file('/etc/motd')],
    ['ftp://h/two%20words%3F?#x', file('two words??#x')],
    ['ftp://h/gr%C3%BC%C3%9Fe', file('grüße')],
    ['ftp://h/grüße', file('grüße')],
    // An octet that is not UTF-8 comes back to the server as it is.
    ['ftp://h/%E9', file('\udce9')],
    ['ftp://h/a;type=a', file('a', { type: 'A' })],
    ['ftp://h/a;TYPE=I', file('a', { type: 'I' })],
    ['ftp://h/a;type=x', file('a;type=x')],
    ['ftp://h/pub;type=d', file('pub', { kind: 'names' })],
    ['ftp://h', file('', { path: undefined, kind: 'directory' })],
    ['ftp://h/', file('', { path: undefined, kind: 'directory' })],
    ['ftp://h/pub/', file('pub', { kind: 'directory' })],
    ['ftp://h/%2F', file('/', { kind: 'directory' })],
    ['ftp://h/%2Fpub/', file('/pub', { kind: 'directory' })],
  ])('%s', (text, url) => {
    expect(parsed(text)).toEqual(url);
  });

  it.each([
    ['http://h/a', '"http://h/a": only ftp:// is known here; it is protected all the same'],
    ['ftp:///a', '"ftp:///a": "" is no host'],
    ['ftp://h:x/a', '"ftp://h:x/a": "x" is no port: 1 to 65535'],
    ['ftp://h:0/a', '"ftp://h:0/a": "0" is no port: 1 to 65535'],
    ['ftp://a b/c', '"ftp://a b/c": "a b" is no host'],
    ['ftp://h/%zz', '"ftp://h/%zz": % must be followed by two hexadecimal digits; itself it is %25'],
    ['ftp://h/a%0D%0ADELE%20b', '"ftp://h/a%0D%0ADELE%20b": line ends and NUL cannot be sent to an FTP server'],
    ['ftp://h/a%00', '"ftp://h/a%00": line ends and NUL cannot be sent to an FTP server'],
  ])('%s is wrong', (text, mistake) => {
    expect(parsed(text)).toBe(mistake);
  });
});

describe('a password in a URL', () => {
  it.each([
    ['ftp://ann:secret@h/a', 'ftp://ann:****@h/a'],
    ['ftp://ann:se@cret@h/a', 'ftp://ann:****@h/a'],
    ['http://ann:se/cret@h/a', 'http://ann:****@h/a'],
    ['ftp://ann@h:21/a', 'ftp://ann@h:21/a'],
    ['ftp://h:21/a', 'ftp://h:21/a'],
  ])('is never shown: %s', (url, shown) => {
    expect(withoutPassword(url)).toBe(shown);
  });
});
