/** The work of a run: its sessions, and what is done in them. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { initialPreferences, type Preferences } from '../commands/preferences.js';
import { Sessions } from '../commands/sessions.js';
import { ClientError } from '../error.js';
import type { TransferObserver } from '../files/transfer-events.js';
import { reasonOf } from '../local/local-file.js';
import { stateFolder } from '../local/state-folder.js';
import type { Console } from '../terminal/console.js';
import { withoutInterrupts } from '../terminal/interrupts.js';
import { transferObject } from '../terminal/json-events.js';
import type { Person } from '../terminal/person.js';
import { transferNotes } from '../terminal/transfer-notes.js';
import type { Settings } from './arguments.js';
import { attempts } from './attempts.js';
import type { Place } from './credentials.js';
import { entrance } from './entrance.js';
import { runAll, runScript, type ScriptRun } from './script.js';
import { download, upload, type Enter } from './url-transfers.js';
import { placesOf, startAt, type Start, type Work } from './work.js';
import type { World } from './world.js';

/** Gives the exit status. @throws ClientError of what ended the run */
export async function serve(settings: Settings, world: World, console: Console): Promise<number> {
  const work = workHere(settings, world);
  if (placesOf(work).some(({ password }) => password !== undefined)) {
    console.notice(
      'a password on the command line can be read by every user of this machine; --password-file hides it',
    );
  }
  const person = await personFor(work, world, console);
  const stopRenewing = world.onContinue?.(() => console.screen.renew());
  const preferences = initialPreferences(settings.mode);
  const sessions = new Sessions(
    entrance({ settings, world, console, preferences, asking: person, confirm: person?.agree }),
  );
  const steps = attempts(
    settings,
    console,
    world.onInterrupt,
    // A URL needs nothing of the one before it.
    () => work.kind === 'download' || sessions.client?.isOpen === true,
  );
  const context = {
    sessions,
    console,
    preferences,
    observe: await observer(world, console, preferences),
    asking: person,
    lend: <T>(work: () => Promise<T>) => {
      const alone = (): Promise<T> => withoutInterrupts(world.onInterrupt, work);
      return person === undefined ? alone() : person.lend(alone);
    },
    input: isFree(work) ? world.stdin : undefined,
  };
  const run: ScriptRun = { context, onInterrupt: steps.onInterrupt, attempt: steps.attempt };
  try {
    await perform(work, run, world, person);
    return steps.status();
  } finally {
    person?.leave();
    stopRenewing?.();
    await sessions.close();
  }
}

/** What the command line asks for, here. @throws ClientError of kind `usage` where it cannot be done here */
function workHere({ work, form }: Settings, { stdin, stdout }: World): Work {
  const isTerminal = stdin.isTTY === true;
  const start = startAt(work);
  if (start !== undefined && form === 'text' && isTerminal && stdout.isTTY === true) {
    return { kind: 'session', start };
  }
  if (work.kind === 'session' && work.start === undefined && !isTerminal) {
    throw new ClientError('usage', 'Name the server: sftpc [options] host [port].', {
      hint: 'Commands from standard input may begin with open: --batch -',
    });
  }
  if (work.kind === 'session' && isTerminal && form === 'json') {
    throw new ClientError('usage', '--json is for scripts, and this would be a session at the terminal.', {
      hint: 'Name commands behind --, a file of them with --batch, or a URL.',
    });
  }
  return work;
}

/** Whether standard input holds no commands. */
function isFree(work: Work): boolean {
  return work.kind === 'batch' ? work.file !== '-' : work.kind !== 'session';
}

/** Who can be asked. What only somebody at a terminal needs is loaded only there: a script starts without. */
async function personFor(work: Work, world: World, console: Console): Promise<Person | undefined> {
  // Where a script or a file is read from, no answers are.
  const isTaken = (work.kind === 'batch' || work.kind === 'upload') && work.file === '-';
  if (world.stdin.isTTY !== true || isTaken) return undefined;
  const { personAt } = await import('../terminal/person.js');
  return personAt(world, console);
}

async function perform(work: Work, run: ScriptRun, world: World, person: Person | undefined): Promise<void> {
  const enter = entering(run);
  switch (work.kind) {
    case 'session':
      await begin(work.start, run, enter);
      if (person === undefined) return runScript(world.stdin, undefined, run);
      run.context.console.note(
        work.start === undefined
          ? 'open HOST connects, help lists the commands, bye ends.'
          : 'Logged in. help lists the commands, bye ends the session.',
      );
      return prompt(person, run.context, world);
    case 'commands':
      await begin(work.start, run, enter);
      return runAll(work.commands, run);
    case 'batch': {
      const input = await scriptOf(work.file, world);
      await begin(work.start, run, enter);
      return runScript(input, work.file === '-' ? undefined : work.file, run);
    }
    case 'download':
      return download(work, run, enter);
    case 'upload':
      return upload(work, run, enter);
  }
}

/** Takes commands from the person until bye. */
async function prompt({ terminal }: Person, context: ScriptRun['context'], world: World): Promise<void> {
  const { runPrompt } = await import('../prompt/prompt.js');
  const { onInterrupt, signal } = world;
  await runPrompt({ terminal, historyFile: join(stateFolder(world.env), 'history'), context, onInterrupt, signal });
}

async function begin(start: Start | undefined, { context }: ScriptRun, enter: Enter): Promise<void> {
  if (start === undefined) return;
  await enter(start.place);
  if (start.directory !== undefined) await context.sessions.current.changeDirectory(start.directory);
}

/** One session serves all places of one user's on one server. */
function entering({ context: { sessions }, onInterrupt }: ScriptRun): Enter {
  let entered: Place | undefined;
  return async (place) => {
    const { host, port, user } = place;
    const isHere = entered?.host === host && entered.port === port && entered.user === user;
    if (isHere && sessions.client?.isOpen === true) return;
    await sessions.close();
    const opening = new AbortController();
    const stop = onInterrupt(() => opening.abort());
    await sessions.open(place, opening.signal).finally(stop);
    entered = place;
  };
}

/** @throws ClientError of kind `usage` */
async function scriptOf(file: string, { stdin }: World): Promise<Readable> {
  if (file === '-') return stdin;
  const hint = 'Name a file of commands: --batch FILE.';
  try {
    const opened = await open(file);
    if (!(await opened.stat()).isDirectory()) return opened.createReadStream();
    await opened.close();
  } catch (error) {
    throw new ClientError('usage', `${file}: ${reasonOf(error)}.`, { hint });
  }
  throw new ClientError('usage', `${file} is a folder.`, { hint });
}

/** Lines for people, on a terminal also how far a transfer is; and objects for programs. */
async function observer(world: World, console: Console, preferences: Preferences): Promise<TransferObserver> {
  const observers = [transferNotes(console)];
  if (console.form === 'json') observers.push((event) => void console.json(transferObject(event)));
  else if (console.look.terminal === 'drawing' && console.talk === 'all') {
    const { hashMarks, progressBars } = await import('../terminal/transfer-display.js');
    const setting = { console, stream: world.stderr, preferences };
    observers.unshift(progressBars(setting), hashMarks(setting));
  }
  return (event) => observers.forEach((observe) => observe(event));
}
