/** What the demo ftpd knows of a client, and what a verb is. */
import type { Reply } from '../wire/reply.js';
import type { Root } from './ftpd-files.js';
import type { DataPort } from './ftpd-transfer.js';

/** What a verb may look at and change. */
export interface Session {
  readonly root: Root;
  readonly account: { readonly user: string | undefined; readonly password: string | undefined };
  /** Plain addresses of the two ends of the control connection. */
  readonly local: string;
  readonly client: string;
  cwd: string;
  user: string | undefined;
  loggedIn: boolean;
  /** From REST, for the next transfer. Octets. */
  offset: number;
  renameFrom: string | undefined;
  /** Permissions that what it makes does not get; those that the process's own umask takes it does not get either. */
  umask: number;
  epsvAll: boolean;
  data: DataPort | undefined;
}

export type Verb = {
  /** `anyone`: allowed before login. */
  readonly who: 'user' | 'anyone';
  readonly argument: 'needed' | 'optional';
  readonly run: (session: Session, argument: string) => Reply | Promise<Reply>;
};

/** A verb allowed before login. */
export function anyone(run: Verb['run'], argument: Verb['argument'] = 'optional'): Verb {
  return { who: 'anyone', argument, run };
}
/** A verb that needs a login. */
export function user(run: Verb['run'], argument: Verb['argument'] = 'optional'): Verb {
  return { who: 'user', argument, run };
}
