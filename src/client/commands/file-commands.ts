/** Commands about files on the server, but for those that transfer them. */
import type { Client } from '../client.js';
import { ClientError } from '../error.js';
import { nameToWire } from '../remote-name.js';
import type { CommandContext, CommandEntry } from './command.js';
import { isPattern } from './glob.js';
import { expandRemote } from './remote-glob.js';
import { showReply } from './replies.js';
import { result } from './results.js';
import { forEach } from './several.js';

export const FILE_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['delete', 'rm'],
    synopsis: 'PATH',
    help: 'delete a file on the server',
    details: 'PATH is taken as it is, also with * or ? in it; mdelete takes patterns.',
    count: [1, 1],
    completes: ['remote-file'],
    kind: 'plain',
    run: ({ sessions }, [path = '']) => remove(sessions.current, path),
  },
  {
    names: ['mdelete'],
    synopsis: 'PATH…',
    help: 'delete several files on the server',
    details:
      'PATH may be a pattern, while glob is on; the directories among what it stands for are passed over. While prompt is on, ' +
      'each file is asked for: yes, no, all (this one and the rest) or quit.',
    count: [1, Infinity],
    completes: ['remote-file'],
    kind: 'plain',
    run: removeSeveral,
  },
  {
    names: ['rename', 'mv'],
    synopsis: 'FROM TO',
    help: 'give a file or directory on the server another name',
    count: [2, 2],
    completes: ['remote-file', 'remote-file'],
    kind: 'plain',
    run: ({ sessions }, [from = '', to = '']) => sessions.current.rename(from, to),
  },
  {
    names: ['size'],
    synopsis: 'PATH',
    help: 'show the size of a file on the server, in octets',
    count: [1, 1],
    completes: ['remote-file'],
    kind: 'plain',
    run: async ({ sessions, console, signal }, [path = '']) => {
      const size = await sessions.current.size(path);
      if (size === undefined) throw unknown(path, 'size');
      if (!signal.aborted) await console.result([nameToWire(path), String(size)], result('size', { path, size }));
    },
  },
  {
    names: ['modtime'],
    synopsis: 'PATH',
    help: 'show when a file on the server was last changed, in the time of this machine',
    count: [1, 1],
    completes: ['remote-file'],
    kind: 'plain',
    run: async ({ sessions, console, signal }, [path = '']) => {
      const time = await sessions.current.modified(path);
      if (time === undefined) throw unknown(path, 'time of change');
      if (signal.aborted) return;
      const object = result('modtime', { path, modified: time.toISOString() });
      await console.result([nameToWire(path), localTime(time)], object);
    },
  },
  {
    names: ['chmod'],
    synopsis: 'MODE PATH',
    help: 'set the permissions of a file on the server',
    details: 'MODE is octal, as 644. The server is asked by SITE CHMOD.',
    count: [2, 2],
    completes: [[], 'remote-file'],
    kind: 'plain',
    run: async ({ sessions }, [mode = '', path = '']) => {
      const octal = octalMode(mode, 'chmod');
      await sessions.current.request('SITE', `CHMOD ${octal} ${path}`);
    },
  },
  {
    names: ['umask'],
    synopsis: '[MODE]',
    help: 'show, or set, which permissions new files on the server do not get',
    details: 'MODE is octal, as 022. The server is asked by SITE UMASK.',
    count: [0, 1],
    kind: 'plain',
    run: async ({ sessions, console, signal }, [mode]) => {
      const words = mode === undefined ? 'UMASK' : `UMASK ${octalMode(mode, 'umask')}`;
      const reply = await sessions.current.request('SITE', words);
      if (!signal.aborted) await showReply(console, reply);
    },
  },
];

async function remove(client: Client, path: string): Promise<void> {
  try {
    await client.delete(path);
  } catch (error) {
    if (!(error instanceof ClientError) || error.reply === undefined || !isPattern(path)) throw error;
    throw new ClientError(error.kind, error.message, { reply: error.reply, hint: 'mdelete takes patterns.' });
  }
}

async function removeSeveral(context: CommandContext, words: readonly string[]): Promise<void> {
  const { sessions, preferences, observe, signal } = context;
  const client = sessions.current;
  const paths = new Set<string>();
  for (const word of words) {
    for (const { path, entry } of await expandRemote(client, word, preferences, signal)) {
      if (entry?.kind !== 'directory') paths.add(path);
    }
  }
  if (paths.size === 0) throw new ClientError('command', 'There are directories only.', { hint: 'Use rmdir.' });
  const question = (path: string): string => `delete ${path}`;
  await forEach([...paths], context, question, async (path) => {
    await client.delete(path);
    observe({ kind: 'deleted', side: 'remote', path });
  });
}

const unknown = (path: string, what: string): ClientError =>
  new ClientError('command', `${path}: the server does not tell its ${what}.`, {
    hint: 'There may be no such file, or it is a directory: see ls.',
  });

function octalMode(text: string, command: string): string {
  if (/^[0-7]{1,4}$/.test(text)) return text;
  throw new ClientError('command', `${command} takes an octal mode, not ${text}.`, { hint: 'As in 644 or 022.' });
}

/** `2026-11-22 14:05:09 +0100` */
function localTime(time: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const offset = -time.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())} ${zone}`;
}
