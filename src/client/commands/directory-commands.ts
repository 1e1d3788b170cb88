/** Commands about directories on the server. */
import { nameToWire } from '../remote-name.js';
import type { CommandContext, CommandEntry } from './command.js';
import { listInto, show } from './listing.js';
import { result } from './results.js';
import { forEach } from './several.js';

export const DIRECTORY_COMMANDS: readonly CommandEntry[] = [
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
    names: ['cdup'],
    synopsis: '',
    help: 'change to the directory above, on the server',
    count: [0, 0],
    kind: 'plain',
    run: async ({ sessions }) => {
      await sessions.current.request('CDUP');
    },
  },
  {
    names: ['pwd'],
    synopsis: '',
    help: 'show the directory on the server',
    count: [0, 0],
    kind: 'plain',
    run: async ({ sessions, console, signal }) => {
      const path = await sessions.current.workingDirectory();
      if (!signal.aborted) await console.result(nameToWire(path), result('directory', { side: 'remote', path }));
    },
  },
  {
    names: ['ls', 'dir'],
    synopsis: '[-OPTIONS] [PATH [LOCAL]]',
    help: 'list a directory on the server',
    details:
      "The listing is the server's own (LIST). OPTIONS, as in ls -la, are passed on to the server, which may know them or not. " +
      'LOCAL is a file to write the listing to.',
    count: [0, Infinity],
    completes: ['remote-directory', 'local-file'],
    kind: 'transfer',
    run: (context, words) => listInto(context, 'ls', words),
  },
  {
    names: ['nlist'],
    synopsis: '[-OPTIONS] [PATH [LOCAL]]',
    help: 'list the names in a directory on the server, and nothing else',
    details: 'As ls, with NLST in place of LIST.',
    count: [0, Infinity],
    completes: ['remote-directory', 'local-file'],
    kind: 'transfer',
    run: (context, words) => listInto(context, 'nlist', words),
  },
  {
    names: ['mls', 'mdir'],
    synopsis: 'PATH…',
    help: 'list several directories on the server',
    details: 'Each as ls lists it, below a line with its name.',
    count: [1, Infinity],
    completes: ['remote-directory'],
    kind: 'transfer',
    run: listSeveral,
  },
  {
    names: ['mkdir'],
    synopsis: 'PATH',
    help: 'make a directory on the server',
    count: [1, 1],
    completes: ['remote-directory'],
    kind: 'plain',
    run: ({ sessions }, [path = '']) => sessions.current.makeDirectory(path),
  },
  {
    names: ['rmdir'],
    synopsis: 'PATH',
    help: 'remove an empty directory on the server',
    count: [1, 1],
    completes: ['remote-directory'],
    kind: 'plain',
    run: ({ sessions }, [path = '']) => sessions.current.removeDirectory(path),
  },
];

async function listSeveral(context: CommandContext, paths: readonly string[]): Promise<void> {
  const { console } = context;
  let between: readonly string[] = [];
  await forEach(paths, context, undefined, async (path) => {
    if (console.form === 'text') for (const line of [...between, `${nameToWire(path)}:`]) await console.data(line);
    between = [''];
    await show(context, 'ls', [], path);
  });
}
