/**
 * From the greeting to the session that is the caller's: greeting, negotiation, comparison of digests. Pure: a reply and a
 * phase give the next phase, what is sent in it, and what the caller is told.
 */
import { err, ok, type Result } from '../../lib/result.js';
import { Transcript } from '../../security/transcript.js';
import type { Command } from '../../wire/command.js';
import { isFailure, isPreliminary, type Reply } from '../../wire/reply.js';
import { engineFailure, type EngineFailure } from './failure.js';
import {
  AUTH_COMMAND,
  DIGT_COMMAND,
  digestVerdict,
  takeNegotiationReply,
  type NegotiationStage,
} from './negotiation.js';
import type { EngineOutput, EngineSetting } from './output.js';
import type { SecuredChannel } from './secured-channel.js';

export interface Negotiating {
  readonly name: 'negotiating';
  readonly stage: NegotiationStage;
  readonly transcript: Transcript;
}

/** A session that is not the caller's yet. */
export type Opening =
  | { readonly name: 'greeting' }
  | Negotiating
  /** DIGT is with the server. */
  | { readonly name: 'verifying'; readonly channel: SecuredChannel; readonly digest: Uint8Array };

export interface Ready {
  readonly name: 'ready';
  /** Undefined in a session in clear. */
  readonly channel: SecuredChannel | undefined;
}

export interface OpeningStep {
  readonly phase: Opening | Ready;
  readonly outputs?: readonly EngineOutput[];
  /** Sent once the phase holds, and protected as it says. */
  readonly send?: Command | undefined;
}

/** Takes a reply that comes before the session is ready. */
export function takeOpeningReply(
  phase: Opening,
  reply: Reply,
  protection: EngineSetting['protection'],
): Result<OpeningStep, EngineFailure> {
  switch (phase.name) {
    case 'greeting':
      return greeted(phase, reply, protection);
    case 'negotiating':
      return negotiated(phase, reply);
    case 'verifying': {
      const verdict = digestVerdict(reply, phase.digest);
      if (!verdict.ok) return verdict;
      const channel = { kind: 'protected', digest: verdict.value } as const;
      return ok({ phase: { name: 'ready', channel: phase.channel }, outputs: [{ kind: 'ready', channel }] });
    }
  }
}

function greeted(
  phase: Opening,
  reply: Reply,
  protection: EngineSetting['protection'],
): Result<OpeningStep, EngineFailure> {
  // 120: ready in some minutes; 220 is still to come (RFC 959 §5.4).
  if (isPreliminary(reply)) return ok({ phase });
  if (reply.code !== 220) {
    const code = isFailure(reply) ? 'service-ended' : 'not-ftp';
    return err(engineFailure(code, `The server does not greet: ${lastLine(reply)}`));
  }
  const greeting = { kind: 'greeting', reply } as const;
  if (protection === 'none') {
    const outputs = [greeting, { kind: 'ready', channel: { kind: 'clear' } }] as const;
    return ok({ phase: { name: 'ready', channel: undefined }, outputs });
  }
  const negotiating: Negotiating = { name: 'negotiating', stage: { on: 'auth' }, transcript: Transcript.empty };
  return ok({ phase: negotiating, outputs: [greeting], send: AUTH_COMMAND });
}

function negotiated({ stage, transcript }: Negotiating, reply: Reply): Result<OpeningStep, EngineFailure> {
  const taken = takeNegotiationReply(stage, reply);
  if (!taken.ok) return taken;
  const { established, command, stage: next } = taken.value;
  if (established !== undefined) {
    const channel = { context: established, bufferSize: undefined, level: 'C' } as const;
    return ok({ phase: { name: 'verifying', channel, digest: transcript.digest() }, send: DIGT_COMMAND });
  }
  const outputs = next.on === 'key' ? [{ kind: 'server-key', key: next.key } as const] : [];
  return ok({ phase: { name: 'negotiating', stage: next, transcript }, outputs, send: command });
}

/** What of a reply stands in a failure's sentence. */
export const lastLine = (reply: Reply): string => (reply.lines.at(-1) ?? '').slice(0, 200);
