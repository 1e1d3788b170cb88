/** Commands that set how the session works. */
import { ClientError } from '../error.js';
import { isUserLevel } from '../session/session.js';
import type { CommandContext, CommandEntry } from './command.js';

export const SETTING_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['passive'],
    synopsis: '[on|off]',
    help: 'data connections: on, we connect to the server; off, the server connects to us',
    count: [0, 1],
    completes: [['on', 'off']],
    kind: 'plain',
    run: passive,
  },
  {
    names: ['prot'],
    synopsis: '[C|S|P]',
    help: 'protection of data: C clear, S safe (cannot be changed unnoticed), P private (nor read)',
    count: [0, 1],
    completes: [['C', 'S', 'P']],
    kind: 'plain',
    run: protect,
  },
];

async function passive({ sessions, console }: CommandContext, [word]: readonly string[]): Promise<void> {
  const client = sessions.current;
  const wanted = word?.toLowerCase() ?? (client.mode === 'passive' ? 'off' : 'on');
  if (wanted !== 'on' && wanted !== 'off') throw new ClientError('command', 'passive takes on or off.');
  client.mode = wanted === 'on' ? 'passive' : 'active';
  console.note(`passive ${wanted}`);
  return Promise.resolve();
}

async function protect({ sessions, console, signal }: CommandContext, [word]: readonly string[]): Promise<void> {
  const client = sessions.current;
  const level = word?.toUpperCase();
  if (level !== undefined) {
    if (!isUserLevel(level)) throw new ClientError('command', 'prot takes C, S or P.');
    await client.protect(level, signal);
  }
  if (signal.aborted) return;
  console.note(`prot ${client.level}`);
}
