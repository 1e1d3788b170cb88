/** What becomes of a step of a run that fails: it ends the run or, with --keep-going, is told and passed over. */
import { ClientError, EXIT } from '../error.js';
import type { Console } from '../terminal/console.js';
import type { OnInterrupt } from '../terminal/interrupts.js';
import type { Settings } from './arguments.js';
import { reportError } from './report.js';

/** Does a step. @throws ClientError of the step where it ends the run */
export type Attempt = (step: () => Promise<void>) => Promise<void>;

export interface Attempts {
  readonly attempt: Attempt;
  /** For all that waits within a step: after an interrupt no other step begins. */
  readonly onInterrupt: OnInterrupt;
  /** The exit status where nothing has ended the run: that of the first step that failed. */
  readonly status: () => number;
}

/** @param mayGoOn - whether another step makes sense after one that failed */
export function attempts(
  { onFailure }: Pick<Settings, 'onFailure'>,
  console: Console,
  onInterrupt: OnInterrupt,
  mayGoOn: () => boolean,
): Attempts {
  let status: number = EXIT.ok;
  let state: 'running' | 'interrupted' = 'running';
  return {
    attempt: async (step) => {
      try {
        await step();
      } catch (error) {
        const isLast = onFailure === 'stop' || state === 'interrupted' || !mayGoOn();
        if (isLast || !(error instanceof ClientError)) throw error;
        const failed = reportError(console, error);
        if (status === EXIT.ok) status = failed;
      }
    },
    onInterrupt: (listener) =>
      onInterrupt(() => {
        state = 'interrupted';
        listener();
      }),
    status: () => status,
  };
}
