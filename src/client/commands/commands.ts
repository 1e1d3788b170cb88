/** The commands of sftpc as a table: one row a command. Help, checking and running need nothing else. */
import { nearest } from '../../lib/nearest.js';
import { err, ok, type Result } from '../../lib/result.js';
import { parseCommand } from '../../wire/command.js';
import { isFailure } from '../../wire/reply.js';
import { DATA_SETUP_VERBS, dataDirection } from '../../wire/verbs.js';
import type { Console } from '../terminal/console.js';
import { ClientError, refusedCommand } from '../error.js';
import { receiveFile, sendFile, targetOf } from '../files/local-file.js';
import type { Session, UserLevel } from '../session/session.js';

export interface CommandContext {
  readonly session: Session;
  readonly console: Console;
  /** Aborts a transfer. For other commands: nobody waits for the outcome any more. */
  readonly signal: AbortSignal;
}

export interface CommandEntry {
  /** The first is shown, the others are understood. */
  readonly names: readonly string[];
  /** Its arguments, as help shows them. */
  readonly synopsis: string;
  readonly help: string;
  /** Least and most arguments. */
  readonly count: readonly [number, number];
  /** `transfer`: an interrupt aborts it. `end`: the session is over after it. */
  readonly kind: 'transfer' | 'plain' | 'end';
  run(context: CommandContext, args: readonly string[]): Promise<void>;
}

export interface BoundCommand {
  readonly entry: CommandEntry;
  readonly args: readonly string[];
}

/** Verbs that would change what this client believes about the session behind its back. */
const NOT_QUOTED: ReadonlySet<string> = new Set([
  'AUTH',
  'ADAT',
  'MIC',
  'CONF',
  'ENC',
  'CCC',
  'PBSZ',
  'PROT',
  'QUIT',
  'ABOR',
]);

export const COMMANDS: readonly CommandEntry[] = [
  {
    names: ['ls', 'dir'],
    synopsis: '[PATH]',
    help: 'list a directory on the server',
    count: [0, 1],
    kind: 'transfer',
    run: async ({ session, console, signal }, [path]) => {
      const listing = console.listing();
      try {
        await session.list(path, listing.sink, signal);
      } finally {
        await listing.end();
      }
    },
  },
  {
    names: ['get'],
    synopsis: 'REMOTE [LOCAL]',
    help: 'receive a file; LOCAL appears, or is replaced, only when all of it has come',
    count: [1, 2],
    kind: 'transfer',
    run: get,
  },
  {
    names: ['put'],
    synopsis: 'LOCAL [REMOTE]',
    help: 'send a file',
    count: [1, 2],
    kind: 'transfer',
    run: put,
  },
  {
    names: ['cd'],
    synopsis: 'PATH',
    help: 'change the directory on the server',
    count: [1, 1],
    kind: 'plain',
    run: ({ session }, [path = '']) => session.changeDirectory(path),
  },
  {
    names: ['pwd'],
    synopsis: '',
    help: 'show the directory on the server',
    count: [0, 0],
    kind: 'plain',
    run: async ({ session, console, signal }) => {
      const directory = await session.workingDirectory();
      if (!signal.aborted) await console.data(directory);
    },
  },
  {
    names: ['passive'],
    synopsis: '[on|off]',
    help: 'data connections: on, we connect to the server; off, the server connects to us',
    count: [0, 1],
    kind: 'plain',
    run: passive,
  },
  {
    names: ['prot'],
    synopsis: '[C|S|P]',
    help: 'protection of data: C clear, S safe (cannot be changed unnoticed), P private (nor read)',
    count: [0, 1],
    kind: 'plain',
    run: protect,
  },
  {
    names: ['quote'],
    synopsis: 'COMMAND…',
    help: 'send an FTP command as it is and show the reply',
    count: [1, Infinity],
    kind: 'plain',
    run: quote,
  },
  {
    names: ['help', '?'],
    synopsis: '',
    help: 'show this list',
    count: [0, 0],
    kind: 'plain',
    run: async ({ console }) => {
      console.note(commandHelp().join('\n'));
      return Promise.resolve();
    },
  },
  {
    names: ['bye', 'quit', 'exit'],
    synopsis: '',
    help: 'end the session',
    count: [0, 0],
    kind: 'end',
    run: ({ session }) => session.connection.quit(),
  },
];

/** Finds the command of a line's words. The error is a sentence without a full stop. */
export function bindCommand([name = '', ...args]: readonly string[]): Result<BoundCommand, string> {
  const entry = COMMANDS.find(({ names }) => names.includes(name.toLowerCase()));
  if (entry === undefined) {
    const meant = nearest(
      name,
      COMMANDS.flatMap(({ names }) => names),
    );
    return err(
      `there is no command ${JSON.stringify(name)}: ${meant === undefined ? 'help lists them' : `did you mean ${meant}?`}`,
    );
  }
  const [least, most] = entry.count;
  if (args.length < least || args.length > most) {
    return err(`${args.length < least ? 'too few' : 'too many'} arguments; it is: ${name} ${entry.synopsis}`.trimEnd());
  }
  return ok({ entry, args });
}

/** One line a command. */
export function commandHelp(): readonly string[] {
  const rows = COMMANDS.map(
    ({ names: [name = ''], synopsis, help }) => [`${name} ${synopsis}`.trimEnd(), help] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, help]) => `  ${left.padEnd(width)}${help}`);
}

async function get(
  { session, console, signal }: CommandContext,
  [remote = '', local]: readonly string[],
): Promise<void> {
  const target = await targetOf(remote, local);
  const file = await receiveFile(target);
  try {
    const { octets } = await session.retrieve(remote, file.sink, signal);
    await file.keep();
    console.note(`${remote}: ${octets} octets received as ${target}`);
  } catch (error) {
    await file.discard();
    throw error;
  }
}

async function put(
  { session, console, signal }: CommandContext,
  [local = '', remote]: readonly string[],
): Promise<void> {
  const name = remote ?? local.split('/').at(-1) ?? '';
  if (name === '') throw new ClientError('command', `${local}: not the name of a file.`);
  const file = await sendFile(local);
  try {
    const { octets } = await session.store(name, file.source, signal);
    console.note(`${local}: ${octets} octets stored as ${name}`);
  } finally {
    await file.close();
  }
}

async function passive({ session, console }: CommandContext, [word]: readonly string[]): Promise<void> {
  const wanted = word?.toLowerCase() ?? (session.mode === 'passive' ? 'off' : 'on');
  if (wanted !== 'on' && wanted !== 'off') throw new ClientError('command', 'passive takes on or off.');
  session.mode = wanted === 'on' ? 'passive' : 'active';
  console.note(`passive ${wanted}`);
  return Promise.resolve();
}

async function protect({ session, console, signal }: CommandContext, [word]: readonly string[]): Promise<void> {
  const level = word?.toUpperCase();
  if (level !== undefined) {
    if (!isUserLevel(level)) throw new ClientError('command', 'prot takes C, S or P.');
    await session.protect(level, signal);
  }
  if (signal.aborted) return;
  console.note(`prot ${session.connection.engine.level}`);
}

async function quote({ session, console, signal }: CommandContext, words: readonly string[]): Promise<void> {
  const command = parseCommand(words.join(' '));
  if (!command.ok) throw new ClientError('command', 'quote takes one FTP command.');
  const { verb } = command.value;
  if (dataDirection(verb) !== undefined || DATA_SETUP_VERBS.has(verb)) {
    throw new ClientError('command', `quote cannot make the data connection of ${verb}.`, {
      hint: 'Use ls, get or put.',
    });
  }
  if (NOT_QUOTED.has(verb))
    throw new ClientError('command', `${verb} is sftpc's own to send.`, { hint: 'Use prot or bye.' });
  const reply = await session.quote(command.value);
  if (signal.aborted) return;
  for (const line of reply.lines) await console.data(line);
  if (isFailure(reply)) throw refusedCommand(verb, reply);
}

export const isUserLevel = (text: string): text is UserLevel => /^[CSP]$/.test(text);
