// Somebody between sftpc and the gateway after the 235: lines of the control connection changed, repeated, left out, exchanged, or
// put there in clear.
import { afterAll, beforeAll } from 'vitest';
import { faultTests, staged, type StagedFault } from './fault-cases.js';
import { startStage, type Stage } from './stage.js';
import type { Tampering } from './tampering-relay.js';

let stage: Stage;
beforeAll(async () => (stage = await startStage()));
afterAll(() => stage.stop());

/** Numbers of the client's lines and of the server's replies, in a session that fetches a file. */
const COMMAND = { user: 5, pass: 6, retr: 12 } as const;
const REPLY = { greeting: 1, user: 6, pass: 7, pbsz: 8, epsv: 12, begun: 13, done: 14 } as const;

/** One bit of the last octet in base64. */
function flipped(line: string): string {
  const [, code = '', base64 = ''] = /^(\S+ )(.*)$/.exec(line) ?? [];
  const octets = Buffer.from(base64, 'base64');
  octets[octets.length - 1]! ^= 1;
  return code + octets.toString('base64');
}

const command = (which: number, instead: (line: string) => readonly string[]): Tampering => ({
  command: (line, number) => (number === which ? instead(line) : undefined),
});
const reply = (which: number, instead: (line: string) => readonly string[]): Tampering => ({
  reply: (line, number) => (number === which ? instead(line) : undefined),
});

/** The reply before the one with this number, once more in its place. */
function repeated(which: number): Tampering {
  let last = '';
  return {
    reply: (line, number) => {
      if (number === which) return [last];
      last = line;
      return undefined;
    },
  };
}

/** Two replies in the order in which they were not sent. */
function exchanged(): Tampering {
  let held = '';
  return {
    reply: (line, number) => {
      if (number === REPLY.begun) {
        held = line;
        return [];
      }
      return number === REPLY.done ? [line, held] : undefined;
    },
  };
}

const faults: readonly StagedFault[] = [
  {
    name: 'clear-reply-injected',
    title: 'a reply in clear comes before the one to PASS',
    tampering: reply(REPLY.pass, (line) => ['230 Login successful.', line]),
    status: 4,
  },
  {
    name: 'clear-reply-in-its-place',
    title: 'a reply in clear comes in the place of the one to USER: give the password in clear',
    tampering: reply(REPLY.user, () => ['331 Please specify the password.']),
    status: 4,
  },
  {
    name: 'clear-533',
    title: 'somebody says in clear that commands must be protected',
    tampering: reply(REPLY.user, () => ['533 Commands must be protected.']),
    status: 4,
  },
  {
    name: 'clear-421',
    title: 'somebody says in clear that the session ends',
    tampering: reply(REPLY.user, () => ['421 Service is shutting down.']),
    status: 3,
  },
  {
    name: 'no-reply-at-all',
    title: 'what comes in the place of a protected reply is no reply',
    tampering: reply(REPLY.user, () => ['hello?']),
    status: 4,
  },
  {
    name: 'reply-flipped',
    title: 'one bit of a protected reply was changed on its way',
    tampering: reply(REPLY.epsv, (line) => [flipped(line)]),
    status: 4,
  },
  {
    name: 'reply-cut',
    title: 'a protected reply was cut short',
    tampering: reply(REPLY.epsv, (line) => [line.slice(0, 20)]),
    status: 4,
  },
  {
    name: 'reply-level-changed',
    title: 'a 632 was made a 631',
    tampering: reply(REPLY.epsv, (line) => [line.replace('632', '631')]),
    status: 4,
  },
  {
    name: 'reply-replayed',
    title: 'an earlier protected reply comes in the place of another',
    tampering: repeated(REPLY.pbsz),
    status: 4,
  },
  {
    name: 'reply-twice',
    title: 'a protected reply comes twice',
    tampering: reply(REPLY.user, (line) => [line, line]),
    status: 4,
  },
  {
    name: 'reply-left-out',
    title: 'a protected reply was left out',
    tampering: reply(REPLY.begun, () => []),
    status: 4,
  },
  { name: 'replies-exchanged', title: 'two protected replies were exchanged', tampering: exchanged(), status: 4 },
  {
    name: 'command-flipped',
    title: 'one bit of a protected command was changed on its way',
    tampering: command(COMMAND.pass, (line) => [flipped(line)]),
    status: 4,
  },
  {
    name: 'command-twice',
    title: 'a protected command reaches the server twice',
    tampering: command(COMMAND.user, (line) => [line, line]),
    status: 4,
  },
  {
    name: 'command-in-clear',
    title: 'a command in clear reaches the server',
    tampering: command(COMMAND.user, (line) => ['NOOP', line]),
    status: 4,
  },
];

faultTests(
  'protected',
  faults.map((fault) => staged(fault, () => stage)),
);
