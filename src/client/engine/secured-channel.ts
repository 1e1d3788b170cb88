/**
 * The protected channel as the client knows it: the security association, and what the server has agreed to for data
 * connections (RFC 2228 §3: PBSZ, PROT). Only replies that were themselves protected change it.
 */
import { err, ok, type Result } from '../../lib/result.js';
import type { BlockOpener, BlockSealer, ProtectionLevel, SecurityContext } from '../../security/mechanism.js';
import { encodeBase64 } from '../../wire/base64.js';
import { commandOctets, formatCommand, type Command } from '../../wire/command.js';
import { engineFailure, type EngineFailure } from './failure.js';
import { isCompletion, replyText, type Reply } from '../../wire/reply.js';

export interface SecuredChannel {
  readonly context: SecurityContext;
  /** The agreed PBSZ, in octets of encoded block. */
  readonly bufferSize: number | undefined;
  /** RFC 2228 §3: C until PROT says otherwise. */
  readonly level: ProtectionLevel;
}

/** A command inside MIC or ENC, ready to send, and the channel that follows. */
export function protectCommand(
  channel: SecuredChannel,
  protection: 'ENC' | 'MIC',
  command: Command,
): Result<{ readonly octets: Uint8Array; readonly channel: SecuredChannel }, EngineFailure> {
  const sealed = channel.context.protect(protection, Buffer.from(formatCommand(command), 'latin1'));
  if (!sealed.ok) {
    return err(engineFailure('sequence-used-up', 'This session has sent as many commands as it can: connect again.'));
  }
  const octets = commandOctets(`${protection} ${encodeBase64(sealed.value.message)}`);
  return ok({ octets, channel: { ...channel, context: sealed.value.context } });
}

/** The channel after a final reply: PBSZ and PROT that the server accepted hold from then on. */
export function afterReply(channel: SecuredChannel, command: Command, reply: Reply): SecuredChannel {
  if (!isCompletion(reply)) return channel;
  switch (command.verb) {
    case 'PBSZ':
      return { ...channel, bufferSize: agreedSize(channel.context, command, reply) };
    case 'PROT': {
      const level = (command.argument ?? '').toUpperCase();
      // RFC 2228 §3: PBSZ comes first. A level without a size would leave data in clear and look as if it did not.
      return isLevel(level) && channel.bufferSize !== undefined ? { ...channel, level } : channel;
    }
    default:
      return channel;
  }
}

/** What was asked for, or the smaller size that the server named in its place (`PBSZ=n`). */
function agreedSize(context: SecurityContext, command: Command, reply: Reply): number {
  const asked = Number(command.argument);
  const named = /PBSZ=([0-9]{1,10})/i.exec(replyText(reply))?.[1];
  const size = Math.min(asked, named === undefined ? asked : Number(named), context.maximumBufferSize);
  return Math.max(size, context.minimumBufferSize);
}

const isLevel = (text: string): text is ProtectionLevel => /^[CSEP]$/.test(text);

/** Whether data is in blocks. */
export const protectsData = ({ bufferSize, level }: SecuredChannel): boolean =>
  bufferSize !== undefined && (level === 'S' || level === 'P');

/** Opens the next download's blocks; undefined where data goes in clear. */
export function openerOf({ context, bufferSize, level }: SecuredChannel): BlockOpener | undefined {
  return bufferSize !== undefined && (level === 'S' || level === 'P') ? context.opener(level, bufferSize) : undefined;
}

/** Seals the next upload; undefined where data goes in clear. */
export function sealerOf({ context, bufferSize, level }: SecuredChannel): BlockSealer | undefined {
  return bufferSize !== undefined && (level === 'S' || level === 'P') ? context.sealer(level, bufferSize) : undefined;
}
