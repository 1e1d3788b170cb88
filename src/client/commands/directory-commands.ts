/** Commands about directories on the server. */
import type { CommandEntry } from './command.js';

export const DIRECTORY_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['ls', 'dir'],
    synopsis: '[PATH]',
    help: 'list a directory on the server',
    count: [0, 1],
    completes: ['remote-directory'],
    kind: 'transfer',
    run: async ({ sessions, console, signal }, [path]) => {
      const listing = console.listing();
      try {
        await sessions.current.list(path, listing.sink, { signal });
      } finally {
        await listing.end();
      }
    },
  },
  {
    names: ['cd'],
    synopsis: 'PATH',
    help: 'change the directory on the server',
    count: [1, 1],
    completes: ['remote-directory'],
    kind: 'plain',
    run: ({ sessions }, [path = '']) => sessions.current.changeDirectory(path),
  },
  {
    names: ['pwd'],
    synopsis: '',
    help: 'show the directory on the server',
    count: [0, 0],
    kind: 'plain',
    run: async ({ sessions, console, signal }) => {
      const directory = await sessions.current.workingDirectory();
      if (!signal.aborted) await console.name(directory);
    },
  },
];
