/** What callers of the library may say of a session, a login and a transfer. */
import { Secret } from '../lib/secret.js';
import type { Credentials } from './session/login.js';
import type { RepresentationType } from './terms.js';

/** How to receive a file. */
export interface ReceiveOptions {
  /** I, octets as they are, if left out; A, text with CRLF line ends. */
  readonly type?: RepresentationType | undefined;
  /** Where in the file to begin, in octets (REST); 0 if left out. */
  readonly offset?: number | undefined;
  /** Aborts the transfer; the session goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** How to send a file. */
export interface SendOptions extends ReceiveOptions {
  /** Adds to the file in place of replacing it (APPE). */
  readonly append?: boolean | undefined;
}

/** A password, or a function that is called only when the server wants it. A Secret is never shown by mistake. */
export type Password = string | Secret<string> | ((user: string) => Promise<string | Secret<string>>);

/** As whom to log in. */
export interface Login {
  /** A name, or a function that gives it. */
  readonly user: string | (() => Promise<string>);
  /** Empty if left out. */
  readonly password?: Password | undefined;
  /** For the few servers that ask for it (RFC 959 §4.1.1, ACCT). */
  readonly account?: Password | undefined;
}

/** @internal */
export function credentialsOf({ user, password = '', account }: Login): Credentials {
  return {
    user: typeof user === 'string' ? () => Promise.resolve(user) : user,
    password: (name) => secretOf(password, name),
    account: account === undefined ? undefined : (name) => secretOf(account, name),
  };
}

async function secretOf(password: Password, user: string): Promise<Secret<string>> {
  const given = typeof password === 'function' ? await password(user) : password;
  return given instanceof Secret ? given : new Secret(given);
}
