/**
 * One file from the server: under its own name only when it is whole, which means that the transfer was (session/transfer.ts) and
 * that as many octets are here as the server says the file has.
 */
import { basename } from 'node:path';
import type { Client } from '../client.js';
import { ClientError, withAdvice } from '../error.js';
import { receiveFile, type IncomingFile } from '../local/incoming-file.js';
import type { FileIdentity } from '../local/part.js';
import type { Sink } from '../terms.js';
import { localLines } from './line-ends.js';
import { watched, type Moved } from './progress.js';
import { canRestart, modifiedOf, sizeOf } from './remote-file.js';
import type { TransferItem } from './transfer-events.js';
import type { TransferRun } from './transfer-run.js';

/** A smaller file that broke off is fetched anew: what it leaves would be more in the way than of use. In octets. */
const RESUMABLE_OCTETS = 1024 * 1024;

export interface Download {
  readonly remote: string;
  readonly local: string;
  /** Takes the octets in place of a file; `local` is then only shown. */
  readonly sink?: Sink | undefined;
  /** What a listing has said; the server is asked for the rest. */
  readonly known?: Known | undefined;
  /** `part`: what an earlier download of the same file has left. */
  readonly from: 'beginning' | 'part';
  /** `keep`: the file gets the time of its last change on the server, where that is known. */
  readonly time: 'keep' | 'now';
}

interface Known {
  /** In octets; undefined also for text, which has another size on this side. */
  readonly size: number | undefined;
  readonly modified: Date | undefined;
}

/** @throws ClientError unless the file is here, whole */
export async function downloadFile(client: Client, wanted: Download, run: TransferRun): Promise<Moved> {
  const { remote, local } = wanted;
  const known = await look(client, wanted, run);
  const { size } = known;
  const item: TransferItem = { id: run.nextId(), direction: 'download', remote, local, size };
  return watched(item, run.observe, async (progress) => {
    const identity = identityOf(client, remote, known);
    const file = await open(client, wanted, identity, run);
    let total = file.offset;
    progress.begin(total);
    const sink: Sink = async (octets) => {
      await file.sink(octets);
      total += octets.length;
      progress.moved(octets.length);
    };
    try {
      // A part that is all of the file needs its name only; not every server takes a REST to the end.
      const octets = total > 0 && total === size ? 0 : await receive(client, remote, { sink, offset: total }, run);
      if (size !== undefined && total !== size) await askAgain(client, remote, { size, total }, run);
      await file.keep(wanted.time === 'keep' ? known.modified : undefined);
      return octets;
    } catch (error) {
      if (!(error instanceof ClientError) || !isBeginning(error, total, identity)) await file.discard();
      else if (await file.leave(identity))
        throw withAdvice(error, `What has come of ${identity.name} is kept: get -c goes on from there.`);
      throw error;
    }
  });
}

/** What has to be known of the file beforehand. */
async function look(client: Client, { remote, known, from, time, sink }: Download, run: TransferRun): Promise<Known> {
  const size = run.type === 'A' ? undefined : (known?.size ?? (await sizeOf(client, remote)));
  // Of a small file, the time is of no use to tell its part by.
  const mayBeLeft = sink === undefined && size !== undefined && size >= RESUMABLE_OCTETS;
  const asks = time === 'keep' || from === 'part' || mayBeLeft;
  const modified = known?.modified ?? (asks ? await modifiedOf(client, remote) : undefined);
  return { size, modified };
}

/** By what its beginning is known again; undefined where the server does not say enough. */
function identityOf(client: Client, remote: string, { size, modified }: Known): FileIdentity | undefined {
  if (size === undefined || modified === undefined) return undefined;
  return { name: basename(remote), size, modified, data: client.level === 'C' ? 'clear' : 'checked' };
}

async function open(
  client: Client,
  { remote, local, sink, from }: Download,
  identity: FileIdentity | undefined,
  { notice }: TransferRun,
): Promise<IncomingFile> {
  if (sink !== undefined) return passedOn(sink);
  const resumes = from === 'part' && (await canRestart(client));
  const isLarge = identity !== undefined && identity.size >= RESUMABLE_OCTETS;
  const file = await receiveFile(local, {
    identity: isLarge || resumes ? identity : undefined,
    from: resumes ? 'part' : 'beginning',
  });
  if (file.found === 'other') notice(`${remote} has changed since a part of it was fetched: it is fetched anew`);
  if (file.found === 'unchecked') notice(`a part of ${remote} was fetched in clear: it is fetched anew`);
  return file;
}

/** Octets that go elsewhere than into a file. */
function passedOn(sink: Sink): IncomingFile {
  return {
    offset: 0,
    found: 'none',
    sink,
    keep: () => Promise.resolve(),
    leave: () => Promise.resolve(false),
    discard: () => Promise.resolve(),
  };
}

/** Gives the octets that crossed the network. */
async function receive(
  client: Client,
  remote: string,
  { sink, offset }: { readonly sink: Sink; readonly offset: number },
  { type, signal }: TransferRun,
): Promise<number> {
  if (type === 'I') return (await client.retrieve(remote, sink, { type, offset, signal })).octets;
  const lines = localLines(sink);
  const { octets } = await client.retrieve(remote, lines.sink, { type, signal });
  await lines.end();
  return octets;
}

/**
 * Other octets have come than the server had spoken of. A file that was replaced, or grew, in between has another size now.
 * @throws ClientError where that does not explain it
 */
async function askAgain(
  client: Client,
  remote: string,
  { size, total }: { readonly size: number; readonly total: number },
  { notice }: TransferRun,
): Promise<void> {
  const now = await sizeOf(client, remote);
  if (total === now) return;
  if (now !== undefined && total > size && total < now) {
    notice(`${remote} is being written to: ${total} octets were there when it was fetched, and ${now} are there now`);
    return;
  }
  throw new ClientError('command', `${remote}: ${total} octets came, and the server says that it has ${now ?? size}.`, {
    hint: 'It may have been changed while it came. Try again.',
  });
}

/** Whether what has come can be the beginning of the file, and another try may bring the rest. */
function isBeginning(error: ClientError, total: number, identity: FileIdentity | undefined): identity is FileIdentity {
  if (error.code === 'local' || error.kind === 'security' || identity === undefined) return false;
  return identity.size >= RESUMABLE_OCTETS && total > 0 && total <= identity.size;
}
