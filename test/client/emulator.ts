/** A terminal as a person has it before them: what was written to it is looked at as the lines that stand there. */
import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';
import { expect, onTestFinished } from 'vitest';
import { run, type World } from '../../src/client/cli/run.js';
import type { Output } from '../../src/client/terminal/look.js';

export class Emulator extends Writable implements Output {
  readonly isTTY = true;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  #raw = '';

  constructor(columns = 80, rows = 24) {
    super({ decodeStrings: false });
    // A terminal's line discipline makes CR LF of LF.
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
    onTestFinished(() => this.#terminal.dispose());
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  /** All octets that were written. */
  get raw(): string {
    return this.#raw;
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.emit('resize');
  }

  /** The lines that stand there, without blank ones at the end. */
  async lines(): Promise<readonly string[]> {
    await new Promise<void>((resolve) => this.#terminal.write('', resolve));
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }

  /** Waits until that is the last of the lines. */
  async until(last: RegExp): Promise<void> {
    await expect.poll(async () => (await this.lines()).at(-1), { timeout: 20_000 }).toMatch(last);
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#raw += chunk.toString();
    this.#terminal.write(chunk);
    done();
  }
}

export interface Seated {
  readonly screen: Emulator;
  /** What a person types; Enter is CR. Resolves when sftpc has had the time to take it. */
  type(...texts: readonly string[]): Promise<void>;
  /** The keyboard, as the terminal's driver knows it: `raw` as long as sftpc reads it key by key. */
  readonly mode: () => 'raw' | 'cooked';
  readonly status: Promise<number>;
}

export interface SeatedOptions extends Partial<Omit<World, 'env'>> {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly columns?: number;
  readonly rows?: number;
}

/** Runs sftpc for somebody who sits at a terminal. `env` names at least XDG_STATE_HOME. */
export function seated(argv: readonly string[], { env, columns, rows, ...world }: SeatedOptions): Seated {
  const screen = new Emulator(columns, rows);
  let mode: 'raw' | 'cooked' = 'cooked';
  const setRawMode = (raw: boolean): void => void (mode = raw ? 'raw' : 'cooked');
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
  const status = run(argv, {
    stdin,
    stdout: screen,
    stderr: screen,
    onInterrupt: () => () => undefined,
    ...world,
    env: { SFTPC_PASSWORD: 'secret', TERM: 'xterm', ...env },
  });
  onTestFinished(() => void stdin.end());
  return {
    screen,
    mode: () => mode,
    type: async (...texts) => {
      for (const text of texts) {
        stdin.write(text);
        // A person is slower than streams are.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    status,
  };
}
