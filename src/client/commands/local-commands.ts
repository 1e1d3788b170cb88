/** Commands about this side. */
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ClientError, LocalError } from '../error.js';
import { reasonOf } from '../local/local-file.js';
import { nameToWire } from '../remote-name.js';
import { shownName } from '../terminal/console.js';
import type { CommandContext, CommandEntry } from './command.js';
import { result } from './results.js';

export const LOCAL_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['lcd'],
    synopsis: '[PATH]',
    help: 'change the directory on this side; without PATH, to the home directory',
    count: [0, 1],
    completes: ['local-directory'],
    kind: 'plain',
    run: changeLocalDirectory,
  },
  {
    names: ['lpwd'],
    synopsis: '',
    help: 'show the directory on this side',
    count: [0, 0],
    kind: 'plain',
    run: ({ console }) => {
      const path = process.cwd();
      return console.result(nameToWire(path), result('directory', { side: 'local', path }));
    },
  },
  {
    names: ['!'],
    synopsis: '[COMMAND]',
    help: 'run a command of the shell on this side; without one, a shell',
    details:
      'All behind the ! goes to the shell as it is, quotes and # included. A command that ends with another status than 0 has ' +
      'failed. Without a terminal it has nothing on its standard input: that holds the commands of sftpc.',
    count: [0, Infinity],
    kind: 'plain',
    run: runShell,
  },
];

async function changeLocalDirectory({ console }: CommandContext, [path = '~']: readonly string[]): Promise<void> {
  const directory = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
  try {
    process.chdir(directory);
  } catch (error) {
    throw new LocalError(`${directory}: ${reasonOf(error)}.`);
  }
  console.note(`The directory on this side is ${shownName(process.cwd())}.`);
  return Promise.resolve();
}

/** How a program ended. */
type Outcome = { readonly kind: 'exit'; readonly status: number } | { readonly kind: 'signal'; readonly name: string };

async function runShell({ asking, console, lend }: CommandContext, words: readonly string[]): Promise<void> {
  const shell = process.env['SHELL'] ?? '/bin/sh';
  const outcome = await lend(
    () =>
      new Promise<Outcome>((resolve, reject) => {
        const stdin = asking === undefined ? 'ignore' : 'inherit';
        const child = spawn(shell, words.length === 0 ? [] : ['-c', words.join(' ')], {
          stdio: [stdin, 'inherit', 'inherit'],
        });
        child.on('error', (error) => reject(new LocalError(`${shell}: ${reasonOf(error)}.`)));
        child.on('close', (status, name) => {
          resolve(name === null ? { kind: 'exit', status: status ?? 0 } : { kind: 'signal', name });
        });
      }),
  );
  // Nobody asks how a shell ended that was left: it is the status of the last command in it.
  if (words.length === 0) return;
  // The terminal has shown ^C, on a line that it has not ended.
  if (outcome.kind === 'signal' && asking !== undefined) console.note('');
  if (outcome.kind === 'signal') throw new ClientError('command', `The command was ended by ${outcome.name}.`);
  if (outcome.status !== 0) throw new ClientError('command', `The command ended with status ${outcome.status}.`);
}
