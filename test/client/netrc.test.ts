// ~/.netrc as ftp(1), curl and Python read it.
import { describe, expect, it } from 'vitest';
import { findNetrc, parseNetrc } from '../../src/client/cli/netrc.js';

const found = (text: string, host: string, user?: string): unknown => {
  const entry = findNetrc(parseNetrc(text), host, user);
  return entry && [entry.login, entry.password?.expose(), entry.account?.expose()];
};

const FILE = `# my servers
machine one.example login ann password secret
machine two.example
	login bob
	password "two \\"words\\"" account dept
macdef init
machine three.example login evil password evil

machine ONE.example login eve password other
   # machine four.example
machine five.example login a\\ b password #x,y
default login anonymous password me@example.net
`;

describe('.netrc', () => {
  it.each([
    ['one.example', undefined, ['ann', 'secret', undefined]],
    ['One.Example', undefined, ['ann', 'secret', undefined]],
    ['one.example', 'eve', ['eve', 'other', undefined]],
    ['two.example', undefined, ['bob', 'two "words"', 'dept']],
    ['five.example', undefined, ['a b', '#x,y', undefined]],
    // A macro is not run, and a comment is no entry.
    ['three.example', undefined, ['anonymous', 'me@example.net', undefined]],
    ['four.example', undefined, ['anonymous', 'me@example.net', undefined]],
    ['one.example', 'joe', undefined],
  ])('%s, user %s', (host, user, wanted) => {
    expect(found(FILE, host, user)).toEqual(wanted);
  });

  it.each([
    ['', undefined],
    ['machine', undefined],
    ['machine h', [undefined, undefined, undefined]],
    ['machine h login', ['', undefined, undefined]],
    ['machine h password p', [undefined, 'p', undefined]],
    ['login x password y machine h login z', ['z', undefined, undefined]],
    ['machine h login a login b', ['a', undefined, undefined]],
    ['machine h\r\nlogin a\r\npassword b\r\n', ['a', 'b', undefined]],
    ['machine h login "a b', ['a b', undefined, undefined]],
    ['machine h login a password "" account x', ['a', '', 'x']],
    ['machine h login a macdef m\nlogin b\n', ['a', undefined, undefined]],
  ])('%j', (text, wanted) => {
    expect(found(text, 'h')).toEqual(wanted);
  });

  it('never shows a password', () => {
    expect(JSON.stringify(parseNetrc(FILE))).not.toMatch(/words|dept|evil|me@example/);
  });
});
