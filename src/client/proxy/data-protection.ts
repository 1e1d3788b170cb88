/** What protects the data beyond a door. RFC 2228 §3: PBSZ and PROT. */
import { coderFor, type Coder } from '../../data/coder.js';
import { MAXIMUM_BUFFER } from '../../security/safetp1/profile.js';
import { isCompletion, type Reply } from '../../wire/reply.js';
import type { DataDirection } from '../../wire/verbs.js';
import type { ClientEngine } from '../engine/engine.js';
import { refusedCommand } from '../error.js';
import type { Connection } from '../session/connection.js';

/** Nothing goes at a lower level. */
export const DATA_LEVEL = 'P';

/** Raises the level, unless it holds already. Gives the reply with which the server refuses. @throws ClientError */
export async function protectData(connection: Connection): Promise<Reply | undefined> {
  if (connection.engine.level === DATA_LEVEL) return undefined;
  const sized = await connection.command('PBSZ', String(MAXIMUM_BUFFER));
  if (!isCompletion(sized)) return sized;
  const raised = await connection.command('PROT', DATA_LEVEL);
  return isCompletion(raised) ? undefined : raised;
}

/** As protectData(). @throws ClientError also where the server refuses */
export async function mustProtectData(connection: Connection): Promise<void> {
  const refused = await protectData(connection);
  if (refused !== undefined) throw refusedCommand('The server does not protect data', refused);
}

/** For the transfer that has just been asked for; undefined where it is not protected. */
export function coderOf(engine: ClientEngine, direction: DataDirection): Coder | undefined {
  // Coders are named from the gateway's side, to which what is sealed here is a download.
  if (direction === 'download') {
    const opener = engine.opener();
    return opener && coderFor({ direction: 'upload', opener });
  }
  const sealer = engine.sealer();
  return sealer && coderFor({ direction: 'download', sealer });
}
