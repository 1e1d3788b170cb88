/** Reads the first replies of an ftpd from its connection, and not one octet more than they take. */
import type { Socket } from 'node:net';
import { LineReader } from '../../wire/line.js';
import { MAX_REPLY_LINE } from '../../wire/limits.js';
import { ReplyAssembler, replyText, type Reply } from '../../wire/reply.js';

/** How long an ftpd may take for one reply, ms: it may look names up first. */
export const REPLY_TIMEOUT_MS = 20_000;

/**
 * The next whole reply. What has come behind it is put back, and the socket left paused. Rejects with a reason that can be
 * logged.
 */
export function nextReply(socket: Socket, signal: AbortSignal, timeout = REPLY_TIMEOUT_MS): Promise<Reply> {
  const lines = new LineReader(MAX_REPLY_LINE);
  const assembler = new ReplyAssembler();
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      socket.off('data', onData).off('end', onEnd).off('close', onEnd);
      socket.pause();
      act();
    };
    const fail = (why: string): void => settle(() => reject(new Error(why)));
    const onData = (chunk: Buffer): void => {
      lines.push(chunk);
      for (let line = lines.next(); line !== undefined; line = lines.next()) {
        const event = line.kind === 'line' ? assembler.accept(line.line.text) : assembler.refuseLine();
        if (event === undefined) continue;
        if (event.kind === 'malformed') return fail(`it says what is not FTP (${event.why})`);
        const { reply } = event;
        return settle(() => {
          const rest = lines.drain();
          if (rest.length > 0) socket.unshift(rest);
          resolve(reply);
        });
      }
    };
    const onEnd = (): void => fail('it closed the connection without a word');
    const aborted = (): void => fail('given up');
    const timer = setTimeout(() => fail(`it said nothing for ${timeout} ms`), timeout);
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted);
    socket.on('data', onData).on('end', onEnd).on('close', onEnd);
    socket.resume();
  });
}

/** The greeting (RFC 959 §5.4: 120 may precede 220). Rejects where the ftpd refuses. */
export async function greeting(socket: Socket, signal: AbortSignal): Promise<Reply> {
  for (;;) {
    const said = await nextReply(socket, signal);
    if (said.code >= 100 && said.code < 200) continue;
    if (said.code !== 220) throw new Error(`it greets with ${said.code} ${replyText(said)}`);
    return said;
  }
}
