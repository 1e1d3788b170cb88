/** Where the user name and the password come from. Never from the command line: every user of the machine can read that. */
import { open } from 'node:fs/promises';
import { Secret } from '../../lib/secret.js';
import type { Settings } from './arguments.js';
import type { Console } from '../terminal/console.js';
import { ClientError } from '../error.js';
import { reasonOf } from '../files/local-file.js';
import type { Credentials } from '../session/session.js';

/** What is asked where somebody can be asked. */
export interface Asking {
  readonly line: (prompt: string) => Promise<string>;
  readonly secret: (prompt: string) => Promise<Secret<string>>;
}

/** Credentials, and how often they may be tried: more than once only where somebody types them anew each time. */
export interface Prepared extends Credentials {
  readonly attempts: number;
}

/** How often a person may try; fewer than the gateway allows in one session by default. */
const ATTEMPTS = 3;

/** RFC 1635: an anonymous user gives something like a mail address. */
const ANONYMOUS_PASSWORD = 'sftpc@';

/** The longest password file that is read, in octets. */
const MAX_PASSWORD_FILE = 4096;

const isAnonymous = (user: string): boolean => /^(anonymous|ftp)$/i.test(user);

/**
 * Settles before anything is sent what can be settled without asking.
 * @throws ClientError of kind `usage` when something is missing and nobody can be asked
 */
export async function prepareCredentials(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
  asking: Asking | undefined,
  console: Console,
): Promise<Prepared> {
  const { user, passwordFile } = settings;
  if (user === undefined && asking === undefined) {
    throw new ClientError('usage', 'There is no terminal to ask for the user name.', {
      hint: 'Name the user: --user NAME.',
    });
  }
  const fromEnvironment = env['SFTPC_PASSWORD'];
  const given =
    passwordFile !== undefined
      ? await readPassword(passwordFile, console)
      : fromEnvironment === undefined
        ? undefined
        : new Secret(fromEnvironment);
  if (given === undefined && asking === undefined && !isAnonymous(user ?? '')) {
    throw new ClientError('usage', 'There is no terminal to ask for the password.', {
      hint: 'Put it into a file that only you can read (--password-file FILE) or into SFTPC_PASSWORD.',
    });
  }
  return {
    attempts: given === undefined && asking !== undefined && !isAnonymous(user ?? '') ? ATTEMPTS : 1,
    user: async () => user ?? ((await asking?.line('user: ')) ?? '').trim(),
    password: async (name) => {
      if (given !== undefined) return given;
      if (isAnonymous(name)) return new Secret(ANONYMOUS_PASSWORD);
      return (await asking?.secret(`password for ${name}: `)) ?? new Secret('');
    },
  };
}

async function readPassword(path: string, console: Console): Promise<Secret<string>> {
  try {
    const file = await open(path);
    try {
      const { mode } = await file.stat();
      if ((mode & 0o077) !== 0) console.note(`sftpc: others can read ${path}; chmod 600 it`);
      const buffer = Buffer.alloc(MAX_PASSWORD_FILE);
      const { bytesRead } = await file.read(buffer, 0, MAX_PASSWORD_FILE);
      const [line = ''] = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1);
      buffer.fill(0);
      return new Secret(line);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new ClientError('usage', `The password cannot be read from ${path}: ${reasonOf(error)}.`);
  }
}
