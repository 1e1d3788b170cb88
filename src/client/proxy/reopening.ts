/** A session on another connection, brought to where it stood. */
import { parseDirectoryReply } from '../../wire/directory-reply.js';
import { isCompletion } from '../../wire/reply.js';
import { ClientError, refusedCommand } from '../error.js';
import { nameFromWire } from '../remote-name.js';
import type { Connection } from '../session/connection.js';
import { mustProtectData } from './data-protection.js';
import type { SessionMemory } from './session-memory.js';

/**
 * Leaves the old connection and makes a new one of `reconnect`. The old one goes first: the server may allow a user one session only.
 *
 * @throws ClientError when that cannot be; neither connection is left then
 */
export async function reopen(
  old: Connection,
  memory: SessionMemory,
  reconnect: (signal: AbortSignal) => Promise<Connection>,
  signal: AbortSignal,
): Promise<Connection> {
  let connection = old;
  const close = (): void => connection.close();
  signal.addEventListener('abort', close);
  try {
    const directory = await directoryOf(old);
    await old.quit();
    connection = await reconnect(signal);
    signal.throwIfAborted();
    await memory.logIn(connection);
    await mustProtectData(connection);
    await memory.setAgain(connection);
    if ((await directoryOf(connection)) !== directory) {
      const moved = await connection.command('CWD', directory);
      if (!isCompletion(moved)) throw refusedCommand(nameFromWire(directory), moved);
    }
    return connection;
  } catch (error) {
    connection.close();
    if (!(error instanceof ClientError)) throw error;
    const { kind, message, code, hint } = error;
    const why = `A transfer had broken off, and the session could not be opened again. ${message}`;
    throw new ClientError(kind, why, { ...(code && { code }), ...(hint !== undefined && { hint }) });
  } finally {
    signal.removeEventListener('abort', close);
  }
}

/** The working directory, latin1. @throws ClientError */
async function directoryOf(connection: Connection): Promise<string> {
  const said = await connection.command('PWD');
  const directory = isCompletion(said) ? parseDirectoryReply(said) : undefined;
  if (directory === undefined) throw refusedCommand('The directory is not known', said);
  return directory;
}
