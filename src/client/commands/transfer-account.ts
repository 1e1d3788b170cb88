/** What the commands that move files have in common: what they work with, and what they say in the end. */
import { ClientError } from '../error.js';
import { Account, describeTally, type SeveralRun } from '../files/account.js';
import { transferRun } from '../files/transfer-run.js';
import { MAX_PARALLEL } from '../files/work-queue.js';
import type { RepresentationType } from '../session/session.js';
import { shownName } from '../terminal/console.js';
import { jsonEvent } from '../terminal/json-events.js';
import type { CommandContext } from './command.js';
import type { CommandOption, OptionValues } from './options.js';

export const CONTINUE: CommandOption = {
  long: 'continue',
  short: 'c',
  help: 'go on with what an earlier transfer has left; leave files alone that are the same already',
};

export const RECURSIVE: CommandOption = {
  long: 'recursive',
  short: 'r',
  help: 'take a directory with all that is in it',
};

export const PARALLEL: CommandOption = {
  long: 'parallel',
  short: 'P',
  value: 'N',
  help: `have up to N sessions at once, at most ${MAX_PARALLEL}`,
};

/** What transfers of a command work with. */
export function runOf(
  { console, observe, preferences, signal }: CommandContext,
  type: RepresentationType = preferences.type,
): SeveralRun {
  const notice = (text: string): void => console.notice(shownName(text));
  const stopping = new AbortController();
  return {
    ...transferRun({ type, observe, notice, signal: AbortSignal.any([signal, stopping.signal]) }),
    report: (error) => console.error(error),
    stop: () => stopping.abort(),
  };
}

/** Does the work of a command for several files, and says what came of it. @throws ClientError also when some have failed */
export async function accounted(
  { console }: CommandContext,
  run: SeveralRun,
  says: 'summary' | 'nothing',
  work: (account: Account) => Promise<void>,
): Promise<void> {
  const account = new Account(run);
  const { tally } = account;
  const began = performance.now();
  try {
    await work(account);
  } finally {
    const seconds = (performance.now() - began) / 1000;
    if (says === 'summary' && console.form === 'json')
      await console.json(jsonEvent('summary', { ...tally, seconds: Number(seconds.toFixed(3)) }));
    else if (says === 'summary') console.note(describeTally(tally, seconds));
  }
  const { moved, same, failed } = tally;
  if (failed > 0) throw new ClientError('command', `${failed} of ${moved + same + failed} failed.`);
}

/** The sessions to have at once. @throws ClientError */
export function parallelOf(options: OptionValues, otherwise = 1): number {
  const [text] = options.get(PARALLEL.long) ?? [];
  if (text === undefined) return otherwise;
  const number = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > MAX_PARALLEL) throw new ClientError('command', `-P takes 1 to ${MAX_PARALLEL}.`);
  return number;
}

/** Text has another size on either side, so it cannot be compared. @throws ClientError */
export function needBinary(type: RepresentationType): void {
  if (type === 'A') throw new ClientError('command', '-c works with octets as they are.', { hint: 'First: binary' });
}
