/** Whole transfers of a RawClient, and the parts that a test may want to get wrong. */
import type { Socket } from 'node:net';
import { coderFor } from '../../src/data/coder.js';
import { frame } from '../../src/security/framing.js';
import type { BlockLevel } from '../../src/security/mechanism.js';
import { must } from '../security/association.js';
import type { Heard, RawClient, SetupVerb } from './raw-client.js';

/** The level of PROT that a test has agreed on; `C` is a clear data connection. */
export type Level = BlockLevel | 'C';

export const PBSZ = 1_048_576;

export interface Download {
  readonly data: Buffer;
  /** Whether the data connection came to a clean end and, where protected, with a last block. */
  readonly whole: boolean;
  readonly final: Heard;
}

/** Fetches, under the level that was agreed on; fails on no reply of the gateway. */
export async function download(
  client: RawClient,
  command: string,
  { level = 'C', setup = 'EPSV' }: { level?: Level; setup?: SetupVerb } = {},
): Promise<Download> {
  const { connected } = await client.setUp(setup);
  client.send(command);
  const first = await client.reply();
  if (first.code >= 400) return { data: Buffer.alloc(0), whole: false, final: first };
  const socket = await connected();
  const got = await received(socket);
  socket.destroy();
  const final = await client.reply();
  return { ...openDownload(client, got, level), final };
}

/**
 * Everything a data connection receives until its end, and how it ended. Where octets were still unread when a reset came,
 * libuv reports an end; but a connection that was reset has no peer any longer.
 */
export function received(socket: Socket): Promise<{ readonly octets: Buffer; readonly ended: 'clean' | 'reset' }> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const done = (ended: 'clean' | 'reset'): void => resolve({ octets: Buffer.concat(chunks), ended });
    if (socket.destroyed) return done('reset');
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => done(socket.remoteAddress === undefined ? 'reset' : 'clean'));
    socket.once('error', () => done('reset'));
    socket.resume();
  });
}

/** What the octets of a download's data connection say. */
export function openDownload(
  client: RawClient,
  { octets, ended }: { readonly octets: Buffer; readonly ended: 'clean' | 'reset' },
  level: Level,
): { readonly data: Buffer; readonly whole: boolean } {
  if (level === 'C') return { data: octets, whole: ended === 'clean' };
  // The coder is named from the gateway's side, to which opening blocks is an upload.
  const coder = coderFor({ direction: 'upload', opener: client.context!.opener(level, PBSZ) });
  const data = Buffer.concat(must(coder.push(octets)));
  client.context = client.context!.afterTransfer({ opened: coder.sequence! });
  return { data, whole: ended === 'clean' && coder.complete };
}

/** The framed blocks of an upload, the last block last. `pieces` of a file become a block each. */
export function sealed(client: RawClient, level: BlockLevel, pieces: readonly Uint8Array[]): readonly Buffer[] {
  const sealer = client.context!.sealer(level, PBSZ);
  const blocks = [...must(sealer.seal(pieces)), must(sealer.sealLast())];
  client.context = client.context!.afterTransfer({ sealed: sealer.sequence });
  return blocks.map((block) => Buffer.from(frame(block)));
}

/** Cuts a file into pieces for blocks. */
export function pieces(data: Buffer, size = 16_384): readonly Buffer[] {
  return Array.from({ length: Math.ceil(data.length / size) }, (_, index) =>
    data.subarray(index * size, (index + 1) * size),
  );
}

/** Sends `octets` as the data of an upload, ends the data connection, and gives the final reply. */
export async function uploadOctets(
  client: RawClient,
  command: string,
  octets: Uint8Array,
  setup: SetupVerb = 'EPSV',
): Promise<Heard> {
  const { connected } = await client.setUp(setup);
  client.send(command);
  const first = await client.reply();
  if (first.code >= 400) return first;
  const socket: Socket = await connected();
  socket.resume();
  socket.end(octets);
  const final = await client.reply();
  socket.destroy();
  return final;
}

/** Sends a file under the level that was agreed on. */
export async function upload(
  client: RawClient,
  command: string,
  data: Buffer,
  { level = 'C', setup = 'EPSV' }: { level?: Level; setup?: SetupVerb } = {},
): Promise<Heard> {
  const octets = level === 'C' ? data : Buffer.concat(sealed(client, level, pieces(data)));
  return uploadOctets(client, command, octets, setup);
}
