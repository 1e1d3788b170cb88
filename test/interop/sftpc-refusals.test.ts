// What real ftpds refuse, as a person at sftpc reads it: the texts are in test/golden/client/refusals. All three run, or serve
// files, as a user whom permissions bind.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { faultTests, type Fault } from '../client/fault-cases.js';
import { meet, perform, REPORT } from '../client/stage.js';
import { mayMount, mountSmallDisk } from '../peers/disk.js';
import { requirePeer } from '../peers/peer.js';
import { makeFolder } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { FTPDS, give, plant, startSite, type Site } from './sftpc-sites.js';

/** In octets: what a user may store where there is a quota, and what of it is used up already. */
const QUOTA = 1024 * 1024;
const USED = 1_000_000;

/** The octets of a disk that is too small for what is stored. */
const TOO_LITTLE = 65_536;

interface Refusals {
  /** The folder of its texts. */
  readonly texts: string;
  /** How it is told to have a quota, and to refuse a password. `folder` is its own. */
  readonly extra: (folder: string) => Promise<readonly string[]>;
  /** Leaves too little room for a file. Gives what takes that back. */
  readonly crowd: (root: string) => Promise<() => Promise<void>>;
  /** Why there is no room, and the name that a file cannot have for it. */
  readonly noRoom: readonly [title: string, name: string, skipped?: string | undefined];
}

/** ProFTPD counts what has come until it looks, which depends on how it comes. */
const COUNTED = /used [0-9.]+ of/g;

const nothing = (): Promise<void> => Promise.resolve();

const REFUSALS: Readonly<Record<string, Refusals>> = {
  // It has no quota.
  vsftpd: {
    texts: 'vsftpd',
    extra: async (folder) => {
      const passwords = path.join(folder, 'passwords');
      await plant(passwords, 'tester@example.net\n');
      return ['no_anon_password=NO', 'secure_email_list_enable=YES', `email_password_file=${passwords}`];
    },
    crowd: async (root) => {
      if (!mayMount) return nothing;
      await mkdir(path.join(root, 'small'));
      return mountSmallDisk(path.join(root, 'small'), TOO_LITTLE);
    },
    noRoom: [
      "the server's disk is full midway",
      'small/sent',
      mayMount ? undefined : 'this machine lets us mount no small disk',
    ],
  },
  ProFTPD: {
    texts: 'proftpd',
    extra: async (folder) => {
      const program = requirePeer('proftpd');
      const ftpquota = (...words: readonly string[]): Buffer =>
        execFileSync(path.join(path.dirname(program), 'ftpquota'), words, { cwd: folder, timeout: 10_000 });
      const tables = { limit: path.join(folder, 'limits'), tally: path.join(folder, 'tallies') };
      const whose = ['--name=virt', '--quota-type=user', '--units=byte'];
      for (const type of ['limit', 'tally'] as const) {
        ftpquota('--create-table', `--type=${type}`, `--table-path=${tables[type]}`);
        const bytes = [`--bytes-upload=${type === 'limit' ? QUOTA : USED}`];
        const limit = type === 'limit' ? ['--limit-type=hard', '--per-session=false'] : [];
        ftpquota('--add-record', `--type=${type}`, `--table-path=${tables[type]}`, ...whose, ...limit, ...bytes);
        await give(tables[type]);
      }
      return [
        `ModulePath ${path.resolve(path.dirname(program), '../lib/proftpd')}`,
        'LoadModule mod_quotatab.c',
        'LoadModule mod_quotatab_file.c',
        'QuotaEngine on',
        `QuotaLimitTable file:${tables.limit}`,
        `QuotaTallyTable file:${tables.tally}`,
      ];
    },
    crowd: () => Promise.resolve(nothing),
    noRoom: ['the quota is used up midway', 'sent'],
  },
  'Pure-FTPd': {
    texts: 'pure-ftpd',
    extra: () => Promise.resolve(['-n', `1000:${QUOTA / 1024 / 1024}`]),
    // Files and octets.
    crowd: async (root) => {
      await plant(path.join(root, '.ftpquota'), `3 ${USED}\n`);
      return nothing;
    },
    noRoom: ['the quota is used up midway', 'sent'],
  },
};

for (const kind of FTPDS) {
  describeWithPeers(`what ${kind.name} refuses, behind the gateway, is told`, [kind.peer], () => {
    const { texts, extra, crowd, noRoom } = REFUSALS[kind.name]!;
    let site: Site;
    let known: string;
    let makeRoom = nothing;

    beforeAll(async () => {
      const folder = await makeFolder('refusals');
      await give(folder);
      site = await startSite({ ...kind, able: [...kind.able, ...(await extra(folder))] });
      await furnish(site.ftpd.root);
      makeRoom = await crowd(site.ftpd.root);
      known = await meet({ ...site.gateway, user: site.ftpd.user, password: site.ftpd.password });
    });
    afterAll(async () => {
      await makeRoom();
      await site.stop();
    });

    const fault = (name: string, title: string, command: readonly string[], more?: Partial<Refused>): Fault => ({
      name,
      title,
      status: 1,
      ...more,
      play: async () => {
        const { gateway, ftpd } = site;
        const { user, password } = { ...ftpd, ...more };
        const { host, port } = gateway;
        const played = await perform({ host, port, user, password, command, known, gatewayKey: known });
        return { ...played, err: played.err.replaceAll(COUNTED, 'used N of') };
      },
    });

    faultTests(`refusals/${texts}`, [
      fault('password', 'the password is wrong', ['pwd'], { password: 'wrong-horse', status: 5 }),
      fault('get-missing', 'there is no such file', ['get', 'nowhere', 'here/report']),
      fault('get-folder', 'a folder, where a file is wanted', ['get', 'folder', 'here/report']),
      fault('get-forbidden', 'the user may not read the file', ['get', 'locked', 'here/report']),
      fault('get-r-missing', 'there is no such folder to fetch', ['get', '-r', 'nowhere', 'here/tree']),
      fault('put-forbidden', 'the user may not store files there', ['put', 'draft', 'closed/sent']),
      fault('put-over-forbidden', 'the user may not change the file', ['put', 'draft', 'fixed']),
      fault('put-folder', 'a folder has the name that a file is to have', ['put', 'draft', 'folder']),
      fault('put-missing', 'there is no such folder to store in', ['put', 'draft', 'nowhere/sent']),
      fault('put-no-room', noRoom[0], ['put', 'draft', noRoom[1]], { skipped: noRoom[2] }),
      fault('delete-missing', 'there is no such file to delete', ['delete', 'nowhere']),
      fault('delete-forbidden', 'the user may not delete there', ['delete', 'closed/kept']),
      fault('delete-folder', 'a folder is not deleted as a file', ['delete', 'folder']),
      fault('rmdir-full', 'a folder with a file in it is not removed', ['rmdir', 'folder']),
      fault('mkdir-there', 'the folder is there already', ['mkdir', 'folder']),
      fault('rename-missing', 'there is no such file to rename', ['rename', 'nowhere', 'elsewhere']),
      fault('rename-onto-folder', 'a file cannot take the place of a folder', ['rename', 'report', 'folder']),
      fault('rename-into-missing', 'there is no such folder to rename into', ['rename', 'report', 'nowhere/report']),
      fault('cd-file', 'a file is no folder to go into', ['cd', 'report']),
      fault('cd-forbidden', 'the user may not go into the folder', ['cd', 'barred']),
      // vsftpd lists the folder itself.
      ...(kind.name === 'vsftpd' ? [] : [fault('ls-forbidden', 'the user may not list the folder', ['ls', 'barred'])]),
      fault('ls-missing', 'there is no such folder to list', ['ls', 'nowhere']),
    ]);
  });
}

interface Refused {
  readonly password: string;
  readonly status: number;
  readonly skipped: string | undefined;
}

/** What the sessions find on the server. */
async function furnish(root: string): Promise<void> {
  for (const folder of ['folder', 'closed', 'barred']) {
    await mkdir(path.join(root, folder));
    await give(path.join(root, folder));
  }
  for (const file of ['report', 'locked', 'fixed', 'folder/kept', 'closed/kept'])
    await plant(path.join(root, file), REPORT);
  await chmod(path.join(root, 'locked'), 0o000);
  await chmod(path.join(root, 'fixed'), 0o444);
  await chmod(path.join(root, 'closed'), 0o555);
  await chmod(path.join(root, 'barred'), 0o000);
}
