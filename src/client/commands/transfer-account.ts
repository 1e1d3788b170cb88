/** What the commands that move files have in common: what they work with, and what they say in the end. */
import { ClientError } from '../error.js';
import { Account, type SeveralRun, type Tally } from '../files/account.js';
import { transferRun } from '../files/transfer-run.js';
import { MAX_PARALLEL } from '../files/work-queue.js';
import type { RepresentationType } from '../terms.js';
import { shownName } from '../terminal/console.js';
import { jsonEvent } from '../terminal/json-events.js';
import { rateInWords } from '../terminal/quantity.js';
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

export interface Accounting {
  readonly says: 'summary' | 'nothing';
  /** How to go on with what an interrupt has left; undefined where nothing is left. */
  readonly goOn: string | undefined;
}

/** Does the work of a command for several files, and says what came of it. @throws ClientError also when some have failed */
export async function accounted(
  { console }: CommandContext,
  run: SeveralRun,
  { says, goOn }: Accounting,
  work: (account: Account) => Promise<void>,
): Promise<void> {
  const account = new Account(run);
  const { tally } = account;
  const [outcome] = await Promise.allSettled([work(account)]);
  const { moved, same, failed } = tally;
  const { seconds } = account;
  if (says === 'summary' && console.form === 'json') {
    await console.json(jsonEvent('summary', { ...tally, seconds: Number(seconds.toFixed(3)) }));
  } else if (says === 'summary' && !(account.isFruitless && (failed > 0 || outcome.status === 'rejected'))) {
    console.note(describeTally(tally, seconds));
  }
  if (outcome.status === 'rejected') throw goOn === undefined ? outcome.reason : goingOn(outcome.reason, goOn);
  if (failed > 0) throw new ClientError('command', `${failed} of ${moved + same + failed} failed.`);
}

/** An interrupt ends several transfers, of which the error names one. */
function goingOn(error: unknown, hint: string): unknown {
  if (!(error instanceof ClientError) || error.code !== 'interrupted' || error.hint === undefined) return error;
  return new ClientError(error.kind, error.message, { code: error.code, hint });
}

/** `117 files, 1048576 octets in 3.2 s (327.7 kB/s); 5 the same; 2 failed`. */
function describeTally(tally: Tally, seconds: number): string {
  const { moved, octets, same, passedOver, madeDirectories, deleted, failed } = tally;
  const rate = octets > 0 && seconds > 0 ? ` (${rateInWords(octets / seconds)})` : '';
  const rest: readonly (readonly [number, string])[] = [
    [same, 'the same'],
    [madeDirectories, madeDirectories === 1 ? 'folder made' : 'folders made'],
    [deleted, 'deleted'],
    [passedOver, 'passed over'],
    [failed, 'failed'],
  ];
  return [
    `${moved} ${moved === 1 ? 'file' : 'files'}, ${octets} octets in ${seconds.toFixed(1)} s${rate}`,
    ...rest.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
  ].join('; ');
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
