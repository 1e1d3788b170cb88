/**
 * The commands of RFC 2228 §3 and draft-bonachea-sftp §2 that are the gateway's own: AUTH, ADAT, PBSZ, PROT, CCC, DIGT. Each
 * handler lists what is legal; the rest is an error with the RFC's code.
 */
import { findMechanism } from '../security/mechanism-list.js';
import type { AuthOutcome, ExchangeOutcome, ProtectionLevel } from '../security/mechanism.js';
import { decodeBase64, encodeBase64 } from '../wire/base64.js';
import { reply } from '../wire/reply.js';
import { handOffToKerberos } from './hand-off.js';
import { levelVerdict, MAX_FAILED_EXCHANGES } from './policy.js';
import type { Incoming } from './state.js';
import type { Turn } from './turn.js';

const HANDLERS: ReadonlyMap<string, (turn: Turn, incoming: Incoming) => void> = new Map([
  ['AUTH', auth],
  ['ADAT', adat],
  ['PBSZ', pbsz],
  ['PROT', prot],
  ['CCC', ccc],
  ['DIGT', digt],
  ['MIC', unsecured],
  ['CONF', unsecured],
  ['ENC', unsecured],
]);

export const isSecurityVerb = (verb: string): boolean => HANDLERS.has(verb);

export function handleSecurityCommand(turn: Turn, incoming: Incoming): void {
  const { mechanisms } = turn.policy;
  // The local door's side towards its programs: they try AUTH TLS, and go on in clear.
  if (mechanisms.length === 0) return turn.answer(incoming, reply(502, 'No security mechanism is offered here.'));
  HANDLERS.get(incoming.command.verb)?.(turn, incoming);
}

const needsExchange = (turn: Turn, incoming: Incoming): void =>
  turn.answer(incoming, reply(503, 'Complete a security exchange first: AUTH.'));

/** MIC, CONF and ENC before the exchange is complete (RFC 2228 §3). */
function unsecured(turn: Turn, incoming: Incoming): void {
  needsExchange(turn, incoming);
}

function auth(turn: Turn, incoming: Incoming): void {
  const { channel, login } = turn.state;
  if (channel.kind === 'secured') return turn.answer(incoming, reply(503, 'Reauthentication is prohibited.'));
  if (login.stage !== 'none') {
    // The ftpd is in the middle of an unprotected login: what it knows of this session was sent in clear.
    return turn.answer(incoming, reply(503, 'A login has begun unprotected: connect again to protect it.'));
  }
  // Giving an exchange up for another one costs the gateway as much as failing it.
  if (channel.kind === 'negotiating' && !countFailure(turn)) return;
  const outcome = begin(turn, incoming.command.argument ?? '');
  switch (outcome.kind) {
    case 'exchange':
      turn.setChannel({ kind: 'negotiating', exchange: outcome.exchange });
      turn.effect({ do: 'log-security-data', message: `AUTH: 334 with ${outcome.token.length} octets` });
      return turn.answer(incoming, reply(334, `ADAT=${encodeBase64(outcome.token)}`));
    case 'handoff':
      turn.setChannel({ kind: 'clear' });
      return handOffToKerberos(turn, incoming);
    case 'refused':
      turn.setChannel({ kind: 'clear' });
      return turn.answer(incoming, reply(outcome.code, outcome.text));
  }
}

function begin(turn: Turn, name: string): AuthOutcome {
  const { mechanisms } = turn.policy;
  const mechanism = findMechanism(mechanisms, name);
  if (mechanism !== undefined) return mechanism.begin({ serverAddress: turn.setting.serverAddress });
  // The complete list, so that a client need not try them one by one (draft-bonachea-sftp §2).
  const list = mechanisms.map((candidate) => candidate.name).join(' ');
  return { kind: 'refused', code: 504, text: `Security mechanism unrecognized. LIST=${list}` };
}

function adat(turn: Turn, incoming: Incoming): void {
  const { channel } = turn.state;
  if (channel.kind !== 'negotiating') return turn.answer(incoming, reply(503, 'ADAT must follow AUTH.'));
  const token = decodeBase64(incoming.command.argument ?? '');
  if (!token.ok) return failExchange(turn, incoming, 501, 'The argument of ADAT must be base 64.', 'bad base 64');
  turn.effect({ do: 'log-security-data', message: `ADAT from the client: ${incoming.command.argument ?? ''}` });
  const outcome: ExchangeOutcome = channel.exchange.step(token.value);
  switch (outcome.kind) {
    case 'continue': {
      const text = `ADAT=${encodeBase64(outcome.token)}`;
      turn.setChannel({ kind: 'negotiating', exchange: outcome.exchange });
      turn.effect({ do: 'log-security-data', message: `335 to the client: ${text}` });
      return turn.answer(incoming, reply(335, text));
    }
    case 'established':
      // In clear, and the last unprotected line of the session (wire definition §1).
      turn.answer(incoming, reply(235, 'Security data exchange complete.'));
      turn.log('connections', 'protected', { mechanism: outcome.context.mechanism });
      return turn.setChannel({
        kind: 'secured',
        context: outcome.context,
        latest: 'ENC',
        bufferSize: undefined,
        level: 'C',
      });
    case 'failed':
      return failExchange(turn, incoming, 535, 'Failed security check.', outcome.why);
  }
}

/** After an error the exchange is over and starts again with AUTH (RFC 2228 §3, ADAT). */
function failExchange(turn: Turn, incoming: Incoming, code: 501 | 535, text: string, why: string): void {
  turn.setChannel({ kind: 'clear' });
  turn.log('warnings', 'a security exchange failed', { why });
  turn.answer(incoming, reply(code, text));
  countFailure(turn);
}

/** Counts an exchange that came to nothing; false when it was one too many, and the session ends. */
function countFailure(turn: Turn): boolean {
  const failures = turn.state.negotiation.failures + 1;
  turn.setNegotiation({ ...turn.state.negotiation, failures });
  if (failures < MAX_FAILED_EXCHANGES) return true;
  turn.closeWith(421, 'Too many failed security exchanges.', 'too many failed security exchanges');
  return false;
}

/** The largest number PBSZ can name (RFC 2228 §3). */
const MAX_PBSZ_ARGUMENT = 0xffff_ffff;

function pbsz(turn: Turn, incoming: Incoming): void {
  const { channel } = turn.state;
  if (channel.kind !== 'secured') return needsExchange(turn, incoming);
  const argument = incoming.command.argument ?? '';
  const wanted = /^\d{1,10}$/.test(argument) ? Number(argument) : Infinity;
  if (wanted > MAX_PBSZ_ARGUMENT) return turn.answer(incoming, reply(501, 'PBSZ takes a decimal number of 32 bits.'));
  const { minimumBufferSize, maximumBufferSize } = channel.context;
  if (wanted < minimumBufferSize) {
    return turn.answer(incoming, reply(538, `PBSZ too small. PBSZmin=${minimumBufferSize}`));
  }
  const agreed = Math.min(wanted, maximumBufferSize, Math.max(turn.policy.maxBlock, minimumBufferSize));
  turn.setChannel({ ...channel, bufferSize: agreed });
  turn.answer(incoming, reply(200, `PBSZ=${agreed}`));
}

const isLevel = (text: string): text is ProtectionLevel => /^[CSEP]$/.test(text);

function prot(turn: Turn, incoming: Incoming): void {
  const { channel } = turn.state;
  if (channel.kind !== 'secured') return needsExchange(turn, incoming);
  const level = (incoming.command.argument ?? '').toUpperCase();
  if (!isLevel(level)) return turn.answer(incoming, reply(504, 'PROT takes C, S, E or P.'));
  if (!channel.context.supportsLevel(level)) {
    return turn.answer(incoming, reply(536, `PROT ${level} is not supported by ${channel.context.mechanism}.`));
  }
  if (channel.bufferSize === undefined) return turn.answer(incoming, reply(503, 'PBSZ must come before PROT.'));
  const refusal = levelVerdict(turn.policy, level);
  if (refusal !== undefined) return turn.answer(incoming, refusal);
  turn.setChannel({ ...channel, level });
  turn.answer(incoming, reply(200, `Data protection level ${level}.`));
}

function ccc(turn: Turn, incoming: Incoming): void {
  if (turn.state.channel.kind !== 'secured') return needsExchange(turn, incoming);
  turn.answer(incoming, reply(534, 'The control connection stays protected.'));
}

function digt(turn: Turn, incoming: Incoming): void {
  const { channel, negotiation } = turn.state;
  if (channel.kind !== 'secured' || negotiation.transcript === undefined) return needsExchange(turn, incoming);
  turn.answer(incoming, reply(211, `DIGT=${encodeBase64(negotiation.transcript.digest())}`));
}
