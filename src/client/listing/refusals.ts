/** Listings that are not believed. Text of the server in them is escaped where it is printed. */
import { replyText, type Reply } from '../../wire/reply.js';
import { ClientError } from '../error.js';
import { nameFromWire } from '../remote-name.js';

/** Of a line that cannot be read, so much is shown, in octets. */
const MAX_SHOWN_LINE = 200;

/** A line in no known form. */
export function unreadable(line: string): ClientError {
  const text = `The server lists its files in a form that cannot be read: ${line.slice(0, MAX_SHOWN_LINE)}`;
  return new ClientError('command', text, { code: 'unreadable-listing', hint: 'Name the files one by one.' });
}

/** A listing without even the directory itself, which this server shows where it can read it. */
export function unread(): ClientError {
  return new ClientError('command', 'The server lists nothing of the directory: it cannot read it.', {
    code: 'unreadable-listing',
    hint: "Ask the server's administrator whether this user may read it.",
  });
}

/**
 * Whether the server says that it has listed a part of the directory only: Pure-FTPd stops at 10,000 names unless it is told
 * otherwise, with `226 Output truncated to 10000 matches`.
 */
export const isCutShort = (reply: Reply): boolean => /\btruncated\b/i.test(replyText(reply));

/** What is not listed would be missing in a copy, or be deleted from one. */
export function cutShort(reply: Reply): ClientError {
  const said = nameFromWire(replyText(reply));
  return new ClientError('command', `The server lists a part of the directory only; it says: ${said}`, {
    code: 'incomplete',
    hint: "Ask the server's administrator to have more names listed: in Pure-FTPd, LimitRecursion.",
    reply,
  });
}

/** A name that no file of a directory can have, with which a server may want to be obeyed elsewhere than in that directory. */
export function unsafe(name: string): ClientError {
  const text = `The server lists a name that no file can have: ${JSON.stringify(name.slice(0, MAX_SHOWN_LINE))}`;
  return new ClientError('security', text, { code: 'unsafe-name', hint: "Ask the server's administrator." });
}
