/** Commands that receive and send files. */
import { ClientError } from '../error.js';
import { receiveFile, sendFile, targetOf } from '../files/local-file.js';
import type { TransferItem } from '../files/transfer-events.js';
import type { CommandContext, CommandEntry } from './command.js';

export const TRANSFER_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['get'],
    synopsis: 'REMOTE [LOCAL]',
    help: 'receive a file; LOCAL appears, or is replaced, only when all of it has come',
    count: [1, 2],
    completes: ['remote-file', 'local-file'],
    kind: 'transfer',
    run: get,
  },
  {
    names: ['put'],
    synopsis: 'LOCAL [REMOTE]',
    help: 'send a file',
    count: [1, 2],
    completes: ['local-file', 'remote-file'],
    kind: 'transfer',
    run: put,
  },
];

async function get(
  { sessions, observe, signal }: CommandContext,
  [remote = '', local]: readonly string[],
): Promise<void> {
  const target = await targetOf(remote, local);
  const file = await receiveFile(target);
  const item: TransferItem = { id: 1, direction: 'download', remote, local: target, size: undefined };
  const began = performance.now();
  try {
    const { octets } = await sessions.current.retrieve(remote, file.sink, { signal });
    await file.keep();
    observe({ kind: 'end', item, octets, seconds: (performance.now() - began) / 1000 });
  } catch (error) {
    await file.discard();
    throw error;
  }
}

async function put(
  { sessions, observe, signal }: CommandContext,
  [local = '', remote]: readonly string[],
): Promise<void> {
  const name = remote ?? local.split('/').at(-1) ?? '';
  if (name === '') throw new ClientError('command', `${local}: not the name of a file.`);
  const file = await sendFile(local);
  const item: TransferItem = { id: 1, direction: 'upload', remote: name, local, size: undefined };
  const began = performance.now();
  try {
    const { octets } = await sessions.current.store(name, file.source, { signal });
    observe({ kind: 'end', item, octets, seconds: (performance.now() - began) / 1000 });
  } finally {
    await file.close();
  }
}
