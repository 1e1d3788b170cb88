/** Runs one command, and lets an interrupt end what it should end. */
import { ClientError } from '../error.js';
import { deferred } from '../session/deferred.js';
import type { OnInterrupt } from '../terminal/interrupts.js';
import type { BoundCommand, CommandContext } from './command.js';

/** What an interrupt does where no transfer runs: end the session, or give up waiting for the reply. */
export type WhenIdle = 'end' | 'stay';

/** @throws ClientError of the command, or because it was interrupted */
export async function runCommand(
  { entry, args, options }: BoundCommand,
  context: Omit<CommandContext, 'signal'>,
  onInterrupt: OnInterrupt,
  idle: WhenIdle,
): Promise<void> {
  const aborting = new AbortController();
  const givenUp = deferred<never>();
  const stop = onInterrupt(() => {
    const connection = context.sessions.client?.connection;
    if (aborting.signal.aborted) {
      const error = new ClientError('command', 'Interrupted again: the session was closed.');
      connection?.fail(error);
      givenUp.reject(error);
      return;
    }
    aborting.abort();
    if (entry.kind === 'transfer') return;
    if (entry.kind === 'end') connection?.close();
    else if (idle === 'end' && connection !== undefined) connection.fail(new ClientError('command', 'Interrupted.'));
    // What was sent cannot be called back; its reply is passed over when it comes.
    else givenUp.reject(new ClientError('command', 'Interrupted. The server may still do what it was asked.'));
  });
  try {
    const work = entry.run({ ...context, signal: aborting.signal }, args, options);
    work.catch(() => undefined);
    await Promise.race([work, givenUp.promise]);
  } finally {
    stop();
  }
}
