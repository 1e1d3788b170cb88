/** The name in a 257: RFC 959 §5.4 (PWD, MKD), and App. II on how it is quoted. */
import { replyText, type Reply } from './reply.js';

/** The directory that the reply names, latin1; undefined where it names none. A quote within the name comes doubled. */
export function parseDirectoryReply(reply: Reply): string | undefined {
  return /^"((?:[^"]|"")*)"/.exec(replyText(reply))?.[1]?.replaceAll('""', '"');
}
