/**
 * Asks an anonymous ftpd once, before anything depends on it, whether it answers as the hand-off needs: a client is left within
 * an open 331 reply, which only a 331 of that ftpd ends.
 */
import type { Socket } from 'node:net';
import { err, ok, type Result } from '../../lib/result.js';
import type { Log } from '../../log/log.js';
import { replyText, type Reply } from '../../wire/reply.js';
import { startChild } from './child.js';
import { connectedPair } from './connected-pair.js';
import { nextReply } from './dialogue.js';

/** The names that are handed on (session/policy.ts, isAnonymous). */
export const ANONYMOUS_NAMES = ['anonymous', 'ftp'] as const;

/** How long it may take to end after QUIT before it is ended, ms. */
const QUIT_PATIENCE_MS = 2_000;

/** Resolves when nothing of the conversation is left. */
export async function probeAnonymousFtpd(
  program: string,
  log: Log,
  names: readonly string[] = ANONYMOUS_NAMES,
): Promise<Result<void, string>> {
  for (const name of names) {
    try {
      await probe(program, name, log);
    } catch (error) {
      return err((error as Error).message);
    }
  }
  return ok(undefined);
}

async function probe(program: string, user: string, log: Log): Promise<void> {
  const { ours, theirs } = await connectedPair('127.0.0.1');
  try {
    const name = 'anonymous ftpd that was only asked';
    const child = await startChild(theirs, { program, name, log, endsWithConnection: false });
    theirs.destroy();
    try {
      await converse(ours, user);
      ours.end('QUIT\r\n');
      ours.resume();
      const timer = setTimeout(() => child.stop(), QUIT_PATIENCE_MS);
      await child.gone;
      clearTimeout(timer);
    } finally {
      child.stop();
      await child.gone;
    }
  } finally {
    theirs.destroy();
    ours.destroy();
  }
}

async function converse(ftpd: Socket, user: string): Promise<void> {
  const never = new AbortController().signal;
  const greeted = await nextReply(ftpd, never);
  if (greeted.code !== 220) throw new Error(`it greets with ${greeted.code} ${replyText(greeted)}`);
  if (greeted.lines.length > 1) throw new Error(LONG_GREETING);
  ftpd.write(`USER ${user}\r\n`);
  const said = await nextReply(ftpd, never);
  if (said.code !== 331) throw new Error(refusal(user, said));
}

/** See session/hand-off.ts. */
const LONG_GREETING =
  'it greets with more than one line, and clients such as curl and lftp would take the last one for the answer to USER: have it ' +
  'greet with one';

const refusal = (user: string, said: Reply): string =>
  `it answers USER ${user} with ${said.code} ${replyText(said)}; only an ftpd that asks for a password (331) can be given a ` +
  "client's connection";
