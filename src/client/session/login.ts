/** Logging in: USER, PASS and ACCT, RFC 959 §4.1.1. */
import { Secret } from '../../lib/secret.js';
import { isCompletion, isFailure, isIntermediate } from '../../wire/reply.js';
import { ClientError, quoted } from '../error.js';
import { nameToWire } from '../remote-name.js';
import type { Connection } from './connection.js';

export interface Credentials {
  readonly user: () => Promise<string>;
  /** Asked for only when the server wants one. */
  readonly password: (user: string) => Promise<Secret<string>>;
  /** Asked for only when the server wants one (RFC 959 §4.1.1, ACCT). */
  readonly account?: ((user: string) => Promise<Secret<string>>) | undefined;
}

/**
 * Logs in.
 * @param left - told when the server has taken the name: nobody is who he was before (RFC 959 §4.1.1, USER), whatever comes of it
 * @returns what the server has taken, to be given again without asking
 * @throws ClientError of kind `login` when the server refuses
 */
export async function login(
  connection: Connection,
  { user, password, account }: Credentials,
  left: () => void,
): Promise<Credentials> {
  const name = await user();
  let reply = await connection.command('USER', nameToWire(name));
  if (!isFailure(reply)) left();
  let secret = new Secret('');
  let further: Secret<string> | undefined;
  if (reply.code === 331) {
    secret = await password(name);
    reply = await connection.command('PASS', nameToWire(secret.expose()));
  }
  if (reply.code === 332 && account !== undefined) {
    further = await account(name);
    reply = await connection.command('ACCT', nameToWire(further.expose()));
  }
  if (isCompletion(reply)) {
    const added = further;
    return {
      user: () => Promise.resolve(name),
      password: () => Promise.resolve(secret),
      account: added === undefined ? account : () => Promise.resolve(added),
    };
  }
  const [what, hint] = isIntermediate(reply)
    ? ['The server asks for an account, and none was given', 'Name one in ~/.netrc: account NAME.']
    : ['The login was refused', 'Check the user name and the password.'];
  throw new ClientError('login', `${what}:${quoted(reply)}`, { code: 'login-refused', reply, hint });
}
