/**
 * The user and the group sftpd runs as. On this machine useradd(8) and groupadd(8) make them, where there are such; under a
 * prefix, and on systems without them, the lines of /etc/passwd and its companions are written here: useradd --root needs a
 * whole system under the prefix, and root.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Change } from './change.js';
import { appendLines } from './shared-file.js';
import { SetupError, type Target } from './target.js';

/** Ids of system accounts, as Debian, Fedora and SUSE have them; given from the top, as useradd does. */
const SYSTEM_IDS = { low: 100, high: 999 } as const;

/** Where programs for root may be, beside PATH: su without - leaves them out. */
const SBIN = ['/usr/sbin', '/sbin'];

const DAY = 86_400_000;

/** A user as the target knows it. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Looks a user up, on this machine in LDAP and the like too. */
export function findAccount(target: Target, name: string): Account | undefined {
  const [, , uid, gid] = entryOf(target, 'passwd', name) ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Whether there is a group of that name. */
export function hasGroup(target: Target, name: string): boolean {
  return entryOf(target, 'group', name) !== undefined;
}

/** The changes after which there is a user of that name, with a group of his own. */
export function accountChanges(target: Target, name: string, home: string): readonly Change[] {
  if (findAccount(target, name) !== undefined) return [];
  const group = hasGroup(target, name);
  if (!target.live || findProgram('useradd') === undefined || findProgram('groupadd') === undefined) {
    return writtenAccount(target, name, home);
  }
  const addUser = ['useradd', '--system', '--gid', name, '--home-dir', home, '--no-create-home'];
  const shell = ['--shell', '/usr/sbin/nologin', '--comment', 'SafeTP gateway', name];
  const user: Change = {
    action: { kind: 'account', run: [...addUser, ...shell], undo: ['userdel', name] },
    record: { kind: 'account', user: name },
  };
  if (group) return [user];
  return [
    {
      action: { kind: 'account', run: ['groupadd', '--system', name], undo: ['groupdel', name], group: name },
      record: { kind: 'account', group: name },
    },
    user,
  ];
}

/** Where a program for root is; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/')), ...SBIN];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

function writtenAccount(target: Target, name: string, home: string): readonly Change[] {
  const gid = entryOf(target, 'group', name)?.[2];
  const id = freeId(target);
  const day = Math.floor(Date.now() / DAY);
  const add = (file: string, fields: readonly (string | number)[], secret = false): Change[] =>
    // Without the shadow files the others stand for themselves.
    secret && target.read(file) === undefined
      ? []
      : [appendLines(target, file, `${fields.join(':')}\n`, { account: true, secret })];
  return [
    ...(gid === undefined
      ? [...add('/etc/group', [name, 'x', id, '']), ...add('/etc/gshadow', [name, '!', '', ''], true)]
      : []),
    ...add('/etc/passwd', [name, 'x', id, gid ?? id, 'SafeTP gateway', home, '/usr/sbin/nologin']),
    ...add('/etc/shadow', [name, '!', day, '', '', '', '', '', ''], true),
  ];
}

/** The highest number that is neither a user's nor a group's. */
function freeId(target: Target): number {
  const taken = new Set<string | undefined>(
    ['passwd', 'group'].flatMap((table) => lines(target, table).map((line) => line.split(':')[2])),
  );
  for (let id: number = SYSTEM_IDS.high; id >= SYSTEM_IDS.low; id--) if (!taken.has(String(id))) return id;
  const range = `${SYSTEM_IDS.low} to ${SYSTEM_IDS.high}`;
  throw new SetupError(`no free user id from ${range} in ${target.at('/etc/passwd')}: make the user yourself`);
}

function entryOf(target: Target, table: 'passwd' | 'group', name: string): string[] | undefined {
  const local = lines(target, table).find((line) => line.startsWith(`${name}:`));
  const found = local ?? (target.live ? getent(table, name) : undefined);
  const fields = found?.split(':');
  return fields !== undefined && /^[0-9]+$/.test(fields[2] ?? '') ? fields : undefined;
}

function lines(target: Target, table: string): string[] {
  return (target.read(`/etc/${table}`)?.content ?? '').split('\n');
}

function getent(table: string, name: string): string | undefined {
  try {
    const text = execFileSync('getent', [table, '--', name], {
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.split('\n')[0];
  } catch {
    return undefined; // not there, or no getent
  }
}
