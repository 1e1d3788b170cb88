// Dropping root. What only root can show runs the real program in a child process.
import { cpSync, mkdirSync, readFileSync, writeFileSync, chownSync, readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { accountToDropTo, dropPrivileges, findAccount, type ProcessIdentity } from '../../src/daemon/privileges.js';
import { gatewayKeys } from '../peers/gateway.js';
import { isRoot } from '../peers/identity.js';
import { cleanUp, launch, makeFolder, type Running, until } from '../peers/process.js';

const program = path.resolve(import.meta.dirname, '../../dist/src/main.js');
afterAll(cleanUp);

/** A process whose identity can be changed without harm. */
function fakeProcess(faults: { keepsGroups?: boolean; regainsRoot?: boolean; refuses?: boolean } = {}) {
  const calls: string[] = [];
  let [uid, gid, groups] = [0, 0, [0, 4, 27]];
  const self = {
    getuid: () => uid,
    geteuid: () => uid,
    getgid: () => gid,
    getgroups: () => groups,
    setgid: (id: number) => {
      calls.push(`setgid ${id}`);
      gid = id;
    },
    setgroups: (ids: readonly number[]) => {
      calls.push(`setgroups ${ids.join(',')}`);
      if (faults.keepsGroups !== true) groups = [...ids];
    },
    setuid: (id: number) => {
      calls.push(`setuid ${id}`);
      if (faults.refuses === true || (uid !== 0 && faults.regainsRoot !== true)) throw new Error('EPERM');
      uid = id;
    },
  } as unknown as ProcessIdentity;
  return { self, calls };
}

describe('dropping privileges', () => {
  const account = { name: 'safetp', uid: 990, gid: 991 };

  test('goes groups first, then the user, and tries whether root can be had back', () => {
    const { self, calls } = fakeProcess();
    expect(dropPrivileges(account, self)).toEqual({ ok: true, value: undefined });
    expect(calls).toEqual(['setgid 991', 'setgroups 991', 'setuid 990', 'setuid 0']);
  });

  test.each([
    ['supplementary groups that stay', { keepsGroups: true }, 'user: becoming safetp had no effect'],
    ['root that can be had back', { regainsRoot: true }, 'user: root can still be had back after becoming safetp'],
    ['a refusal', { refuses: true }, 'user: cannot become safetp: EPERM'],
  ])('fails for %s', (_what, faults, error) => {
    expect(dropPrivileges(account, fakeProcess(faults).self)).toEqual({ ok: false, error });
  });

  test('knows users of /etc/passwd, and others through getent', async () => {
    expect(await findAccount('root')).toEqual({ name: 'root', uid: 0, gid: 0 });
    expect(await findAccount('root', '/nonexistent')).toEqual({ name: 'root', uid: 0, gid: 0 });
    expect(await findAccount('no-such-user')).toBeUndefined();
  });

  test('is asked of nobody but root, and of root only where a user is named', async () => {
    expect(await accountToDropTo(null)).toEqual({ ok: true, value: { account: undefined } });
    const absent = await accountToDropTo('no-such-user');
    expect(absent.ok).toBe(!isRoot);
    if (!absent.ok) expect(absent.error).toContain('there is no user no-such-user');
  });
});

const reason = isRoot ? '' : ' (skipped: needs root)';
describe.skipIf(!isRoot)(`sftpd started as root${reason}`, () => {
  async function start(
    settings: Readonly<Record<string, unknown>>,
    owned = true,
  ): Promise<{ server: Running; folder: string }> {
    const folder = await makeFolder('user');
    const keys = path.join(folder, 'keys');
    cpSync(await gatewayKeys(), keys, { recursive: true });
    const places = [
      keys,
      ...readdirSync(keys, { recursive: true, encoding: 'utf8' }).map((name) => path.join(keys, name)),
    ];
    if (owned) for (const place of places) chownSync(place, 65534, 65534);
    mkdirSync(path.join(folder, 'log'), { mode: 0o700 });
    const configuration = {
      workdir: keys,
      user: 'nobody',
      listeners: [{ address: '127.0.0.1', port: 0 }],
      ftpd: { port: 9 },
    };
    const file = path.join(folder, 'sftpd.yaml');
    writeFileSync(file, stringify({ ...configuration, ...settings }));
    // In a network of its own, so that a port below 1024 is free.
    const words = ['-n', process.execPath, program, '--config', file];
    const up = 'ip link set lo up && exec "$@"';
    const server = launch({
      file: 'unshare',
      args: ['-n', 'sh', '-c', up, 'sh', ...words.slice(1)],
      seconds: 60,
      cwd: folder,
    });
    onTestFinished(() => server.stop());
    return { server, folder };
  }

  /** Uid, Gid and Groups of the process that runs the program. */
  function statusOf(folder: string): Record<string, string> {
    const pid = readdirSync('/proc').find((name) => {
      try {
        return (
          /^[0-9]+$/.test(name) &&
          readFileSync(`/proc/${name}/cmdline`, 'latin1').startsWith(`${process.execPath}\0`) &&
          readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(folder)
        );
      } catch {
        return false;
      }
    });
    const text = readFileSync(`/proc/${pid!}/status`, 'latin1');
    return Object.fromEntries(
      ['Uid', 'Gid', 'Groups', 'CapEff'].map((key) => [key, new RegExp(`^${key}:\\s*(.*?)\\s*$`, 'm').exec(text)![1]!]),
    );
  }

  const says = (server: Running, text: RegExp) =>
    until(String(text), 20, () => {
      if (!server.alive() && !text.test(server.output())) throw new Error(server.output());
      return Promise.resolve(text.test(server.output()) ? true : undefined);
    });

  test('binds port 21, then is nobody in every way', async () => {
    const { server, folder } = await start({ listeners: [{ address: '127.0.0.1', port: 21 }] });
    await says(server, /ready .*user=nobody/);
    expect(server.output()).toContain('listening on="127.0.0.1 port 21"');
    const nobody = ['65534', '65534', '65534', '65534'].join('\t');
    expect(statusOf(folder)).toEqual({ Uid: nobody, Gid: nobody, Groups: '65534', CapEff: '0'.repeat(16) });
    expect(server.output()).not.toContain('a reload will fail');
  });

  test('goes on writing to a log file that only root could open, and says that a reload could not', async () => {
    const { server, folder } = await start({ logging: { destination: 'file', file: 'log/sftpd.log' } });
    const log = path.join(folder, 'log/sftpd.log');
    const read = () => {
      try {
        return readFileSync(log, 'utf8');
      } catch {
        return '';
      }
    };
    await until('the log', 20, () => {
      if (!server.alive()) throw new Error(server.output());
      return Promise.resolve(read().includes('a reload will fail: nobody cannot append to') ? true : undefined);
    });
    expect(read()).toContain('user=nobody');
    expect(statusOf(folder)['Groups']).toBe('65534');
  });

  test('warns of keys that the user cannot read', async () => {
    const { server } = await start({}, false);
    await says(server, /a reload will fail: Cannot read .*user=nobody/);
  });

  test('does not start as a user that does not exist', async () => {
    const { server } = await start({ user: 'no-such-user' });
    expect(await server.ended).toBe('exit 1');
    expect(server.output()).toContain("user: there is no user no-such-user to drop root's privileges to");
  });

  test('stays root where the default user does not exist, and says so', async ({ skip }) => {
    skip((await findAccount('safetp')) !== undefined, 'this machine has a user safetp');
    const { server, folder } = await start({ user: 'safetp' });
    await says(server, /ready/);
    expect(server.output()).toMatch(/^sftpd: user: there is no user safetp, so sftpd stays root: make one/m);
    expect(statusOf(folder)['Uid']).toBe('0\t0\t0\t0');
  });

  test('stays root where user is null', async () => {
    const { server, folder } = await start({ user: null });
    await says(server, /ready/);
    expect(statusOf(folder)['Uid']).toBe('0\t0\t0\t0');
  });
});
