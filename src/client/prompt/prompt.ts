/**
 * The prompt: commands that a person types, one a line. A command that fails is reported and the prompt comes back, also where
 * the session is over: another one can be opened.
 */
import { constants } from 'node:os';
import type { CommandContext } from '../commands/command.js';
import { runCommand } from '../commands/runner.js';
import type { Sessions } from '../commands/sessions.js';
import { COMMANDS, parseLine } from '../commands/table.js';
import { ClientError, throwIfAborted } from '../error.js';
import { CONNECT_AGAIN, LATER } from '../hints.js';
import type { RemoteEntry } from '../listing/entry.js';
import type { OnInterrupt } from '../terminal/interrupts.js';
import { LineEditor, type Entered } from '../terminal/line-editor.js';
import type { Terminal } from '../terminal/terminal.js';
import { complete } from './completion.js';
import { History } from './history.js';
import { RemoteDirectories } from './remote-directories.js';

type Context = Omit<CommandContext, 'signal'>;

export interface PromptSetting {
  readonly terminal: Terminal;
  /** The lines of earlier runs are there, and those of this one will be. */
  readonly historyFile: string;
  readonly context: Context;
  /** Signals from elsewhere: what is typed is seen by the keyboard. */
  readonly onInterrupt: OnInterrupt;
  /** The number of the last one. */
  readonly signal: (() => number | undefined) | undefined;
}

/** Prompts until bye, Ctrl-D, the end of the terminal or a signal that says so. @throws ClientError because of the signal */
export async function runPrompt(setting: PromptSetting): Promise<void> {
  const { terminal, historyFile, context, onInterrupt, signal } = setting;
  const { keyboard } = terminal;
  const history = await History.open(historyFile, (text) => context.console.notice(text));
  const terminated = new AbortController();
  const interrupted = (): void => {
    stop = onInterrupt(interrupted);
    keyboard.interrupt();
    if ([undefined, constants.signals.SIGINT].includes(signal?.())) return;
    terminated.abort();
    keyboard.end();
  };
  let stop = onInterrupt(interrupted);
  // Not only while a line is typed: a command that runs must not be shown what is typed ahead.
  const letGo = keyboard.hold();
  try {
    await new Prompt(setting, history).run();
    await history.written;
  } finally {
    letGo();
    stop();
  }
  if (terminated.signal.aborted) throw new ClientError('command', 'Terminated.');
}

class Prompt {
  readonly #setting: PromptSetting;
  readonly #history: History;
  readonly #directories: RemoteDirectories;
  /** Errors of which the user has heard. */
  readonly #told = new WeakSet<Error>();

  constructor(setting: PromptSetting, history: History) {
    this.#setting = setting;
    this.#history = history;
    this.#directories = new RemoteDirectories(() => setting.context.sessions.client);
  }

  async run(): Promise<void> {
    const { terminal } = this.#setting;
    let last: Entered['kind'] = 'line';
    while (terminal.keyboard.isOpen) {
      const entered = await this.#line();
      if (entered.kind === 'end') return;
      if (entered.kind === 'interrupted' && entered.after === 'nothing' && last === 'interrupted') {
        terminal.output.write('(bye or Ctrl-D ends sftpc)\n');
      }
      last = entered.kind;
      if (entered.kind === 'interrupted') continue;
      // Not waited for: an interrupt that comes now is the command's.
      this.#history.add(entered.text);
      if ((await this.#perform(entered.text)) === 'end') return;
    }
  }

  /** The next line. A session that ends meanwhile is reported above it. */
  async #line(): Promise<Entered> {
    const { terminal } = this.#setting;
    const list = async (directory: string): Promise<readonly RemoteEntry[]> => {
      const entries = await this.#directories.list(directory);
      // It may have opened the session again, which then stands on another connection.
      this.#watch(editor);
      return entries;
    };
    const editor = new LineEditor(terminal, {
      prompt: this.#prompt(),
      history: this.#history.lines,
      complete: (line) => complete(line, COMMANDS, list),
    });
    this.#watch(editor);
    return editor.entered;
  }

  /** Tells of the session's end while that line is typed; while a command runs, the command tells of it. */
  #watch(editor: LineEditor): void {
    this.#setting.context.sessions.client?.connection.failed.catch((error: unknown) => {
      if (!editor.isTyping) return;
      // A command that waited has told of it already.
      if (!(error instanceof Error && this.#told.has(error))) this.#tellOfEnd(error);
      editor.prompt = this.#prompt();
    });
  }

  /** One typed line. */
  async #perform(line: string): Promise<'end' | 'go on'> {
    const { context, terminal } = this.#setting;
    const wasOpen = this.#isOpen();
    try {
      const command = parseLine(line);
      if (command === undefined) return 'go on';
      await this.#settled();
      await runCommand(command, context, terminal.keyboard.onInterrupt, 'stay');
      return command.entry.kind === 'end' ? 'end' : 'go on';
    } catch (error) {
      if (wasOpen && !this.#isOpen()) this.#tellOfEnd(error);
      else this.#tell(error);
      return 'go on';
    } finally {
      if (!KEEPING.test(line)) this.#directories.forget();
    }
  }

  /** Completion may still have a listing under way. */
  async #settled(): Promise<void> {
    const giveUp = new AbortController();
    const stop = this.#setting.terminal.keyboard.onInterrupt(() => giveUp.abort());
    await this.#directories.settle(giveUp.signal).finally(stop);
    throwIfAborted(giveUp.signal);
  }

  #tell(error: unknown): void {
    if (!(error instanceof ClientError)) throw error;
    for (let told: unknown = error; told instanceof Error; told = told.cause) this.#told.add(told);
    this.#setting.context.console.error(error);
  }

  #isOpen(): boolean {
    return this.#setting.context.sessions.client?.isOpen === true;
  }

  /** As #tell, of what has cost the session. */
  #tellOfEnd(error: unknown): void {
    if (!(error instanceof ClientError)) throw error;
    const { kind, message, code, reply } = error;
    const told = new ClientError(kind, message, { code, reply, hint: wayBack(error.hint) });
    this.#tell(Object.assign(told, { cause: error }));
  }

  #prompt(): string {
    const { terminal, context } = this.#setting;
    const text = promptText(context.sessions);
    return terminal.look.paint(text === PROTECTED ? 'prompt' : 'error', text.trimEnd()) + ' ';
  }
}

const PROTECTED = 'sftpc> ';

const AGAIN = 'open connects again.';

/** What to do next about the end of a session that was there: `open` in the place of advice that says no more than that. */
function wayBack(hint: string | undefined): string {
  if (hint === undefined) return AGAIN;
  const general = [CONNECT_AGAIN, LATER].find((each) => hint.startsWith(each + ' ') || hint === each);
  return general === undefined ? `${hint}\n  ${AGAIN}` : AGAIN + hint.slice(general.length);
}

/** Short, and plain as long as all is as it should be: what is not protected is said before each command. */
function promptText({ client }: Sessions): string {
  if (client?.isOpen !== true) return `(not connected) ${PROTECTED}`;
  if (!client.isProtected) return `(in clear) ${PROTECTED}`;
  return client.level === 'C' ? `(data in clear) ${PROTECTED}` : PROTECTED;
}

/** Commands behind which the server has the files and directories that it had before. */
const KEEPING =
  /^\s*(?:ls|dir|mls|pwd|get|mget|reget|size|modtime|status|type|binary|ascii|help|lpwd|lcd|prompt|glob|hash)\b/;
