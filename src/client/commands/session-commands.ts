/** Commands about the session itself. */
import { parseCommand } from '../../wire/command.js';
import { isFailure } from '../../wire/reply.js';
import { DATA_SETUP_VERBS, dataDirection } from '../../wire/verbs.js';
import { ClientError, refusedCommand } from '../error.js';
import type { CommandContext, CommandEntry } from './command.js';

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

export const SESSION_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['quote'],
    synopsis: 'COMMAND…',
    help: 'send an FTP command as it is and show the reply',
    count: [1, Infinity],
    kind: 'plain',
    run: quote,
  },
  {
    names: ['bye', 'quit', 'exit'],
    synopsis: '',
    help: 'end the session',
    count: [0, 0],
    kind: 'end',
    run: ({ sessions }) => sessions.close(),
  },
];

async function quote({ sessions, console, signal }: CommandContext, words: readonly string[]): Promise<void> {
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
  const reply = await sessions.current.quote(command.value);
  if (signal.aborted) return;
  for (const line of reply.lines) await console.data(line);
  if (isFailure(reply)) throw refusedCommand(verb, reply);
}
