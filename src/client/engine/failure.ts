/**
 * Why a client session ended before its time. Each has a stable code, a kind that says whose matter it is, and one sentence
 * for the user. Text of the server inside a sentence is as it came: whoever prints it escapes it.
 */
import type { ClientExchangeFailure } from '../../security/safetp1/client-exchange.js';

/**
 * `security`: the session cannot be trusted (or could not be protected), and nothing further may be sent; `service`: the
 * server or the network ended it; `protocol`: the server does not speak FTP as this client knows it.
 */
export type FailureKind = 'security' | 'service' | 'protocol';

/** Failure codes of the engine with their kinds. */
export const FAILURE_KINDS = {
  /** AUTH was refused: the server has no X-SafeTP1, or somebody on the way says so. */
  'no-mechanism': 'security',
  /** AUTH was answered 431. */
  'mechanism-unavailable': 'security',
  /** A 334 or 335 without readable security data. */
  'bad-token': 'security',
  /** M3 or M1 did not hold; the detail is in the text. */
  'exchange-failed': 'security',
  /** The server refused one of our ADATs. */
  'exchange-refused': 'security',
  /** The caller did not trust the server's key. */
  'key-rejected': 'security',
  /** A line in clear after 235. */
  'unprotected-reply': 'security',
  /** 533 in clear after 235: server and client disagree about what is protected. */
  'protection-refused': 'security',
  /** A 631 or 632 whose authentication code, number, padding or form is wrong. */
  'check-failed': 'security',
  /** 535: what came to the server did not pass its check. */
  'check-refused': 'security',
  /** The server saw another negotiation than we did. */
  'digest-mismatch': 'security',
  /** 2^32 commands in one session. */
  'sequence-used-up': 'security',
  /** 421, or a greeting of 4yz or 5yz. */
  'service-ended': 'service',
  /** The connection ended, or the server kept silent, before its greeting. */
  'no-greeting': 'service',
  /** The connection ended, or the server kept silent, while something was still expected. */
  'connection-lost': 'service',
  /** What came is no FTP reply. */
  'not-ftp': 'protocol',
  /** A reply that no command asked for. */
  'unexpected-reply': 'protocol',
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof FAILURE_KINDS;

export interface EngineFailure {
  readonly code: FailureCode;
  readonly kind: FailureKind;
  /** One sentence. */
  readonly text: string;
  /** What exactly failed in the exchange, where `code` is `exchange-failed`. */
  readonly detail?: ClientExchangeFailure['code'];
}

export function engineFailure(code: FailureCode, text: string): EngineFailure {
  return { code, kind: FAILURE_KINDS[code], text };
}

/** A failure of the exchange as the engine reports it. */
export function exchangeFailure({ code, text }: ClientExchangeFailure): EngineFailure {
  return { ...engineFailure('exchange-failed', text), detail: code };
}
