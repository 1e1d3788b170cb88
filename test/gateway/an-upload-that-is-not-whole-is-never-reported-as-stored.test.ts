// x-safetp1 §4: a protected upload that breaks off, or has one bad octet, aborts the ftpd's transfer and is answered 535. Each
// real ftpd says in its log, or by the file it leaves, whether it took the part for the whole.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { frame } from '../../src/security/framing.js';
import type { BlockLevel } from '../../src/security/mechanism.js';
import { must } from '../security/association.js';
import type { RawClient } from './raw-client.js';
import { withEachFtpd } from './real-ftpds.js';
import { download, PBSZ, pieces, sealed, upload, uploadOctets } from './transfers.js';

const FILE = randomBytes(300_000);

const flipped = (octets: Buffer, at: number): Buffer => {
  const changed = Buffer.from(octets);
  const index = at < 0 ? changed.length + at : at;
  changed[index]! ^= 0x01;
  return changed;
};

const lengthened = (block: Buffer, by: number): Buffer => {
  const changed = Buffer.from(block);
  changed.writeUInt32BE(changed.readUInt32BE(0) + by);
  return changed;
};

/** A block of the client's own keys whose flags or sequence number are wrong: what a bug or a replay would send. */
function blockOf(client: RawClient, level: BlockLevel, wrong: { skip?: number; last?: boolean }): Buffer {
  const sealer = client.context!.afterTransfer({ sealed: wrong.skip ?? 0 }).sealer(level, PBSZ);
  const block = wrong.last === true ? must(sealer.sealLast()) : must(sealer.seal([Buffer.from('data')]))[0]!;
  return Buffer.from(frame(block));
}

type Spoil = (blocks: readonly Buffer[], client: RawClient, level: BlockLevel) => readonly Buffer[];

/** What happens to the 19 data blocks and the last block of a good upload. */
const CUT: readonly (readonly [string, Spoil])[] = [
  ['no last block', (blocks) => blocks.slice(0, -1)],
  ['nothing at all', () => []],
  ['cut inside a block', (blocks) => [...blocks.slice(0, 5), blocks[5]!.subarray(0, 1000)]],
  ['cut inside a length', (blocks) => [...blocks.slice(0, 5), blocks[5]!.subarray(0, 2)]],
  ['cut inside the last block', (blocks) => [...blocks.slice(0, -1), blocks.at(-1)!.subarray(0, -1)]],
];
const at =
  (index: number, change: (block: Buffer) => Buffer): Spoil =>
  (blocks) =>
    blocks.map((block, position) => (position === index ? change(block) : block));
const BAD: readonly (readonly [string, Spoil])[] = [
  ['the top of a length', at(7, (block) => flipped(block, 0))],
  ['a length one too long', at(7, (block) => lengthened(block, 1))],
  ['a length one too short', at(7, (block) => lengthened(block, -1))],
  ['a length of nothing', at(7, (block) => lengthened(block, -block.readUInt32BE(0)))],
  ['the beginning of the block (the IV under P)', at(7, (block) => flipped(block, 4))],
  ['the data', at(7, (block) => flipped(block, 500))],
  ['flags and sequence', at(7, (block) => flipped(block, -23))],
  ['the tag', at(7, (block) => flipped(block, -1))],
  ['the last block', at(19, (block) => flipped(block, -1))],
  ['the very first block', at(0, (block) => flipped(block, 20))],
  ['a block left out', (blocks) => blocks.filter((_, index) => index !== 7)],
  ['a block twice', (blocks) => [...blocks.slice(0, 8), ...blocks.slice(7)]],
  ['two blocks exchanged', (blocks) => [...blocks.slice(0, 7), blocks[8]!, blocks[7]!, ...blocks.slice(9)]],
  [
    'a sequence number that jumps',
    (blocks, client, level) => [...blocks.slice(0, 7), blockOf(client, level, { skip: 900 })],
  ],
  [
    'a block of the other level',
    (blocks, client, level) => [blockOf(client, level === 'P' ? 'S' : 'P', {}), ...blocks],
  ],
  [
    'an octet behind the last block',
    (blocks) => [
      ...blocks.slice(0, 0),
      blocks.at(0)!,
      ...blocks.slice(1, -1),
      Buffer.concat([blocks.at(-1)!, Buffer.from('x')]),
    ],
  ],
  ['a block behind the last block', (blocks, client, level) => [...blocks, blockOf(client, level, { skip: 20 })]],
  ['a second last block', (blocks, client, level) => [...blocks, blockOf(client, level, { skip: 20, last: true })]],
];

withEachFtpd('a protected upload that is not whole', (stage) => {
  for (const level of ['P', 'S'] as const) {
    describe(`PROT ${level}`, () => {
      test.each(CUT)('%s: 535, reset, and the session goes on', async (_, spoil) => {
        const client = await stage().login(level);
        await stored(client, 'STOR good', level);
        const octets = Buffer.concat(spoil(sealed(client, level, pieces(FILE)), client, level));
        const final = await uploadOctets(client, 'STOR cut', octets);
        expect(final.lines).toEqual(['535 The data ended before its last block: the transfer was aborted.']);
        expect(final.protection).toBe('ENC');
        await stored(client, 'STOR again', level);
        const back = await download(client, 'RETR again', { level });
        expect([back.final.code, back.whole, back.data.equals(FILE)]).toEqual([226, true, true]);
        client.close();
      });

      test.each(BAD)('%s is bad: 535, reset, and the session ends', async (_, spoil) => {
        const client = await stage().login(level);
        const octets = Buffer.concat(spoil(sealed(client, level, pieces(FILE)), client, level));
        const final = await uploadOctets(client, 'STOR bad', octets);
        expect(final.lines).toEqual(['535 Failed security check: the transfer was aborted.']);
        expect(await client.rest()).toEqual([]);
        client.close();
      });
    });
  }

  test('a block of an earlier transfer cannot be played again', async () => {
    const client = await stage().login('P');
    const blocks = Buffer.concat(sealed(client, 'P', pieces(FILE)));
    expect((await uploadOctets(client, 'STOR first', blocks)).code).toBe(226);
    expect((await uploadOctets(client, 'STOR second', blocks)).code).toBe(535);
    client.close();
  });

  test('the client resets in mid-transfer: never 2xx', async () => {
    const client = await stage().login('P');
    const { connected } = await client.setUp('EPSV');
    client.send('STOR reset');
    await client.expect(150);
    const socket = await connected();
    await new Promise<void>((resolve) => socket.write(sealed(client, 'P', pieces(FILE))[0]!, () => resolve()));
    socket.resetAndDestroy();
    const final = await client.reply();
    expect(final.code).toBeGreaterThanOrEqual(400);
    await stored(client, 'STOR again', 'P');
    client.close();
  });

  test('the ftpd has never heard of a whole file where there was none', async () => {
    // xferlog and their like: vsftpd says OK or FAIL, ProFTPD answers 226 or not, Pure-FTPd lists what is complete.
    const log = await stage().ftpd.log();
    const whole = log
      .split('\n')
      .filter((line) => /\b(cut|bad|second|reset)\b/.test(line) && /OK UPLOAD|\b226\b/.test(line));
    expect(whole).toEqual([]);
    expect(log).not.toBe('');
  });

  async function stored(client: RawClient, command: string, level: BlockLevel): Promise<void> {
    expect((await upload(client, command, FILE, { level })).code).toBe(226);
    const name = command.replace('STOR ', '');
    expect((await readFile(path.join(stage().ftpd.root, name))).equals(FILE)).toBe(true);
  }
});
