/**
 * Giving up root for good. The order is the system's: groups first, as only root may change them, then the user; afterwards
 * it is tried whether root can be had back.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from '../lib/result.js';

/** A user as the system knows it. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What of `process` is used here. */
export type ProcessIdentity = Required<
  Pick<NodeJS.Process, 'getuid' | 'geteuid' | 'getgroups' | 'getgid' | 'setuid' | 'setgid' | 'setgroups'>
>;

/** Whether this process is root, and so may and must drop. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** The user of the manual, and the default of the configuration: most who name it have named nobody. */
const DEFAULT_USER = 'safetp';

/** Whom to become, and what an administrator should know about it. */
export interface Drop {
  readonly account: Account | undefined;
  readonly notice?: string;
}

/**
 * The account to drop to: undefined when this is not root, or when the configuration names nobody (null). A user that does
 * not exist is an error: going on as root would be the opposite of what was asked for. Only the default one may be absent, so that
 * sftpd can be tried before a system is set up for it; that is said at every start.
 */
export async function accountToDropTo(user: string | null): Promise<Result<Drop, string>> {
  if (user === null || !isRoot()) return ok({ account: undefined });
  const account = await findAccount(user);
  if (account !== undefined) return ok({ account });
  const remedy = `make one (useradd --system ${user}), name another, or write user: null`;
  if (user === DEFAULT_USER) {
    return ok({ account, notice: `user: there is no user ${user}, so sftpd stays root: ${remedy} if that is meant` });
  }
  return err(`user: there is no user ${user} to drop root's privileges to: ${remedy} to stay root`);
}

/** Looks a user up: in /etc/passwd, then through getent(1), which knows LDAP and the like. */
export async function findAccount(user: string, file = '/etc/passwd'): Promise<Account | undefined> {
  const local = await readFile(file, 'utf8').catch(() => '');
  return accountIn(local, user) ?? accountIn(await getent(user), user);
}

function accountIn(text: string, user: string): Account | undefined {
  for (const line of text.split('\n')) {
    const [name, , uid = '', gid = ''] = line.split(':');
    if (name === user && /^[0-9]+$/.test(uid) && /^[0-9]+$/.test(gid)) {
      return { name, uid: Number(uid), gid: Number(gid) };
    }
  }
  return undefined;
}

function getent(user: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('getent', ['passwd', '--', user], { timeout: 5000 }, (error, stdout) => resolve(error ? '' : stdout));
  });
}

/**
 * Becomes an account, for ever: the group, no supplementary groups but that one (root's would stay otherwise, and the ftpd leg
 * and high ports need none), then the user. Fails with what did not work; the process must then not go on.
 */
export function dropPrivileges(account: Account, identity?: ProcessIdentity): Result<undefined, string> {
  const self = identity ?? (process as ProcessIdentity);
  const { name, uid, gid } = account;
  try {
    self.setgid(gid);
    self.setgroups([gid]);
    self.setuid(uid);
  } catch (error) {
    return err(`user: cannot become ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const groups = self.getgroups();
  const dropped = self.getuid() === uid && self.geteuid() === uid && self.getgid() === gid;
  if (!dropped || groups.some((group) => group !== gid)) return err(`user: becoming ${name} had no effect`);
  if (uid !== 0 && regainsRoot(self)) return err(`user: root can still be had back after becoming ${name}`);
  return ok(undefined);
}

function regainsRoot(self: ProcessIdentity): boolean {
  try {
    self.setuid(0);
    return true;
  } catch {
    return false;
  }
}
