/** Commands about the session itself. */
import { parseCommand } from '../../wire/command.js';
import { isFailure } from '../../wire/reply.js';
import { ClientError, refusedCommand } from '../error.js';
import { serverOfUser } from '../server-name.js';
import type { CommandContext, CommandEntry } from './command.js';
import { checkQuoted } from './quoted.js';
import { showReply } from './replies.js';
import { noSession, type Target } from './sessions.js';
import { showStatus } from './status.js';

export const SESSION_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['open'],
    synopsis: '[[USER@]HOST [PORT]]',
    help: 'connect to a server and log in',
    details:
      'Without HOST, to the last one, as the same user. What is not known is asked for. One session at a time: close comes before.',
    count: [0, 2],
    // Can be interrupted like a transfer.
    kind: 'transfer',
    run: open,
  },
  {
    names: ['close', 'disconnect'],
    synopsis: '',
    help: 'end the session, and stay in the program',
    count: [0, 0],
    kind: 'plain',
    run: async ({ sessions, console }) => {
      // One that was lost can be closed.
      if (sessions.client === undefined) throw noSession();
      await sessions.close();
      console.note('The session is closed.');
    },
  },
  {
    names: ['user'],
    synopsis: '[NAME]',
    help: 'log in as somebody else, in the same session',
    details:
      'NAME is asked for where it is left out. So is the password, always: the line that you type is kept in the history.',
    count: [0, 1],
    kind: 'plain',
    run: logIn,
  },
  {
    names: ['status'],
    synopsis: '',
    help: 'show what the session is, and all settings',
    count: [0, 0],
    kind: 'plain',
    run: showStatus,
  },
  {
    names: ['rstatus'],
    synopsis: '[PATH]',
    help: 'show what the server says of itself, or of a file or directory (STAT)',
    count: [0, 1],
    completes: ['remote-file'],
    kind: 'plain',
    run: (context, [path]) => ask(context, 'STAT', path),
  },
  {
    names: ['system'],
    synopsis: '',
    help: "show what the server's system is (SYST)",
    count: [0, 0],
    kind: 'plain',
    run: (context) => ask(context, 'SYST'),
  },
  {
    names: ['rhelp', 'remotehelp'],
    synopsis: '[VERB]',
    help: 'show which FTP commands the server knows, or what it says of one (HELP)',
    count: [0, 1],
    kind: 'plain',
    run: (context, [verb]) => ask(context, 'HELP', verb),
  },
  {
    names: ['site'],
    synopsis: 'WORD…',
    help: "send one of the server's own commands (SITE) and show the reply",
    count: [1, Infinity],
    kind: 'plain',
    run: (context, words) => ask(context, 'SITE', words.join(' ')),
  },
  {
    names: ['quote', 'literal'],
    synopsis: 'COMMAND…',
    help: 'send an FTP command as it is and show the reply',
    details:
      'But for commands with a data connection, and those that are about the login, the protection or the form of files.',
    count: [1, Infinity],
    kind: 'plain',
    run: quote,
  },
  {
    names: ['bye', 'quit', 'exit'],
    synopsis: '',
    help: 'end the session and the program',
    count: [0, 0],
    kind: 'end',
    run: ({ sessions }) => sessions.close(),
  },
];

async function open(context: CommandContext, [place, port]: readonly string[]): Promise<void> {
  const { sessions, console, signal } = context;
  const target = place === undefined ? (sessions.target ?? (await askedTarget(context))) : targetOf(place, port);
  await sessions.open(target, signal);
  console.note(`Logged in as ${sessions.user ?? ''}.`);
}

async function askedTarget({ asking }: CommandContext): Promise<Target> {
  const [place = '', port, ...surplus] = ((await asking?.line('server: ')) ?? '').trim().split(/\s+/);
  if (place !== '' && surplus.length === 0) return targetOf(place, port);
  throw new ClientError('command', 'No server is named.', { hint: 'open [USER@]HOST [PORT]' });
}

async function logIn(context: CommandContext, [given]: readonly string[]): Promise<void> {
  const { sessions, console, signal, asking } = context;
  if (sessions.client === undefined) throw noSession();
  const name = given ?? ((await asking?.line('user: ')) ?? '').trim();
  if (name === '') throw new ClientError('command', 'No user is named.', { hint: 'user NAME' });
  try {
    await sessions.login(name, signal);
  } catch (error) {
    const { user } = sessions;
    if (!(error instanceof ClientError) || error.kind !== 'login' || user === undefined) throw error;
    const hint = `${user} is still logged in. A server that lets nobody change wants a new session: close, open ${name}@HOST.`;
    throw new ClientError('login', error.message, error.reply === undefined ? { hint } : { hint, reply: error.reply });
  }
  if (!signal.aborted) console.note(`Logged in as ${name}.`);
}

/** @throws ClientError */
function targetOf(place: string, port: string | undefined): Target {
  const server = serverOfUser(place, port);
  if (!server.ok) throw new ClientError('command', `${server.error}.`, { hint: 'open [USER@]HOST [PORT]' });
  return server.value;
}

/** Has the server tell something, and shows it. @throws ClientError when it refuses */
async function ask(
  { sessions, console, signal }: CommandContext,
  verb: 'STAT' | 'SYST' | 'HELP' | 'SITE',
  argument?: string,
): Promise<void> {
  const reply = await sessions.current.request(verb, argument);
  if (!signal.aborted) await showReply(console, reply);
}

async function quote({ sessions, console, signal }: CommandContext, words: readonly string[]): Promise<void> {
  const command = parseCommand(words.join(' '));
  if (!command.ok) throw new ClientError('command', 'quote takes one FTP command.');
  checkQuoted(command.value);
  const reply = await sessions.current.quote(command.value);
  if (signal.aborted) return;
  await showReply(console, reply);
  if (isFailure(reply)) throw refusedCommand(command.value.verb, reply);
}
