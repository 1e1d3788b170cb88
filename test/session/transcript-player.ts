/**
 * Plays a transcript against the session engine. A transcript is a text: lines that do not begin with a blank are what
 * happens, indented lines are what the engine makes of it. Playing the first gives the whole, which is compared.
 *
 *     policy cleartext=deny            settings, before anything else; `kerberos=yes` adds its mechanisms, `mechanisms=none`
 *                                      leaves none
 *     address client=::1 server=::1 ftpd=::1
 *     client USER joe                  a line of the client; `client+` has octets behind it already
 *     unread USER ftp                  a line that has arrived where lines are looked at before they are read
 *     protected 0 MIC NOOP             a command under the fake mechanism, with its number
 *     ftpd 220 ready                   a reply of the ftpd; lines of one reply are separated by ` / `
 *     event data-done octets=5         anything else
 */
import { kerberosMechanisms } from '../../src/security/handoff.js';
import { mayHandOn, unreadVerdict } from '../../src/session/hand-off.js';
import { step, wantsClientLine } from '../../src/session/step.js';
import type { Effect, SessionEvent } from '../../src/session/io.js';
import type { SessionPolicy, SessionSetting } from '../../src/session/policy.js';
import { initialState, type SessionState } from '../../src/session/state.js';
import { decodeBase64, encodeBase64 } from '../../src/wire/base64.js';
import type { Reply } from '../../src/wire/reply.js';
import type { DirectVia, ThirdPartyKnowledge } from '../../src/session/io.js';
import { fakeMechanism } from './fake-mechanism.js';

export const openPolicy: SessionPolicy = {
  mechanisms: [fakeMechanism],
  cleartext: 'allow',
  protection: 'clear',
  banner: null,
  maxBlock: 1_048_576,
  loginFailures: 3,
  // As -3 would have it: transcripts of direct transfers say `policy relay=auto`.
  relay: 'always',
  directPassive: true,
  activeTarget: 'client',
};

export const localSetting: SessionSetting = {
  policy: openPolicy,
  clientAddress: '192.0.2.7',
  serverAddress: '192.0.2.1',
  ftpdAddress: '127.0.0.1',
  thirdParty: () => 'unknown',
};

const words = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(' ')
      .filter(Boolean)
      .map((word) => word.split('=') as [string, string]),
  );

export function play(transcript: string): string {
  const known = new Map<DirectVia, ThirdPartyKnowledge>();
  let setting: SessionSetting = { ...localSetting, thirdParty: (via) => known.get(via) ?? 'unknown' };
  let state: SessionState = initialState;
  const out: string[] = [];
  for (const line of transcript.split('\n')) {
    if (line === '' || line.startsWith('#')) {
      out.push(line);
      continue;
    }
    if (line.startsWith(' ')) continue;
    out.push(line);
    const [, kind = '', rest = ''] = /^(\S+) ?(.*)$/.exec(line) ?? [];
    if (kind === 'policy') {
      const { loginFailures, kerberos, mechanisms: named, ...settings } = words(rest);
      const usual = [fakeMechanism, ...(kerberos === undefined ? [] : kerberosMechanisms())];
      const mechanisms = named === 'none' ? [] : usual;
      const policy = { ...setting.policy, ...settings, mechanisms };
      setting = {
        ...setting,
        policy: loginFailures === undefined ? policy : { ...policy, loginFailures: Number(loginFailures) },
      };
      continue;
    }
    if (kind === 'address') {
      const { client, server, ftpd } = words(rest);
      setting = { ...setting, clientAddress: client!, serverAddress: server!, ftpdAddress: ftpd! };
      continue;
    }
    if (kind === 'unread') {
      const verdict = unreadVerdict(state, setting.policy, rest);
      out.push(`    verdict: ${verdict}${mayHandOn(state) ? '' : ' (lines are not looked at any longer)'}`);
      if (verdict !== 'leave') continue;
    }
    if (/^(client|protected)/.test(kind) && !wantsClientLine(state)) out.push('    (left unread: the session is busy)');
    const next = step(state, eventOf(kind, rest), setting);
    state = next.state;
    for (const effect of next.effects) {
      out.push(...show(effect));
      if (effect.do === 'note-third-party') known.set(effect.via, effect.knowledge);
    }
  }
  return out.join('\n');
}

function eventOf(kind: string, rest: string): SessionEvent {
  switch (kind) {
    case 'client':
    case 'client+':
      return clientLine(rest, kind === 'client+');
    case 'protected': {
      const [, number = '', verb = '', command = ''] = /^(\d+) (\S+) (.*)$/.exec(rest) ?? [];
      const text = `${number} ${command.replace(/\\r/g, '\r').replace(/\\n/g, '\n')}`;
      return clientLine(`${verb} ${encodeBase64(Buffer.from(text, 'latin1'))}`, false);
    }
    case 'unread':
      return { type: 'login-unread', text: rest };
    case 'ftpd':
      return { type: 'ftpd-reply', reply: replyOf(rest) };
    case 'event':
      return otherEvent(rest);
    default:
      throw new Error(`not an event: ${kind}`);
  }
}

const clientLine = (text: string, pipelined: boolean): SessionEvent => ({
  type: 'client-line',
  line: { text, raw: Buffer.from(`${text}\r\n`, 'latin1') },
  pipelined,
});

function replyOf(text: string): Reply {
  return { code: Number(text.slice(0, 3)), lines: text.split(' / ') };
}

function otherEvent(text: string): SessionEvent {
  const [, type = '', rest = ''] = /^(\S+) ?(.*)$/.exec(text) ?? [];
  const fields = words(rest);
  const summary = {
    octets: Number(fields['octets'] ?? 0),
    ...(fields['sequence'] === undefined ? {} : { sequence: Number(fields['sequence']) }),
  };
  switch (type) {
    case 'data-done':
      return { type, summary };
    case 'data-failed':
      return { type, cause: fields['cause'] as 'aborted', summary };
    case 'listening':
      return {
        type,
        side: fields['side'] as 'client',
        endpoint: { address: fields['address']!, port: Number(fields['port']) },
      };
    case 'listen-failed':
      return { type, side: fields['side'] as 'client', why: 'every passive port is taken' };
    case 'timeout':
      return { type, timer: fields['timer'] as 'idle' };
    case 'ftpd-unreachable':
      return { type, why: 'connect ECONNREFUSED' };
    case 'ftpd-malformed':
      return { type, why: 'no-code' };
    case 'handed-off':
      return { type, pid: Number(fields['pid']) };
    case 'hand-off-failed':
      return { type, why: 'it greets with 500 OOPS' };
    case 'hand-off-ended':
    case 'half-closed':
    case 'ftpd-closed':
    case 'client-closed':
    case 'client-line-too-long':
    case 'shutdown':
      return { type };
    default:
      throw new Error(`not an event: ${type}`);
  }
}

function show(effect: Effect): readonly string[] {
  switch (effect.do) {
    case 'send-client':
      return lines(effect.octets).map((line) => `    to client: ${line}${unfold(line)}`);
    case 'send-ftpd':
      return lines(effect.octets).map((line) => `    to ftpd: ${line}`);
    case 'start-transfer': {
      const { client, ftpd, flow } = effect.plan;
      const legs = [client, ftpd].map((leg) =>
        leg.mode === 'listen' ? 'listen' : `${leg.endpoint.address} ${leg.endpoint.port}`,
      );
      const coded = flow.direction === 'download' ? flow.sealer : flow.opener;
      const number = coded === undefined ? 'clear' : `blocks from ${coded.sequence}`;
      return [`    start ${flow.direction}: client ${legs[0]!}, ftpd ${legs[1]!}, ${number}`];
    }
    case 'log':
      return [
        `    log ${effect.category}: ${effect.message}${effect.fields === undefined ? '' : ` ${JSON.stringify(effect.fields)}`}`,
      ];
    case 'close':
      return [`    close: ${effect.reason}`];
    case 'note-third-party':
      return [`    note: ${effect.via} third-party transfers: ${effect.knowledge}`];
    case 'knock':
      return [`    knock at ${effect.endpoint.address} ${effect.endpoint.port} (${effect.direction})`];
    case 'hand-off':
      return [`    hand off: ${effect.to.kind}`];
    case 'pass-through':
      return [`    pass through, opening with ${lines(effect.opening).join(' / ')}`];
    case 'let-go':
      return ['    let go of the client'];
    case 'listen':
      return [`    listen for ${effect.side}`];
    case 'start-timer':
    case 'stop-timer':
      return [`    ${effect.do} ${effect.timer}`];
    case 'join-client':
    case 'release-end':
    case 'abort-data':
      return [`    ${effect.do}`];
    case 'debug':
    case 'log-security-data':
      return [];
  }
}

const lines = (octets: Uint8Array): readonly string[] =>
  Buffer.from(octets).toString('latin1').replace(/\r\n$/, '').split('\r\n');

/** What a protected reply says, beside it. */
function unfold(line: string): string {
  const match = /^63[123][ -](.*)$/.exec(line);
  const opened = decodeBase64(match?.[1] ?? '-');
  return opened.ok ? ` = ${JSON.stringify(Buffer.from(opened.value).toString('latin1'))}` : '';
}
