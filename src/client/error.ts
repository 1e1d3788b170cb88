/**
 * What can go wrong for the person at the keyboard, and the exit status each kind leads to. Thrown and rejected by the
 * client's shell (the engine gives values); converted to a message and a status once, in cli/report.ts.
 */
import type { Reply } from '../wire/reply.js';
import type { EngineFailure } from './engine/failure.js';
import { hintOfFailure, hintOfReply } from './hints.js';
import { nameFromWire } from './remote-name.js';

/** Exit statuses of sftpc. */
export const EXIT = {
  ok: 0,
  /** A command failed; the session may go on. */
  command: 1,
  usage: 2,
  /** No connection, or it was lost. */
  connect: 3,
  /** Refused for safety's sake. */
  security: 4,
  login: 5,
} as const;

/**
 * Whose matter an error is. `command`: this one failed, and the session may go on. `connect`: there is no connection, or none
 * any more. `security`: refused for safety's sake. `login`: refused by the server. `usage`: sftpc's own command line.
 */
export type ErrorKind = Exclude<keyof typeof EXIT, 'ok'>;

/** What exactly went wrong, for programs. A code once given keeps its meaning; new ones may come. */
export type ErrorCode =
  /** No TCP connection to the server came about. */
  | 'unreachable'
  /** The connection ended, or the server kept silent, before its greeting. */
  | 'no-greeting'
  /** The connection ended, or the server kept silent for longer than `timeouts.reply`. */
  | 'connection-lost'
  /** The server ended the session (421), or would not begin one. */
  | 'service-ended'
  /** The session was ended on this side. */
  | 'closed'
  /** What answers is no FTP server, or one that has lost count. */
  | 'not-ftp'
  | 'unexpected-reply'
  /** The server was never met before, and nobody was there to say whether to trust it. */
  | 'unknown-server'
  /** The server's key was shown to somebody, who did not accept it. */
  | 'key-rejected'
  /** The server shows another key than it did before. */
  | 'key-changed'
  /** The server offers no X-SafeTP1, and was not known to. */
  | 'no-protection'
  /** The server offers no X-SafeTP1, and did before. */
  | 'protection-lost'
  /** The server has X-SafeTP1 and cannot do it now. */
  | 'mechanism-unavailable'
  /** The server knows itself by another address than it was called by. */
  | 'wrong-server-address'
  /** The key exchange did not hold. */
  | 'bad-token'
  | 'exchange-failed'
  | 'exchange-refused'
  | 'digest-mismatch'
  /** Something came in clear that had to be protected. */
  | 'unprotected-reply'
  | 'protection-refused'
  /** A reply or a block of data was changed on its way here, or a command on its way to the server. */
  | 'check-failed'
  | 'check-refused'
  /** The session has sent as many commands or blocks as it can. */
  | 'sequence-used-up'
  /** The file of known servers cannot be read, understood or written. */
  | 'known-servers'
  /** The server does not accept the login. */
  | 'login-refused'
  /** The server refused a command with 4yz or 5yz; see `reply`. */
  | 'refused'
  /** The caller's signal said so, or a person did. */
  | 'interrupted'
  /** Another transfer of the session is under way. */
  | 'busy'
  /** A name or an argument that no FTP command can carry, a command that is the session's own, an option that cannot be. */
  | 'bad-argument'
  /** No data connection came about, where this side opens it, or the server does. */
  | 'passive-failed'
  | 'active-failed'
  /** The data ended, or broke off, before all of it had come or gone; or a listing that the server has cut short. */
  | 'incomplete'
  /** Nothing moved on the data connection for longer than `timeouts.stall`. */
  | 'stalled'
  /** A listing in no form that can be read. */
  | 'unreadable-listing'
  /** A listing with a name in it that no file can have. */
  | 'unsafe-name'
  /** Something on this side: a full disk, a file that cannot be read, a callback that threw. */
  | 'local';

export interface ErrorDetails {
  readonly code?: ErrorCode | undefined;
  /** What to do next: a sentence. */
  readonly hint?: string | undefined;
  /** The server's reply that the error is about. */
  readonly reply?: Reply | undefined;
  /** @internal The engine's failure that the error is about. */
  readonly failure?: EngineFailure | undefined;
}

/** Everything that can go wrong in a session is one. Its message is a sentence or more for a person. */
export class ClientError extends Error {
  /** `ClientError`. */
  override readonly name = 'ClientError';
  /** Whose matter it is. */
  readonly kind: ErrorKind;
  /** What exactly went wrong, for programs. Undefined for errors of sftpc's command line only. */
  readonly code: ErrorCode | undefined;
  /** What to do next, for a person at sftpc: options and commands that it names are sftpc's. */
  readonly hint: string | undefined;
  /** The server's reply that the error is about. */
  readonly reply: Reply | undefined;
  /** @internal */
  readonly failure: EngineFailure | undefined;

  /**
   * @internal
   * @param message - a sentence; may quote the server as remote-name.ts has its names, and is escaped where it is printed
   */
  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message);
    this.kind = kind;
    this.code = details.code;
    this.hint = details.hint;
    this.reply = details.reply;
    this.failure = details.failure;
  }
}

/**
 * @internal The same error with one more sentence of advice. What it was is its `cause`, and stays as it is: the error that has
 * ended a connection is told to all who waited for it, and the advice is for one.
 */
export function withAdvice(error: ClientError, sentence: string): ClientError {
  const { kind, message, code, reply, failure, hint } = error;
  const advice = hint === undefined ? sentence : `${hint} ${sentence}`;
  return Object.assign(new ClientError(kind, message, { code, reply, failure, hint: advice }), { cause: error });
}

/** Something on this side: a full disk, a file that cannot be read. What the server says of the transfer is then beside the point. */
export class LocalError extends ClientError {
  constructor(message: string, hint?: string) {
    super('command', message, hint === undefined ? { code: 'local' } : { code: 'local', hint });
  }
}

/** What a callback or a stream of the caller's has thrown, as an error of this side. */
export function localError(error: unknown): ClientError {
  return error instanceof ClientError ? error : Object.assign(new LocalError(messageOf(error)), { cause: error });
}

/** The caller wants no more of it. */
export function interrupted(message = 'Interrupted.'): ClientError {
  return new ClientError('command', message, { code: 'interrupted' });
}

/** @throws ClientError where the caller wants no more of it */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw interrupted();
}

/** Nothing came and nothing went for too long: the network's doing or the server's, which may say of it what it will. */
export class StalledError extends ClientError {
  constructor(message: string, hint: string, code: ErrorCode = 'stalled') {
    super('command', message, { code, hint });
  }
}

/** The shell's word where it is more exact than the engine's. */
function codeOf({ code, detail }: EngineFailure): ErrorCode {
  if (detail === 'wrong-server-address') return detail;
  return code === 'no-mechanism' ? 'no-protection' : code;
}

/** @internal An engine's failure as an error of the shell. */
export function errorOf(failure: EngineFailure): ClientError {
  const kind = failure.kind === 'security' ? 'security' : 'connect';
  return new ClientError(kind, nameFromWire(failure.text), {
    code: codeOf(failure),
    failure,
    hint: hintOfFailure(failure),
  });
}

/** A command that the server refused. 535 says that what came to the server did not pass its check (RFC 2228 §4). */
export function refusedCommand(
  what: string,
  reply: Reply,
  hint = hintOfReply(reply),
  code: ErrorCode = 'refused',
): ClientError {
  const kind = reply.code === 535 ? 'security' : 'command';
  const message = `${what}: the server said:${quoted(reply)}`;
  return new ClientError(kind, message, { code, reply, hint });
}

/** How many lines of a reply stand in a message: the last ones. */
const MAX_QUOTED_LINES = 12;

/** A reply as the end of a sentence; one of several lines on lines of its own, since the reason may stand in any of them. */
export function quoted({ lines }: Reply): string {
  const last = lines.slice(-MAX_QUOTED_LINES).map((line) => nameFromWire(line.trimEnd()));
  return last.length === 1 ? ` ${last[0]?.trim() ?? ''}` : ['', ...last].join('\n    ');
}

/** The message of anything thrown, for a sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
