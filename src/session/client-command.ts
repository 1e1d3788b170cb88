/**
 * A line of the client: out of its protection, checked, and to whom it belongs. RFC 959 §5.3, RFC 2228 §3 (MIC, CONF, ENC).
 */
import type { CommandProtection } from '../security/mechanism.js';
import { decodeBase64 } from '../wire/base64.js';
import { parseCommand, type Command, type CommandError } from '../wire/command.js';
import type { Line } from '../wire/line.js';
import { featuresReply } from '../wire/feat.js';
import { reply, type Reply } from '../wire/reply.js';
import { DATA_SETUP_VERBS, dataDirection, mayOvertake } from '../wire/verbs.js';
import { requestSetup } from './data-setup.js';
import { gatewayFeatures } from './ftpd-reply.js';
import { clearVerdict } from './policy.js';
import { handleSecurityCommand, isSecurityVerb } from './security-commands.js';
import { isBusy, isTransferring, type Channel, type Incoming } from './state.js';
import { abortTransfer, requestTransfer } from './transfer.js';
import type { Turn } from './turn.js';

type Secured = Extract<Channel, { kind: 'secured' }>;

const isProtection = (verb: string): verb is CommandProtection => verb === 'MIC' || verb === 'CONF' || verb === 'ENC';

export function clientLine(turn: Turn, line: Line, pipelined: boolean): void {
  if (!isTransferring(turn.state)) turn.effect({ do: 'start-timer', timer: 'idle' });
  const parsed = parseCommand(line.text);
  turn.recordForDigest(line.raw, parsed.ok ? parsed.value.verb : '');
  const { channel } = turn.state;
  if (channel.kind === 'secured') return protectedLine(turn, channel, parsed);
  if (!parsed.ok) return refuse(turn, syntaxError(parsed.error), undefined);
  if (isExchangeVerb(parsed.value.verb) && pipelined) {
    // Nothing sent in clear may be read as protected: whoever sends on behind AUTH or ADAT gets no session (cf. RFC 4217 §4.4
    // and the STARTTLS injection bugs).
    return turn.closeWith(421, 'Octets arrived behind a security exchange.', 'octets behind a security exchange');
  }
  take(turn, { command: parsed.value, protection: undefined });
}

const isExchangeVerb = (verb: string): boolean => verb === 'AUTH' || verb === 'ADAT';

function syntaxError(error: CommandError): Reply {
  switch (error) {
    case 'empty':
      return reply(500, 'Empty command line.');
    case 'forbidden-octet':
      return reply(501, 'A command line may not hold CR, LF or NUL.');
    case 'no-verb':
      return reply(500, 'Not a command.');
  }
}

export function lineTooLong(turn: Turn): void {
  const { channel } = turn.state;
  if (channel.kind === 'secured') return failCheck(turn, channel, channel.latest);
  refuse(turn, reply(500, 'Command line too long.'), undefined);
  // What was cut off belonged to the exchange: the digest could never match.
  if (channel.kind === 'negotiating') turn.close('failed security check');
}

/** Once the exchange is complete every command must come in MIC or ENC (wire definition §3). */
function protectedLine(turn: Turn, channel: Secured, parsed: ReturnType<typeof parseCommand>): void {
  if (!parsed.ok || !isProtection(parsed.value.verb)) {
    return refuse(turn, reply(533, 'Commands must be protected: use MIC or ENC.'), undefined);
  }
  const { verb, argument } = parsed.value;
  if (!channel.context.supportsCommand(verb)) {
    return refuse(
      turn,
      reply(537, `${verb} is not supported by ${channel.context.mechanism}: use MIC or ENC.`),
      channel.latest,
    );
  }
  const message = decodeBase64(argument ?? '');
  if (!message.ok || argument === undefined)
    return refuse(turn, reply(501, `The argument of ${verb} must be base 64.`), verb);
  const opened = channel.context.unprotect(verb, message.value);
  if (!opened.ok) return failCheck(turn, channel, verb);
  turn.setChannel({ ...channel, context: opened.value.context, latest: verb });
  // A final CRLF need not be included, and may be (RFC 2228 §3).
  const text = Buffer.from(opened.value.text).toString('latin1').replace(/\r\n$/, '');
  const command = parseCommand(text);
  if (!command.ok) return refuse(turn, syntaxError(command.error), verb);
  if (isProtection(command.value.verb))
    return refuse(turn, reply(501, 'A protected command within a protected command.'), verb);
  take(turn, { command: command.value, protection: verb });
}

/** The streams cannot be trusted to be in step any longer: a protected 535, one text whatever failed, and the end. */
function failCheck(turn: Turn, channel: Secured, protection: CommandProtection): void {
  turn.log('warnings', 'a protected command failed its check');
  turn.setChannel({ ...channel, latest: protection });
  turn.closeWith(535, 'Failed security check.', 'failed security check');
}

/** Answers a line that is no command to carry out, in its turn: ahead of a transfer's result it would be taken for that. */
function refuse(turn: Turn, refusal: Reply, protection: CommandProtection | undefined): void {
  take(turn, { command: { verb: '', argument: undefined }, protection, refusal });
}

/** Handles a command now, or lets it wait behind a running transfer (RFC 959 §5.3: ABOR and STAT may overtake). */
function take(turn: Turn, incoming: Incoming): void {
  if (isBusy(turn.state) && !overtakes(turn, incoming.command)) {
    turn.update({ waiting: [...turn.state.waiting, incoming] });
    return;
  }
  handle(turn, incoming);
}

function overtakes(turn: Turn, command: Command): boolean {
  // QUIT waits for the result (RFC 959 §4.1.1): the ftpd's 226 and 221 may both be here while the data is still on its way to
  // the client, and Pure-FTPd takes QUIT for ABOR.
  if (!isTransferring(turn.state) || !mayOvertake(command.verb) || command.verb === 'QUIT') return false;
  // STAT with a path is a listing of its own; only the bare one asks about the transfer.
  return command.verb !== 'STAT' || command.argument === undefined;
}

/** Takes up the commands that have waited, as far as they can be handled without waiting again. */
export function nextCommand(turn: Turn): void {
  for (;;) {
    const [next, ...rest] = turn.state.waiting;
    if (next === undefined || turn.over || isBusy(turn.state)) return;
    turn.update({ waiting: rest });
    handle(turn, next);
  }
}

function handle(turn: Turn, incoming: Incoming): void {
  if (incoming.refusal !== undefined) return turn.answer(incoming, incoming.refusal);
  const { verb, argument } = incoming.command;
  if (isSecurityVerb(verb)) return handleSecurityCommand(turn, incoming);
  if (turn.state.channel.kind === 'negotiating') return duringExchange(turn, incoming);
  if (turn.state.channel.kind === 'clear') {
    if (answeredWithoutFtpd(turn, incoming)) return;
    const refusal = clearVerdict(turn.policy, turn.state.login, incoming.command);
    if (refusal !== undefined) {
      if (verb === 'USER') refuseLogin(turn);
      return turn.answer(incoming, refusal);
    }
  }
  const setup = DATA_SETUP_VERBS.get(verb);
  if (setup === 'forbidden') {
    return turn.answer(incoming, reply(502, `${verb} does not pass this gateway: use PASV, EPSV, PORT or EPRT.`));
  }
  if (setup !== undefined) return requestSetup(turn, incoming);
  const direction = dataDirection(verb);
  if (direction !== undefined) return requestTransfer(turn, incoming, direction);
  switch (verb) {
    case 'FEAT':
      return turn.ask(incoming, 'features');
    case 'ABOR':
      return abortTransfer(turn, incoming);
    case 'USER':
      beginLogin(turn, argument ?? '');
      return turn.ask(incoming, 'pass');
    default:
      // Every other verb, known or not, is between the client and its ftpd.
      return turn.ask(incoming, 'pass');
  }
}

function refuseLogin(turn: Turn): void {
  turn.log('compatibility', 'refused an unprotected login');
  turn.setLogin({ ...turn.state.login, latest: 'refused' });
}

function beginLogin(turn: Turn, user: string): void {
  const { login, channel } = turn.state;
  if (channel.kind === 'clear' && login.stage === 'none')
    turn.log('compatibility', 'the session goes on unprotected (RFC 959)');
  turn.log('users', 'login', { user });
  turn.setLogin({ ...login, stage: 'begun', user, latest: 'admitted' });
}

function duringExchange(turn: Turn, incoming: Incoming): void {
  if (incoming.command.verb === 'QUIT') return quit(turn, incoming);
  turn.answer(incoming, reply(503, 'A security exchange is under way: ADAT, AUTH or QUIT.'));
}

function quit(turn: Turn, incoming: Incoming): void {
  turn.answer(incoming, reply(221, 'Goodbye.'));
  turn.close('client quit');
}

/** Where no unprotected session may reach the ftpd, the gateway itself answers what a client needs to find that out. */
function answeredWithoutFtpd(turn: Turn, incoming: Incoming): boolean {
  if (turn.policy.cleartext !== 'deny') return false;
  switch (incoming.command.verb) {
    case 'QUIT':
      quit(turn, incoming);
      return true;
    case 'NOOP':
      turn.answer(incoming, reply(200, 'OK.'));
      return true;
    case 'FEAT':
      turn.answer(incoming, featuresReply(gatewayFeatures(turn.policy)));
      return true;
    default:
      return false;
  }
}
