// Our own client as a person would run it, through the gateway, to every ftpd of Debian that can be started on a high port. Each
// row is what a session does, and on what terms: the protection of its data, and which side opens the data connections.
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { makeTestFiles, type TestFiles } from '../peers/files.js';
import { describeWithPeers } from '../peers/suite.js';
import {
  beginningsAreGoneOnWith,
  goDownAndUp,
  interruptedIsFollowedByWhole,
  manyGoDownAndUp,
  namesComeBackAsTheyWere,
  textIsConverted,
} from './sftpc-rows.js';
import { FTPDS, inCell, SECONDS, startSite, type Cell, type Site } from './sftpc-sites.js';

type Terms = `${Cell['level']} ${Cell['mode']}`;

const ALL: readonly Terms[] = ['C passive', 'C active', 'S passive', 'S active', 'P passive', 'P active'];
const SOME: readonly Terms[] = ['C passive', 'S active', 'P passive'];

interface Row {
  readonly network: 'IPv4' | 'IPv6';
  readonly terms: readonly Terms[];
  readonly does: string;
  readonly run: (cell: Cell) => Promise<void>;
}

const ONE_BY_ONE = ['!mkdir got', 'lcd got', 'mget many/*', 'mkdir up', 'cd up', 'mput *'];
const AS_A_TREE = ['get -r many got', 'put -r got up'];

let large: TestFiles;
let small: TestFiles;

// prettier-ignore
const ROWS: readonly Row[] = [
  { network: 'IPv4', terms: ALL, does: 'files of 0, 1 and 50 Mi octets go down and up whole', run: goDownAndUp(() => large.all) },
  { network: 'IPv6', terms: ALL, does: 'files of 0, 1 and 300,001 octets go down and up whole', run: goDownAndUp(() => small.all) },
  { network: 'IPv4', terms: SOME, does: 'text has the line ends of its side', run: textIsConverted },
  { network: 'IPv4', terms: SOME, does: 'what follows SIGINT in a transfer is whole', run: interruptedIsFollowedByWhole },
  { network: 'IPv4', terms: SOME, does: 'a beginning is gone on with, down and up', run: beginningsAreGoneOnWith },
  { network: 'IPv4', terms: ['P passive'], does: '100 files go down and up, one by one', run: manyGoDownAndUp(ONE_BY_ONE) },
  { network: 'IPv4', terms: ['P active'], does: '100 files go down and up, as a tree', run: manyGoDownAndUp(AS_A_TREE) },
  { network: 'IPv4', terms: ['P passive'], does: 'names of all kinds come back as they were', run: namesComeBackAsTheyWere },
];

beforeAll(async () => {
  large = await makeTestFiles();
  small = await makeTestFiles([
    { label: 'an empty file', name: 'empty.bin', size: 0 },
    { label: 'a file of one octet', name: 'one.bin', size: 1 },
    { label: 'a small file', name: 'small.bin', size: 300_001 },
  ]);
});
afterAll(async () => {
  await large.remove();
  await small.remove();
});

for (const kind of FTPDS) {
  describeWithPeers(`sftpc to ${kind.name} behind the gateway`, [kind.peer], () => {
    let sites: Readonly<Record<Row['network'] | 'slow', Site>>;

    beforeAll(async () => {
      const [IPv4, IPv6] = await Promise.all([startSite(kind), startSite(kind, { address: '::1' })]);
      const slow = await startSite(kind, { root: IPv4.ftpd.root, pace: 'slow' });
      sites = { IPv4, IPv6, slow };
      for (const file of large.all) await copyFile(file.path, path.join(IPv4.ftpd.root, file.name));
      for (const file of small.all) await copyFile(file.path, path.join(IPv6.ftpd.root, file.name));
    });
    afterAll(async () => {
      for (const site of [sites.slow, sites.IPv6, sites.IPv4]) await site.stop();
    });

    for (const { network, terms, does, run } of ROWS) {
      for (const each of terms) {
        const [level, mode] = each.split(' ') as [Cell['level'], Cell['mode']];
        test(
          `${kind.name}, ${network}, PROT ${level}, ${mode}: ${does}`,
          () => inCell({ site: sites[network], slow: sites.slow, level, mode }, run),
          SECONDS * 1000,
        );
      }
    }
  });
}
