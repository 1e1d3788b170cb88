// Faults of data connections: blocks changed, left out, repeated; connections that end too early, stand still, or never come.
import { afterAll, beforeAll } from 'vitest';
import { faultTests, PUT, staged, type StagedFault } from './fault-cases.js';
import { startStage, type Stage } from './stage.js';
import type { Tampering } from './tampering-relay.js';

let stage: Stage;
/** In front of its passive ports stands a firewall that says so. */
let walled: Stage;
beforeAll(async () => {
  stage = await startStage();
  walled = await startStage({ passivePorts: 'absent' });
});
afterAll(async () => {
  await stage.stop();
  await walled.stop();
});

type Instead = (block: Buffer) => readonly Uint8Array[];

/** Other blocks in the place of the second. */
const download = (instead: Instead): Tampering => ({
  download: (block, number) => (number === 2 ? instead(block) : undefined),
});
const upload = (instead: Instead): Tampering => ({
  upload: (block, number) => (number === 2 ? instead(block) : undefined),
});

const flipped: Instead = (block) => {
  block[100]! ^= 1;
  return [block];
};
const leftOut: Instead = () => [];
const twice: Instead = (block) => [block, block];

/** The first block passes; then the data connection ends. */
const cut = (direction: 'download' | 'upload', how: 'end' | 'reset'): Tampering => ({
  [direction]: (_: Buffer, number: number, wire: Parameters<NonNullable<Tampering['download']>>[2]) =>
    number === 1 ? undefined : wire.cutData(how),
});

/** Blocks in pairs, the second before the first. */
function exchanged(): Tampering {
  let held: Buffer | undefined;
  return {
    download: (block) => {
      const before = held;
      held = before === undefined ? block : undefined;
      return before === undefined ? [] : [block, before];
    },
  };
}

const faults: readonly StagedFault[] = [
  {
    name: 'get-flipped',
    title: 'one bit of a block was changed on its way here',
    tampering: download(flipped),
    status: 4,
  },
  {
    name: 'get-flipped-safe',
    title: 'one bit of a block was changed on its way here, under PROT S',
    options: ['--prot', 'S'],
    tampering: download(flipped),
    status: 4,
  },
  { name: 'get-left-out', title: 'a block was left out on its way here', tampering: download(leftOut), status: 4 },
  { name: 'get-twice', title: 'a block comes twice', tampering: download(twice), status: 4 },
  { name: 'get-exchanged', title: 'two blocks were exchanged on their way here', tampering: exchanged(), status: 4 },
  {
    name: 'get-truncated',
    title: 'the data ends, in good order, before its last block',
    tampering: cut('download', 'end'),
    status: 1,
  },
  {
    name: 'get-reset',
    title: 'the data connection is reset before the last block',
    command: ['get', 'archive/large', 'here/report'],
    tampering: cut('download', 'reset'),
    status: 1,
  },
  {
    name: 'get-stalled',
    title: 'the data stands still before its last block',
    tampering: { download: (_, number, wire) => (number === 1 ? undefined : wire.silence('data')) },
    timeouts: { stall: 1000 },
    status: 1,
  },
  {
    name: 'get-refused',
    title: 'nobody listens for the data connection (passive)',
    on: () => walled,
    status: 1,
  },
  {
    name: 'ls-truncated',
    title: 'a listing ends before its last block',
    command: ['ls', 'archive'],
    tampering: cut('download', 'end'),
    status: 1,
  },
  {
    name: 'put-flipped',
    title: 'one bit of a block was changed on its way there',
    command: PUT,
    tampering: upload(flipped),
    status: 4,
  },
  {
    name: 'put-left-out',
    title: 'a block was left out on its way there',
    command: PUT,
    tampering: upload(leftOut),
    status: 4,
  },
  { name: 'put-twice', title: 'a block reaches the server twice', command: PUT, tampering: upload(twice), status: 4 },
  {
    name: 'put-truncated',
    title: 'the data ends, in good order, before its last block reaches the server',
    command: PUT,
    tampering: cut('upload', 'end'),
    status: 4,
  },
  {
    name: 'put-reset',
    title: 'the data connection is reset before the last block reaches the server',
    command: PUT,
    tampering: cut('upload', 'reset'),
    status: 1,
  },
  {
    name: 'put-refused',
    title: 'nobody listens for the data connection of an upload (passive)',
    command: PUT,
    on: () => walled,
    status: 1,
  },
];

faultTests(
  'data',
  faults.map((fault) => staged(fault, () => stage)),
);
