/**
 * From AUTH to 235 on the client's side, x-safetp1 §1 and draft-bonachea-sftp §2: what each reply means and what is sent
 * next. Pure: a reply and a stage give the next stage, a line to send, or a failure.
 */
import { equalOctets } from '../../crypto/octets.js';
import type { DsaPublicKey } from '../../crypto/dsa.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { SecurityContext } from '../../security/mechanism.js';
import { beginClientExchange, readServerKey, type ClientExchange } from '../../security/safetp1/client-exchange.js';
import { MECHANISM_NAME } from '../../security/safetp1/profile.js';
import { decodeBase64, encodeBase64 } from '../../wire/base64.js';
import type { Command } from '../../wire/command.js';
import { isFailure, replyText, type Reply } from '../../wire/reply.js';
import { engineFailure, exchangeFailure, type EngineFailure } from './failure.js';
import type { EngineSetting } from './output.js';

export type NegotiationStage =
  /** AUTH is with the server. */
  | { readonly on: 'auth' }
  /** The key is with the caller, who trusts it or does not. */
  | { readonly on: 'key'; readonly key: DsaPublicKey }
  /** M2 is with the server. */
  | { readonly on: 'm3'; readonly exchange: ClientExchange }
  /** M4 is with the server. */
  | { readonly on: 'complete'; readonly context: SecurityContext };

export interface NegotiationStep {
  readonly stage: NegotiationStage;
  /** Sent next. */
  readonly command?: Command;
  /** The server said 235: commands are protected from here on. */
  readonly established?: SecurityContext;
}

export const AUTH_COMMAND: Command = { verb: 'AUTH', argument: MECHANISM_NAME };

export const DIGT_COMMAND: Command = { verb: 'DIGT', argument: undefined };

/** Takes the server's reply to what this stage sent. */
export function takeNegotiationReply(stage: NegotiationStage, reply: Reply): Result<NegotiationStep, EngineFailure> {
  switch (stage.on) {
    case 'auth':
      return takeAuthReply(reply);
    case 'key':
      return err(engineFailure('unexpected-reply', `The server said something out of turn: ${lastLine(reply)}`));
    case 'm3':
      return takeM3(stage.exchange, reply);
    case 'complete':
      if (reply.code === 235) return ok({ stage, established: stage.context });
      return err(refused(reply));
  }
}

/** The caller trusts the key: M2 goes out. */
export function sendM2(key: DsaPublicKey, setting: EngineSetting): NegotiationStep {
  const { serverAddress, random } = setting;
  const { token, exchange } = beginClientExchange({ serverKey: key, serverAddress, random });
  return { stage: { on: 'm3', exchange }, command: adat(token) };
}

/**
 * draft-bonachea-sftp §2: whether the server saw the same negotiation as we did. A server without DIGT says 5yz.
 *
 * @param digest - ours, of every octet from AUTH to the LF of the 235
 */
export function digestVerdict(reply: Reply, digest: Uint8Array): Result<'verified' | 'unsupported', EngineFailure> {
  if (reply.code >= 500 && reply.code <= 504) return ok('unsupported');
  const told = decodeBase64(/^DIGT=([^ ]+) *$/i.exec(replyText(reply))?.[1] ?? '');
  if (reply.code === 211 && told.ok && equalOctets(told.value, digest)) return ok('verified');
  return err(engineFailure('digest-mismatch', 'The server saw another negotiation than this client did.'));
}

function takeAuthReply(reply: Reply): Result<NegotiationStep, EngineFailure> {
  if (reply.code === 334) {
    const m1 = securityData(reply);
    if (m1 === undefined) return err(badToken(reply));
    const key = readServerKey(m1);
    return key.ok ? ok({ stage: { on: 'key', key: key.value } }) : err(exchangeFailure(key.error));
  }
  if (reply.code === 431) {
    return err(
      engineFailure('mechanism-unavailable', `The server cannot protect a session just now: ${lastLine(reply)}`),
    );
  }
  return err(engineFailure('no-mechanism', `The server does not offer ${MECHANISM_NAME}: ${lastLine(reply)}`));
}

function takeM3(exchange: ClientExchange, reply: Reply): Result<NegotiationStep, EngineFailure> {
  if (reply.code !== 335) return err(refused(reply));
  const m3 = securityData(reply);
  if (m3 === undefined) return err(badToken(reply));
  const established = exchange.step(m3);
  if (!established.ok) return err(exchangeFailure(established.error));
  const { token, context } = established.value;
  return ok({ stage: { on: 'complete', context }, command: adat(token) });
}

const adat = (token: Uint8Array): Command => ({ verb: 'ADAT', argument: encodeBase64(token) });

/** The octets behind `ADAT=` (RFC 2228 §5.1), or undefined. */
function securityData(reply: Reply): Uint8Array | undefined {
  const text = /^ADAT=([^ ]+) *$/i.exec(replyText(reply))?.[1];
  const token = text === undefined ? undefined : decodeBase64(text);
  return token?.ok === true && token.value.length > 0 ? token.value : undefined;
}

function refused(reply: Reply): EngineFailure {
  const what = isFailure(reply) ? 'broke off the key exchange' : 'went on with something else than the key exchange';
  return engineFailure('exchange-refused', `The server ${what}: ${lastLine(reply)}`);
}

const badToken = (reply: Reply): EngineFailure =>
  engineFailure('bad-token', `The server's ${reply.code} holds no readable security data.`);

const lastLine = (reply: Reply): string => (reply.lines.at(-1) ?? '').slice(0, 200);
