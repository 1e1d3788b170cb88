/**
 * Protected replies, RFC 2228 §5.2: each line `631-`, `631 `, `632-` or `632 ` carries one message in base64; the fragments
 * are opened in order, joined, and only then parsed as the one reply they make up.
 */
import type { CommandProtection, SecurityContext } from '../../security/mechanism.js';
import { err, ok, type Result } from '../../lib/result.js';
import { decodeBase64 } from '../../wire/base64.js';
import { MAX_REPLY, MAX_REPLY_LINE } from '../../wire/limits.js';
import { ReplyAssembler, type Reply } from '../../wire/reply.js';
import { engineFailure, type EngineFailure } from './failure.js';

/** 633 (CONF) is not among them: X-SafeTP1 has none, and what this client never asked for it does not take. */
const PROTECTED = /^(631|632)([- ])(.*)$/s;
const LEVEL: Readonly<Record<string, CommandProtection>> = { '631': 'MIC', '632': 'ENC' };

/**
 * The longest line of the server, in octets: a reply line of MAX_REPLY_LINE with what a message adds (25 octets and padding),
 * in base64, with its code and CRLF.
 */
export const MAX_SERVER_LINE = Math.ceil((MAX_REPLY_LINE + 64) / 3) * 4 + 8;

/** A reply whose fragments are still coming. */
export interface OpenReply {
  readonly code: string;
  /** Of all fragments, in latin1. */
  readonly text: string;
  /** Octets in it; an empty fragment counts as one, since there may be any number of them. */
  readonly weight: number;
}

export interface TakenFragment {
  readonly context: SecurityContext;
  /** The reply under way, unless this fragment ended it. */
  readonly open: OpenReply | undefined;
  readonly complete: { readonly reply: Reply; readonly protection: CommandProtection } | undefined;
}

/** Takes one line after 235. */
export function takeProtectedLine(
  context: SecurityContext,
  open: OpenReply | undefined,
  line: string,
): Result<TakenFragment, EngineFailure> {
  const [, code = '', separator, body = ''] = PROTECTED.exec(line) ?? [];
  const protection = LEVEL[code];
  if (protection === undefined) return err(unprotected(line));
  if (open !== undefined && open.code !== code) return err(checkFailed('mixes 631 and 632 in one reply'));
  const message = decodeBase64(body);
  if (!message.ok) return err(checkFailed('is not in base64'));
  const opened = context.unprotect(protection, message.value);
  if (!opened.ok) return err(checkFailed('was changed on its way, repeated or left out'));
  const fragment = Buffer.from(opened.value.text).toString('latin1');
  const text = (open?.text ?? '') + fragment;
  const weight = (open?.weight ?? 0) + Math.max(1, fragment.length);
  if (weight > MAX_REPLY) return err(notReply());
  if (separator === '-') {
    return ok({ context: opened.value.context, open: { code, text, weight }, complete: undefined });
  }
  const reply = parseJoined(text);
  if (reply === undefined) return err(notReply());
  return ok({ context: opened.value.context, open: undefined, complete: { reply, protection } });
}

/** The one reply in these octets; undefined if they hold none, more than one, or the beginning of one. */
function parseJoined(text: string): Reply | undefined {
  const assembler = new ReplyAssembler();
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const event = assembler.accept(line);
    if (event === undefined) continue;
    return event.kind === 'reply' && index === lines.length - 1 ? event.reply : undefined;
  }
  return undefined;
}

function unprotected(line: string): EngineFailure {
  const shown = line.slice(0, 200);
  switch (line.slice(0, 3)) {
    case '421':
      return engineFailure('service-ended', `The server, or somebody in its place, ended the session: ${shown}`);
    case '533':
      return engineFailure('protection-refused', `The server says that a command was not protected: ${shown}`);
    default:
      return engineFailure('unprotected-reply', `An unprotected line came in a protected session: ${shown}`);
  }
}

const checkFailed = (what: string): EngineFailure =>
  engineFailure('check-failed', `A protected reply of the server ${what}; the session cannot be trusted any longer.`);

const notReply = (): EngineFailure =>
  engineFailure('not-ftp', 'A protected message of the server is not one FTP reply.');
