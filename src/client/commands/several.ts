/** Commands that do the same with several files: which of them are meant, and what becomes of the rest when one fails. */
import { ClientError, throwIfAborted } from '../error.js';
import { nameToWire } from '../remote-name.js';
import { shown } from '../terminal/console.js';
import type { Asking } from '../terminal/questions.js';
import type { CommandContext } from './command.js';

type Context = Pick<CommandContext, 'asking' | 'console' | 'preferences' | 'sessions' | 'signal'>;

/** As ftp(1) has them: this one, not this one, this and all that follow, no more. */
type Answer = 'yes' | 'no' | 'all' | 'quit';

const ANSWERS: readonly Answer[] = ['yes', 'no', 'all', 'quit'];

/**
 * Those of the items that the user agrees to; each is asked for when it is its turn. All of them where `prompt` is off or nobody
 * can be asked.
 *
 * @param question - without its question mark
 * @throws ClientError when the user gives up answering (Ctrl-C)
 */
export async function* agreed<T>(
  items: Iterable<T>,
  question: (item: T) => string,
  { asking, preferences, signal }: Context,
): AsyncGenerator<T> {
  let asks = preferences.prompt;
  for (const item of items) {
    if (signal.aborted) return;
    const answer = asks && asking !== undefined ? await choose(question(item), asking) : 'yes';
    if (answer === 'quit') return;
    if (answer === 'all') asks = false;
    if (answer !== 'no') yield item;
  }
}

/** Asks until the answer is one, or the beginning of one. */
async function choose(question: string, asking: Asking): Promise<Answer> {
  for (
    let prompt = `${shown(nameToWire(question))}? (yes/no/all/quit) `;
    ;
    prompt = 'Please type yes, no, all or quit: '
  ) {
    const typed = (await asking.line(prompt)).trim().toLowerCase();
    const answer = typed === '' ? undefined : ANSWERS.find((each) => each.startsWith(typed));
    if (answer !== undefined) return answer;
  }
}

/**
 * Does the same with each of the items that the user agrees to, in turn. One that fails is reported, and the others follow.
 *
 * @param question - as agreed() takes it; undefined: nothing is asked
 * @throws ClientError at the end when any failed, and at once when the session is over
 */
export async function forEach<T>(
  items: readonly T[],
  context: Context,
  question: ((item: T) => string) | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const { console, sessions, signal } = context;
  let failures = 0;
  for await (const item of question === undefined ? items : agreed(items, question, context)) {
    throwIfAborted(signal);
    try {
      await work(item);
    } catch (error) {
      const goesOn = error instanceof ClientError && sessions.client?.isOpen === true && !signal.aborted;
      if (!goesOn || items.length === 1) throw error;
      console.error(error);
      failures += 1;
    }
  }
  if (failures > 0) throw new ClientError('command', `${failures} of ${items.length} failed.`);
}
