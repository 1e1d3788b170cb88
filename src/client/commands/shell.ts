/** Where commands come from, and what a failure of one means: behind `--`, from a script, or from a person. */
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { bindCommand, type BoundCommand } from './commands.js';
import type { Console } from '../terminal/console.js';
import { deferred } from '../session/deferred.js';
import { ClientError } from '../error.js';
import type { Session } from '../session/session.js';
import type { Input } from '../terminal/questions.js';
import { splitWords } from '../cli/words.js';

/** Tells of interrupts (Ctrl-C, SIGINT, SIGTERM). Gives what stops the telling. */
export type OnInterrupt = (listener: () => void) => () => void;

const PROMPT = 'sftpc> ';

export class Shell {
  readonly #session: Session;
  readonly #console: Console;

  constructor(session: Session, console: Console) {
    this.#session = session;
    this.#console = console;
  }

  /** Runs commands in turn; stops at the first that fails. @throws ClientError of that command */
  async runAll(commands: readonly BoundCommand[], onInterrupt: OnInterrupt): Promise<void> {
    for (const command of commands) {
      await this.#run(command, onInterrupt, 'end');
      if (command.entry.kind === 'end') return;
    }
  }

  /** Runs the lines of a script; stops at the first that fails. @throws ClientError that names the line */
  async runScript(input: Input, onInterrupt: OnInterrupt): Promise<void> {
    const lines = createInterface({ input, crlfDelay: Infinity });
    let number = 0;
    try {
      for await (const line of lines) {
        number += 1;
        const command = parseLine(line);
        if (command === undefined) continue;
        await this.#run(command, onInterrupt, 'end');
        if (command.entry.kind === 'end') return;
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const { hint, reply, failure } = error;
      throw new ClientError(error.kind, `line ${number}: ${error.message}`, {
        ...(hint === undefined ? {} : { hint }),
        ...(reply === undefined ? {} : { reply }),
        ...(failure === undefined ? {} : { failure }),
      });
    } finally {
      lines.close();
    }
  }

  /**
   * Prompts until bye or Ctrl-D. A command that fails is reported, and the session goes on.
   * @throws ClientError when the session ends otherwise
   */
  async runPrompt(input: Input, output: Writable): Promise<void> {
    const lines = createInterface({ input, output, prompt: PROMPT, historySize: 200 });
    const interrupts = new Set<() => void>();
    lines.on('SIGINT', () => {
      for (const listener of interrupts) listener();
      if (interrupts.size > 0) return;
      output.write('\n(bye or Ctrl-D ends the session)\n');
      // Ctrl-U: what was typed so far is given up.
      lines.write(null, { ctrl: true, name: 'u' });
      lines.prompt();
    });
    const onInterrupt: OnInterrupt = (listener) => {
      interrupts.add(listener);
      return () => interrupts.delete(listener);
    };
    const next: AsyncIterator<string, undefined> = lines[Symbol.asyncIterator]();
    try {
      for (;;) {
        lines.prompt();
        // Read anew each time: a session that was opened again has another connection.
        const { failed } = this.#session.connection;
        const line: IteratorResult<string, undefined> = await Promise.race([next.next(), failed]).finally(() => {
          // The message of an end at the prompt begins a line of its own.
          if (!this.#session.connection.isOpen) output.write('\n');
        });
        if (line.done === true) {
          output.write('\n');
          return;
        }
        if ((await this.#typed(line.value, onInterrupt)) === 'end') return;
      }
    } finally {
      lines.close();
    }
  }

  /** One typed line. */
  async #typed(line: string, onInterrupt: OnInterrupt): Promise<'end' | 'go on'> {
    try {
      const command = parseLine(line);
      if (command === undefined) return 'go on';
      await this.#run(command, onInterrupt, 'stay');
      return command.entry.kind === 'end' ? 'end' : 'go on';
    } catch (error) {
      if (!(error instanceof ClientError) || !this.#session.connection.isOpen) throw error;
      this.#console.error(error);
      return 'go on';
    }
  }

  /** @param idle - what an interrupt does where no transfer runs: ends the session, or gives up waiting for the reply */
  async #run({ entry, args }: BoundCommand, onInterrupt: OnInterrupt, idle: 'end' | 'stay'): Promise<void> {
    const aborting = new AbortController();
    const givenUp = deferred<never>();
    const stop = onInterrupt(() => {
      const { connection } = this.#session;
      aborting.abort();
      if (entry.kind === 'transfer') return;
      if (entry.kind === 'end') connection.close();
      else if (idle === 'end') connection.fail(new ClientError('command', 'Interrupted.'));
      // What was sent cannot be called back; its reply is passed over when it comes.
      else givenUp.reject(new ClientError('command', 'Interrupted. The server may still do what it was asked.'));
    });
    try {
      const work = entry.run({ session: this.#session, console: this.#console, signal: aborting.signal }, args);
      work.catch(() => undefined);
      await Promise.race([work, givenUp.promise]);
    } finally {
      stop();
    }
  }
}

/** The command of a line; undefined for a blank one or a comment. @throws ClientError */
function parseLine(line: string): BoundCommand | undefined {
  const words = splitWords(line);
  if (!words.ok) throw new ClientError('command', `This line cannot be read: ${words.error}.`);
  if (words.value.length === 0) return undefined;
  const command = bindCommand(words.value);
  if (!command.ok) throw new ClientError('command', command.error);
  return command.value;
}
