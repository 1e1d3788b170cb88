/** Commands that receive and send one file, or one directory with all that is in it. */
import { ClientError } from '../error.js';
import { downloadFile } from '../files/download.js';
import { uploadFile, type Upload } from '../files/upload.js';
import { targetOf } from '../local/incoming-file.js';
import type { CommandContext, CommandEntry } from './command.js';
import type { OptionValues } from './options.js';
import { CONTINUE, needBinary, PARALLEL, parallelOf, RECURSIVE, runOf } from './transfer-account.js';
import { getTree, putTree } from './tree-transfers.js';

/** In the place of a file: standard output, or standard input. */
const STREAM = '-';

const RESUMED: OptionValues = new Map([[CONTINUE.long, []]]);

export const TRANSFER_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['get', 'recv'],
    synopsis: '[-cr] [-P N] REMOTE [LOCAL]',
    help: 'receive a file; LOCAL appears, or is replaced, only when all of it has come',
    details:
      'Without LOCAL the last part of REMOTE is the name; into LOCAL, where that is a directory. LOCAL may be -, which is ' +
      'standard output. A download that breaks off leaves a hidden part that -c goes on with.',
    options: [CONTINUE, RECURSIVE, PARALLEL],
    count: [1, 2],
    completes: ['remote-file', 'local-file'],
    kind: 'transfer',
    run: get,
  },
  {
    names: ['reget'],
    synopsis: 'REMOTE [LOCAL]',
    help: 'go on with a get that broke off, as get -c does',
    count: [1, 2],
    completes: ['remote-file', 'local-file'],
    kind: 'transfer',
    run: (context, args) => get(context, args, RESUMED),
  },
  {
    names: ['put', 'send'],
    synopsis: '[-cr] [-P N] LOCAL [REMOTE]',
    help: 'send a file',
    details:
      'Without REMOTE the last part of LOCAL is the name; into REMOTE, where that ends in a slash. LOCAL may be -, which is standard input. With -c what the server has ' +
      'is taken for the beginning of the file, which nobody can check.',
    options: [CONTINUE, RECURSIVE, PARALLEL],
    count: [1, 2],
    completes: ['local-file', 'remote-file'],
    kind: 'transfer',
    run: put,
  },
  {
    names: ['append'],
    synopsis: 'LOCAL [REMOTE]',
    help: 'add a file to the end of one on the server',
    count: [1, 2],
    completes: ['local-file', 'remote-file'],
    kind: 'transfer',
    run: (context, [local = '', remote]) => send(context, local, remote, 'append'),
  },
];

async function get(
  context: CommandContext,
  [remote = '', local]: readonly string[],
  options: OptionValues,
): Promise<void> {
  if (options.has(CONTINUE.long)) needBinary(context.preferences.type);
  if (options.has(RECURSIVE.long)) return getTree(context, remote, local, options);
  needRecursive(options);
  const { sessions, console } = context;
  const from = options.has(CONTINUE.long) ? 'part' : 'beginning';
  if (local === STREAM && console.form === 'json') {
    throw new ClientError('command', 'With --json there is no room for a file on standard output.');
  }
  const target =
    local === STREAM
      ? { local, sink: console.file }
      : { local: await targetOf(remote, local, 'user'), sink: undefined };
  await downloadFile(sessions.current, { remote, ...target, from, time: 'now' }, runOf(context));
}

async function put(
  context: CommandContext,
  [local = '', remote]: readonly string[],
  options: OptionValues,
): Promise<void> {
  if (options.has(CONTINUE.long)) needBinary(context.preferences.type);
  if (options.has(RECURSIVE.long)) return putTree(context, local, remote, options);
  needRecursive(options);
  await send(context, local, remote, options.has(CONTINUE.long) ? 'resume' : 'replace');
}

async function send(
  context: CommandContext,
  local: string,
  remote: string | undefined,
  onto: Upload['onto'],
): Promise<void> {
  const isStream = local === STREAM;
  const own = isStream ? '' : (local.split('/').at(-1) ?? '');
  const name = remote === undefined || remote.endsWith('/') ? `${remote ?? ''}${own}` : remote;
  if (name === '' || name.endsWith('/')) {
    throw new ClientError('command', `${local}: not the name of a file.`, {
      hint: 'Name the file on the server: put LOCAL REMOTE.',
    });
  }
  const source = isStream ? context.input : undefined;
  if (isStream && source === undefined) {
    throw new ClientError('command', 'Standard input gives the commands here, and cannot be sent.', {
      hint: 'Give the command behind --: sftpc host -- put - REMOTE.',
    });
  }
  await uploadFile(context.sessions.current, { local, remote: name, source, onto, time: 'now' }, runOf(context));
}

function needRecursive(options: OptionValues): void {
  parallelOf(options);
  if (options.has(PARALLEL.long)) throw new ClientError('command', 'One file has one session: -P goes with -r.');
}
