// Our own client as a person would run it, through the gateway, to every ftpd of Debian that can be started on a high port: at
// each level of protection, with either side opening the data connections, down, up and a listing. vsftpd is anonymous here.
import { copyFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTestFiles, sha256, testFileKinds, type TestFiles } from '../peers/files.js';
import type { Ftpd, FtpdOptions } from '../peers/ftpd.js';
import { type Gateway, startGateway } from '../peers/gateway.js';
import type { PeerName } from '../peers/peer.js';
import { makeFolder, removeFolder, runProgram } from '../peers/process.js';
import { startProftpd } from '../peers/proftpd.js';
import { startPureFtpd } from '../peers/pureftpd.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';

const sftpc = path.resolve(import.meta.dirname, '../../dist/src/client/main.js');

/** Longer than one session takes on a loaded machine. */
const SECONDS = 100;

const ftpds: readonly { name: string; peer: PeerName; start: (options?: FtpdOptions) => Promise<Ftpd> }[] = [
  { name: 'vsftpd', peer: 'vsftpd', start: startVsftpd },
  { name: 'ProFTPD', peer: 'proftpd', start: startProftpd },
  { name: 'Pure-FTPd', peer: 'pure-ftpd', start: startPureFtpd },
];

let files: TestFiles;
beforeAll(async () => (files = await makeTestFiles()));
afterAll(() => files.remove());

for (const { name, peer, start } of ftpds) {
  describeWithPeers(`sftpc to ${name} behind the gateway`, [peer], () => {
    let ftpd: Ftpd;
    let gateway: Gateway;
    const stops: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      ftpd = await start();
      stops.push(ftpd.stop);
      for (const file of files.all) await copyFile(file.path, path.join(ftpd.root, file.name));
      gateway = await startGateway({ ftpd });
      stops.push(gateway.stop);
    });
    afterAll(async () => {
      for (const stop of stops.reverse()) await stop();
    });

    for (const level of ['C', 'S', 'P'] as const) {
      for (const mode of ['passive', 'active'] as const) {
        test(
          `${name}, PROT ${level}, ${mode}: files of all sizes go down and up whole`,
          () => goesDownAndUp({ ftpd, gateway, level, mode }),
          SECONDS * 1000,
        );
      }
    }
  });
}

interface Cell {
  readonly ftpd: Ftpd;
  readonly gateway: Gateway;
  readonly level: 'C' | 'S' | 'P';
  readonly mode: 'passive' | 'active';
}

/** One session: lists, fetches each file, sends it back under another name; then compares what arrived on both sides. */
async function goesDownAndUp({ ftpd, gateway, level, mode }: Cell): Promise<void> {
  const home = await makeFolder('sftpc');
  try {
    const names = testFileKinds.map((kind) => kind.name);
    const script = ['ls', ...names.flatMap((each) => [`get ${each}`, `put ${each} sent-${each}`]), 'ls', 'bye'];
    const words = ['--user', ftpd.user, '--known-servers', path.join(home, 'known'), '--accept-new'];
    const told = await runProgram({
      file: process.execPath,
      args: [sftpc, ...words, '--prot', level, `--${mode}`, gateway.host, `${gateway.port}`],
      seconds: SECONDS,
      cwd: home,
      env: { SFTPC_PASSWORD: ftpd.password },
      input: script.join('\n'),
    });
    for (const [index, file] of files.all.entries()) {
      expect(await sha256(path.join(home, file.name)), `${file.label} down\n${told}`).toBe(file.sha256);
      expect(await sha256(path.join(ftpd.root, `sent-${names[index]!}`)), `${file.label} up\n${told}`).toBe(
        file.sha256,
      );
    }
    const listed = told.split('\n').flatMap((line) => /^-.* (\S+)$/.exec(line)?.[1] ?? []);
    expect(listed).toEqual(expect.arrayContaining([...names, ...names.map((each) => `sent-${each}`)]));
  } finally {
    await removeFolder(home);
    for (const each of await readdir(ftpd.root)) {
      if (each.startsWith('sent-')) await rm(path.join(ftpd.root, each));
    }
  }
}
