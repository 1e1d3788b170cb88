/** One file to the server: stored when the server says so, and says afterwards that it has as many octets as were sent. */
import { stat } from 'node:fs/promises';
import type { Client } from '../client.js';
import { ClientError, withAdvice } from '../error.js';
import { pathOctets } from '../local/local-file.js';
import { sendFile, type OutgoingFile } from '../local/outgoing-file.js';
import { networkLines } from './line-ends.js';
import { watched, type Moved, type Progress } from './progress.js';
import { sizeOf } from './remote-file.js';
import type { TransferItem } from './transfer-events.js';
import type { TransferRun } from './transfer-run.js';

export interface Upload {
  readonly local: string;
  readonly remote: string;
  /** Gives the octets in place of a file; `local` is then only shown. */
  readonly source?: AsyncIterable<Uint8Array> | undefined;
  /**
   * What becomes of a file that is there: `replace` it, `append` to it, or `resume`: it is taken for the beginning of this one,
   * which nobody can check.
   */
  readonly onto: 'replace' | 'append' | 'resume';
  /** `keep`: the server is asked to give the file the time of its last change on this side. */
  readonly time: 'keep' | 'now';
}

/** @throws ClientError unless the server has stored the file, whole */
export async function uploadFile(client: Client, wanted: Upload, run: TransferRun): Promise<Moved> {
  const { local, remote, source, onto, time } = wanted;
  const size = source === undefined ? await sizeHere(local) : undefined;
  const appends = onto === 'append' ? ({ appends: true } as const) : {};
  const item: TransferItem = { id: run.nextId(), direction: 'upload', remote, local, size, ...appends };
  return watched(item, run.observe, async (progress) => {
    const before = onto === 'replace' || run.type === 'A' ? undefined : await sizeOf(client, remote);
    if (source !== undefined) {
      progress.begin(0);
      return store(client, { remote, before, append: onto === 'append' }, counted(source, progress), run);
    }
    const file = await sendFile(local);
    try {
      const offset = onto === 'resume' ? begun(wanted, file, before ?? 0) : 0;
      if (offset > 0 && offset === file.size) return 'same';
      progress.begin(offset);
      const append = onto === 'append' || offset > 0;
      const octets = await store(client, { remote, before, append }, counted(file.from(offset), progress), run);
      if (run.type === 'I') compareSize(local, file.size, offset + octets, run.notice);
      if (time === 'keep') await client.setModified(remote, file.modified);
      return octets;
    } finally {
      await file.close();
    }
  });
}

/** Undefined where there is no such file, which is said when it is opened. */
async function sizeHere(path: string): Promise<number | undefined> {
  const found = await stat(pathOctets(path)).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

/** Gives the octets that crossed the network. @throws ClientError unless the server has all of them */
async function store(
  client: Client,
  {
    remote,
    before,
    append,
  }: { readonly remote: string; readonly before: number | undefined; readonly append: boolean },
  source: AsyncIterable<Uint8Array>,
  { type, signal }: TransferRun,
): Promise<number> {
  const sent = await client.store(remote, type === 'A' ? networkLines(source) : source, { type, append, signal });
  if (type === 'A') return sent.octets;
  const expected = (append ? (before ?? 0) : 0) + sent.octets;
  const size = await sizeOf(client, remote).catch((error: unknown) => {
    throw error instanceof ClientError ? withAdvice(error, 'The server had said that it has stored the file.') : error;
  });
  if (size === undefined || size === expected) return sent.octets;
  throw new ClientError('command', `${remote}: the server says that it has ${size} octets, and not ${expected}.`, {
    hint: 'Somebody else may be writing to it. Send it again.',
  });
}

/** How much of the file the server has already. @throws ClientError when it has more than there is */
function begun({ local, remote }: Upload, file: OutgoingFile, before: number): number {
  if (before <= file.size) return before;
  throw new ClientError(
    'command',
    `${remote}: the server has ${before} octets already, and ${local} has only ${file.size}.`,
    { hint: 'It is no beginning of that file. To replace it: put without -c.' },
  );
}

/** @throws ClientError when the file became shorter on its way */
function compareSize(local: string, before: number, sent: number, notice: (text: string) => void): void {
  if (sent > before) notice(`${local} is being written to: it has grown from ${before} to ${sent} octets on its way`);
  if (sent >= before) return;
  throw new ClientError('command', `${local} was changed on its way: of ${before} octets only ${sent} were left.`, {
    hint: 'Send it again.',
  });
}

async function* counted(source: AsyncIterable<Uint8Array>, { moved }: Progress): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    yield chunk;
    moved(chunk.length);
  }
}
