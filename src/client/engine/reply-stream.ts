/**
 * The server's octets as replies: cut into lines, out of their protection where there is one, and put together. In clear a
 * reply is its lines; under protection it is what all its fragments hold (protected-reply.ts).
 */
import { err, ok, type Result } from '../../lib/result.js';
import type { SecurityContext } from '../../security/mechanism.js';
import { LineReader } from '../../wire/line.js';
import { ReplyAssembler, type Reply } from '../../wire/reply.js';
import { engineFailure, type EngineFailure } from './failure.js';
import type { Protection } from './output.js';
import { MAX_SERVER_LINE, takeProtectedLine, type OpenReply } from './protected-reply.js';

/** What one line of the server came to. */
export interface Received {
  /** The line with its end, as it crossed the network. */
  readonly raw: Uint8Array;
  /** The context that follows, where there was one. */
  readonly context: SecurityContext | undefined;
  /** What there is to show of it. */
  readonly shown: { readonly protection: Protection; readonly lines: readonly string[] };
  /** The reply that it completes; undefined where more is to come. */
  readonly outcome: Result<Reply | undefined, EngineFailure>;
}

const NOTHING = new Uint8Array();

export class ReplyStream {
  readonly #lines = new LineReader(MAX_SERVER_LINE);
  readonly #replies = new ReplyAssembler();
  /** Fragments of a protected reply that is not complete. */
  #open: OpenReply | undefined;

  /** The chunk is taken over uncopied and must not be written to afterwards. */
  push(octets: Uint8Array): void {
    this.#lines.push(octets);
  }

  /** The next line there is. @param context - under which it must be protected; undefined where it is in clear */
  next(context: SecurityContext | undefined): Received | undefined {
    const event = this.#lines.next();
    if (event === undefined) return undefined;
    if (event.kind !== 'line') {
      const outcome = err(engineFailure('not-ftp', 'The server sent a line that is too long.'));
      return { raw: NOTHING, context, shown: { protection: 'clear', lines: [] }, outcome };
    }
    const { raw, text } = event.line;
    const taken = context === undefined ? this.#clear(text) : this.#protected(context, text);
    return { raw, ...taken };
  }

  #clear(line: string): Omit<Received, 'raw'> {
    const shown = { protection: 'clear', lines: [line] } as const;
    const event = this.#replies.accept(line);
    const outcome =
      event?.kind === 'malformed'
        ? err(engineFailure('not-ftp', `The server sent what is not FTP: ${line.slice(0, 80)}`))
        : ok(event?.reply);
    return { context: undefined, shown, outcome };
  }

  #protected(context: SecurityContext, line: string): Omit<Received, 'raw'> {
    const taken = takeProtectedLine(context, this.#open, line);
    if (!taken.ok) return { context, shown: { protection: 'clear', lines: [line] }, outcome: taken };
    const { context: next, open, complete } = taken.value;
    this.#open = open;
    const protection: Protection = complete?.protection ?? 'clear';
    const shown = { protection, lines: complete?.reply.lines ?? [] };
    return { context: next, shown, outcome: ok(complete?.reply) };
  }
}
