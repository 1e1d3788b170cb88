/** Why the door ends a program's session, as a reply that any program can show. RFC 959 §5.4: 421 may come at any time. */
import { Duplex } from 'node:stream';
import { reply, replyOctets, type Reply } from '../../wire/reply.js';
import type { ClientError } from '../error.js';
import { nameToWire } from '../remote-name.js';
import { shownName } from '../terminal/console.js';

/**
 * The error's lines, below them what to do, and the first line once more where there are several: many programs show the last one
 * only. UTF-8 on the wire, and nothing that drives a terminal.
 */
export function refusal({ message, hint }: ClientError): Reply {
  const lines = [...message.split('\n'), ...(hint?.split('\n') ?? [])].map((line) => nameToWire(shownName(line)));
  return reply(421, lines.length === 1 ? lines : [...lines, lines[0] ?? '']);
}

/** A server that has nothing to say but this, and takes nothing. */
export function refusing(error: ClientError): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => done(),
  });
  stream.push(replyOctets(refusal(error)));
  stream.push(null);
  return stream;
}
