// This side's files, folders and disk; and command lines that name nothing that could be done. The faults are real ones: a file
// system that is full, a limit of the kernel, permissions that are not there.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { mayMount, mountSmallDisk } from '../peers/disk.js';
import { isRoot } from '../peers/identity.js';
import { builtSftpc } from './built-sftpc.js';
import { faultTests, PUT, staged, type StagedFault } from './fault-cases.js';
import { BEFORE, startStage, type Play, type Stage } from './stage.js';

let stage: Stage;
let full: number;
beforeAll(async () => {
  stage = await startStage();
  full = openSync('/dev/full', 'w');
});
afterAll(async () => {
  closeSync(full);
  await stage.stop();
});

/** Less than `report`. */
const TOO_LITTLE = 65_536;

/** Root, too, is bound by permissions without these two. */
const NO_OVERRIDE = '-dac_override,-dac_read_search';
const bound = isRoot ? ['setpriv', '--bounding-set', NO_OVERRIDE, '--inh-caps', NO_OVERRIDE] : [];
const asUser = builtSftpc(bound);

/** Takes permissions away for the time of the play. */
const without =
  (name: 'here' | 'draft', mode: number): NonNullable<Play['arrange']> =>
  async (folder) => {
    await chmod(join(folder, name), mode);
    return () => chmod(join(folder, name), 0o755);
  };

/** The disk that `here` is on is a small one. */
async function onSmallDisk(folder: string): Promise<() => Promise<void>> {
  const restore = mountSmallDisk(join(folder, 'here'), TOO_LITTLE);
  await writeFile(join(folder, 'here', 'report'), BEFORE);
  return restore;
}

async function serverOnSmallDisk(): Promise<() => Promise<void>> {
  const place = join(stage.root, 'small');
  await mkdir(place);
  return mountSmallDisk(place, TOO_LITTLE);
}

const usage = (name: string, title: string, play: Play): StagedFault => ({ name, title, status: 2, ...play });

const faults: readonly StagedFault[] = [
  {
    name: 'get-file-too-large',
    title: 'no file of this size may be written (ulimit -f)',
    run: builtSftpc(['prlimit', `--fsize=${TOO_LITTLE}`]),
    status: 1,
  },
  {
    name: 'get-no-permission',
    title: 'no permission to write in the folder',
    arrange: without('here', 0o555),
    run: asUser,
    status: 1,
  },
  {
    name: 'get-no-folder',
    title: 'there is no such folder here',
    command: ['get', 'report', 'here/absent/report'],
    status: 1,
  },
  {
    name: 'get-onto-a-folder',
    title: 'the file would replace a folder',
    command: ['get', 'here', 'here/..'],
    status: 1,
  },
  {
    name: 'get-onto-a-device',
    title: 'the file would replace a device',
    command: ['get', 'report', '/dev/null'],
    status: 1,
  },
  { name: 'get-no-name', title: 'the remote name is no name of a file', command: ['get', 'archive/..'], status: 1 },
  {
    name: 'get-a-folder',
    title: 'what is to be fetched is a folder',
    command: ['get', 'archive', 'here/report'],
    status: 1,
  },
  {
    name: 'get-line-end',
    title: 'a name with a line end in it',
    command: ['get', 'two\nlines', 'here/report'],
    status: 1,
  },
  {
    name: 'get-long-name',
    title: 'a name that is too long here',
    command: ['get', 'report', `here/${'x'.repeat(300)}`],
    status: 1,
  },
  { name: 'put-absent', title: 'there is no such file here', command: ['put', 'here/absent', 'sent'], status: 1 },
  {
    name: 'put-no-permission',
    title: 'no permission to read the file',
    command: PUT,
    arrange: without('draft', 0),
    run: asUser,
    status: 1,
  },
  { name: 'put-a-folder', title: 'what is to be sent is a folder', command: ['put', 'here', 'sent'], status: 1 },
  { name: 'put-a-device', title: 'what is to be sent is a device', command: ['put', '/dev/zero', 'sent'], status: 1 },
  {
    name: 'output-full',
    title: 'standard output is a file on a full disk',
    command: ['ls'],
    run: (argv, world) => builtSftpc([], full)(argv, world),
    status: 1,
  },
  {
    name: 'get-output-full',
    title: 'standard output, where a file is to go, is on a full disk',
    command: ['get', 'report', '-'],
    run: (argv, world) => builtSftpc([], full)(argv, world),
    status: 1,
  },
  {
    name: 'output-full-json',
    title: 'standard output is a file on a full disk (--json)',
    options: ['--json'],
    command: ['ls'],
    run: (argv, world) => builtSftpc([], full)(argv, world),
    status: 1,
  },
  {
    name: 'script-line',
    title: 'a line of a script fails',
    input: '# what is there\nls archive\n\nget absent here/report\nls\n',
    status: 1,
  },
  usage('unknown-option', 'an option that is none', { options: ['--pasive'] }),
  usage('unknown-command', 'a command that is none', { command: ['gett', 'report'] }),
  usage('too-few-words', 'a command without its file', { command: ['get'] }),
  usage('no-password', 'there is no terminal to ask for the password', { env: { SFTPC_PASSWORD: undefined } }),
  usage('password-file-absent', 'the file with the password is not there', {
    options: ['--password-file', 'here/absent'],
  }),
];

const onFullDisk: readonly StagedFault[] = [
  {
    name: 'get-disk-full',
    title: 'the disk is full',
    arrange: onSmallDisk,
    status: 1,
  },
  {
    name: 'put-disk-full',
    title: "the server's disk is full",
    command: ['put', 'draft', 'small/sent'],
    arrange: serverOnSmallDisk,
    status: 1,
  },
];

faultTests(
  'local',
  [...faults, ...onFullDisk].map((fault) => ({
    ...staged(fault, () => stage),
    ...(onFullDisk.includes(fault) && !mayMount ? { skipped: 'this machine lets us mount no small disk' } : {}),
  })),
);
