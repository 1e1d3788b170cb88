/**
 * What can go wrong for the person at the keyboard, and the exit status each kind leads to. Thrown and rejected by the
 * client's shell (the engine gives values); converted to a message and a status once, in run.ts.
 */
import type { EngineFailure } from './engine/failure.js';
import type { Reply } from '../wire/reply.js';

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

export type ErrorKind = Exclude<keyof typeof EXIT, 'ok'>;

export interface ErrorDetails {
  /** What to do next: a sentence. */
  readonly hint?: string;
  /** The server's reply that the error is about. */
  readonly reply?: Reply;
  /** The engine's failure that the error is about. */
  readonly failure?: EngineFailure;
}

export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly reply: Reply | undefined;
  readonly failure: EngineFailure | undefined;

  /** @param message - one sentence; may quote the server, and is escaped where it is printed */
  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message);
    this.kind = kind;
    this.hint = details.hint;
    this.reply = details.reply;
    this.failure = details.failure;
  }
}

/** Something on this side: a full disk, a file that cannot be read. What the server says of the transfer is then beside the point. */
export class LocalError extends ClientError {
  constructor(message: string) {
    super('command', message);
  }
}

/** Nothing came and nothing went for too long: the network's doing or the server's, which may say of it what it will. */
export class StalledError extends ClientError {
  /** @param stall - in milliseconds */
  constructor(stall: number) {
    super('command', `The transfer stalled: nothing moved on the data connection for ${stall / 1000} s.`, {
      hint: 'Try again; if a firewall is in the way, passive on or passive off may help.',
    });
  }
}

const HINTS: Partial<Record<EngineFailure['code'], string>> = {
  'check-failed': 'Somebody may be changing what passes over the network. Connect again from a network you trust.',
  'digest-mismatch': 'Connect again from a network you trust.',
  'unprotected-reply': 'Somebody may be on the connection. Connect again from a network you trust.',
  'mechanism-unavailable': "Try again later, or ask the server's administrator.",
  'connection-lost': 'Connect again.',
};

/** An engine's failure as an error of the shell. */
export function errorOf(failure: EngineFailure): ClientError {
  const hint =
    failure.detail === 'wrong-server-address'
      ? 'If the server is behind NAT, name the address it knows itself by: --expect-address ADDRESS.'
      : HINTS[failure.code];
  const kind = failure.kind === 'security' ? 'security' : 'connect';
  return new ClientError(kind, failure.text, hint === undefined ? { failure } : { failure, hint });
}

/** A command that the server refused. */
export function refusedCommand(what: string, reply: Reply, hint?: string): ClientError {
  const text = (reply.lines.at(-1) ?? '').trim();
  return new ClientError(
    'command',
    `${what}: the server said: ${text}`,
    hint === undefined ? { reply } : { reply, hint },
  );
}

/** The message of anything thrown, for a sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
