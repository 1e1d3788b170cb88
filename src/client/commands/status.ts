/** What `status` shows: the session and the settings, to be read at a glance. */
import process from 'node:process';
import { nameToWire } from '../remote-name.js';
import type { DataMode } from '../session/data-connection.js';
import type { CommandContext } from './command.js';
import { result } from './results.js';
import type { Target } from './sessions.js';
import { shownSwitch, shownType } from './setting-commands.js';

/** Where the second column begins. */
const COLUMN = 11;

/** RFC 2228 §3 in words. */
const LEVELS: Readonly<Record<string, string>> = {
  C: 'clear: can be read and changed on the way',
  S: 'safe: can be read, and not be changed unnoticed',
  P: 'private: can neither be read nor be changed unnoticed',
};

/** What there is to say; null: there is no session, or nobody is logged in. */
interface Status {
  readonly host: string | null;
  readonly port: number | null;
  readonly protected: boolean | null;
  readonly user: string | null;
  readonly directory: string | null;
  readonly level: string | null;
  readonly mode: DataMode;
  readonly type: 'ascii' | 'binary';
  readonly local: string;
  readonly glob: boolean;
  readonly hash: boolean;
  readonly progress: boolean;
  readonly prompt: boolean;
}

export async function showStatus(context: CommandContext): Promise<void> {
  const { console, sessions, signal } = context;
  const status = await statusOf(context);
  if (signal.aborted) return;
  if (console.form === 'json') return console.json(result('status', status));
  const rows = [
    ...(status.host === null ? withoutSession(sessions.target) : sessionRows(status)),
    ...settingRows(status),
  ];
  for (const [name, text] of rows) await console.data(nameToWire(name.padEnd(COLUMN) + text));
}

async function statusOf({ sessions, preferences }: CommandContext): Promise<Status> {
  const open = sessions.client?.isOpen === true ? sessions.client : undefined;
  const user = (open === undefined ? undefined : sessions.user) ?? null;
  const { mode, type, ...switches } = preferences;
  return {
    host: (open === undefined ? undefined : sessions.target?.host) ?? null,
    port: (open === undefined ? undefined : sessions.target?.port) ?? null,
    protected: open?.isProtected ?? null,
    user,
    directory: open === undefined || user === null ? null : await open.workingDirectory(),
    level: open?.level ?? null,
    mode: open?.mode ?? mode,
    type: shownType(type),
    local: process.cwd(),
    ...switches,
  };
}

type Row = readonly [name: string, text: string];

const withoutSession = (last: Target | undefined): readonly Row[] => [
  ['server', last === undefined ? 'none' : `none; the last was ${last.host} port ${last.port}`],
];

function sessionRows({ host, port, protected: isProtected, user, directory, level }: Status): readonly Row[] {
  const protection = isProtected === true ? 'commands and replies are encrypted' : 'nothing is protected';
  return [
    ['server', `${host ?? ''} port ${port ?? ''}: ${protection}`],
    ['user', user ?? 'nobody is logged in'],
    ...(directory === null ? [] : [['directory', directory] as const]),
    ['prot', `${level ?? ''}, ${LEVELS[level ?? ''] ?? ''}`],
  ];
}

function settingRows({ mode, type, local, glob, hash, progress, prompt }: Status): readonly Row[] {
  const switches = Object.entries({ glob, hash, progress, prompt });
  return [
    [
      'passive',
      mode === 'passive' ? 'on: we connect to the server for data' : 'off: the server connects to us for data',
    ],
    ['type', type],
    ['settings', switches.map(([name, on]) => `${name} ${shownSwitch(on)}`).join(', ')],
    ['here', local],
  ];
}
