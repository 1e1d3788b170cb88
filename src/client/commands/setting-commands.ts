/** Commands that set how sessions and other commands work. */
import { ClientError } from '../error.js';
import { isUserLevel, type RepresentationType } from '../terms.js';
import type { CommandContext, CommandEntry } from './command.js';
import type { Preferences } from './preferences.js';

/** A setting that is on or off. */
type Switch = { [Name in keyof Preferences]: Preferences[Name] extends boolean ? Name : never }[keyof Preferences];

export const SETTING_COMMANDS: readonly CommandEntry[] = [
  {
    names: ['passive'],
    synopsis: '[on|off]',
    help: 'data connections: on, we connect to the server; off, the server connects to us',
    details: 'Without a word, the other one of the two.',
    count: [0, 1],
    completes: [['on', 'off']],
    kind: 'plain',
    run: passive,
  },
  {
    names: ['prot'],
    synopsis: '[C|S|P]',
    help: 'protection of data: C clear, S safe (cannot be changed unnoticed), P private (nor read)',
    details: 'Without a word it is shown.',
    count: [0, 1],
    completes: [['C', 'S', 'P']],
    kind: 'plain',
    run: protect,
  },
  {
    names: ['type'],
    synopsis: '[ascii|binary]',
    help: 'show, or set, how files are transferred',
    details:
      'binary: octet by octet. ascii: as text, with the line ends of the side it goes to. A and I stand for them too.',
    count: [0, 1],
    completes: [['ascii', 'binary']],
    kind: 'plain',
    run: type,
  },
  {
    names: ['ascii'],
    synopsis: '',
    help: 'transfer files as text: the same as type ascii',
    count: [0, 0],
    kind: 'plain',
    run: (context) => type(context, ['ascii']),
  },
  {
    names: ['binary', 'image'],
    synopsis: '',
    help: 'transfer files octet by octet: the same as type binary',
    count: [0, 0],
    kind: 'plain',
    run: (context) => type(context, ['binary']),
  },
  toggled('hash', 'print # as transfers go on', 'For terminals that cannot show a progress bar.'),
  toggled('progress', 'show how far transfers are, on a terminal'),
  toggled('prompt', 'ask for each file, on a terminal, where a command takes several'),
  toggled(
    'glob',
    'have * ? [ ] in names stand for several files',
    'For mget, mput and mdelete; ls passes them on to the server.',
  ),
];

/** The command for a setting that is on or off. */
function toggled(name: Switch, help: string, details = ''): CommandEntry {
  return {
    names: [name],
    synopsis: '[on|off]',
    help,
    details: `${details} Without a word, the other one of the two.`.trimStart(),
    count: [0, 1],
    completes: [['on', 'off']],
    kind: 'plain',
    run: ({ preferences, console }, [word]) => {
      preferences[name] = onOrOff(name, word, preferences[name]);
      console.note(`${name} ${shownSwitch(preferences[name])}`);
      return Promise.resolve();
    },
  };
}

async function passive({ sessions, preferences, console }: CommandContext, [word]: readonly string[]): Promise<void> {
  const { client } = sessions;
  const before = (client?.mode ?? preferences.mode) === 'passive';
  const on = onOrOff('passive', word, before);
  preferences.mode = on ? 'passive' : 'active';
  if (client !== undefined) client.mode = preferences.mode;
  console.note(`passive ${shownSwitch(on)}`);
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

/** What can be said to type, and in a TYPE command. */
const TYPES: Readonly<Record<string, RepresentationType>> = { ascii: 'A', a: 'A', binary: 'I', image: 'I', i: 'I' };

async function type({ preferences, console }: CommandContext, [word]: readonly string[]): Promise<void> {
  if (word !== undefined) {
    const wanted = TYPES[word.toLowerCase()];
    if (wanted === undefined) throw new ClientError('command', 'type takes ascii or binary.');
    preferences.type = wanted;
  }
  console.note(`type ${shownType(preferences.type)}`);
  return Promise.resolve();
}

/** @throws ClientError when the word is neither; without one it is the other than now */
function onOrOff(command: string, word: string | undefined, now: boolean): boolean {
  const wanted = word?.toLowerCase() ?? shownSwitch(!now);
  if (wanted !== 'on' && wanted !== 'off') throw new ClientError('command', `${command} takes on or off.`);
  return wanted === 'on';
}

export const shownSwitch = (on: boolean): 'on' | 'off' => (on ? 'on' : 'off');

export const shownType = (type: RepresentationType): 'ascii' | 'binary' => (type === 'A' ? 'ascii' : 'binary');
