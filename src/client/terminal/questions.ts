/** Questions to the person at the terminal. Answers are in no history. */
import { clearScreenDown, cursorTo } from 'node:readline';
import { Secret } from '../../lib/secret.js';
import { ClientError, interrupted } from '../error.js';
import { deferred } from '../session/deferred.js';
import { LineEditor } from './line-editor.js';
import type { Terminal } from './terminal.js';

/** What is asked where somebody can be asked. Both reject with a ClientError on Ctrl-C and Ctrl-D. */
export interface Asking {
  readonly line: (prompt: string) => Promise<string>;
  /** Without showing what is typed. */
  readonly secret: (prompt: string) => Promise<Secret<string>>;
}

const unanswered = (): ClientError => new ClientError('command', 'No answer was given.');

/** Asks for one line. @throws ClientError on Ctrl-C and Ctrl-D */
export async function ask(terminal: Terminal, prompt: string): Promise<string> {
  const entered = await new LineEditor(terminal, { prompt }).entered;
  if (entered.kind !== 'line') throw entered.kind === 'interrupted' ? interrupted() : unanswered();
  return entered.text;
}

/** Asks until the answer is yes or no, in full. @throws ClientError on Ctrl-C and Ctrl-D */
export async function askYesNo(terminal: Terminal, question: string): Promise<boolean> {
  const { look, output, screen } = terminal;
  const lines = look.wrap(`${question} (yes/no) `).split('\n');
  const before = lines.slice(0, -1).map((line) => `${line}\n`);
  screen.print(() => void output.write(before.join('')));
  for (let prompt = lines.at(-1) ?? ''; ; prompt = 'Please type yes or no: ') {
    const answer = (await ask(terminal, prompt)).trim().toLowerCase();
    if (answer === 'yes') return true;
    if (answer === 'no' || answer === 'n') return false;
  }
}

const CTRL_D = 0x04;
const BACKSPACE = 0x08;
const LF = 0x0a;
const CR = 0x0d;
const CTRL_U = 0x15;
const DELETE = 0x7f;

/** Asks for a password, without showing it. @throws ClientError on Ctrl-C and Ctrl-D */
export async function askSecret(terminal: Terminal, prompt: string): Promise<Secret<string>> {
  const { keyboard, output, screen } = terminal;
  const typed: number[] = [];
  const answer = deferred<Secret<string>>();
  const end = (): void => answer.reject(unanswered());
  const drawing = {
    draw: () => void output.write(prompt),
    erase: () => {
      cursorTo(output, 0);
      clearScreenDown(output);
    },
    forget: () => undefined,
  };
  const take = (octets: Buffer): void => {
    for (const octet of octets) {
      if (octet === CR || octet === LF) answer.resolve(new Secret(Buffer.from(typed).toString('utf8')));
      else if (octet === CTRL_D) end();
      else edit(typed, octet);
    }
  };
  screen.show(drawing);
  const letGo = keyboard.hold();
  const reader = { take, interrupt: () => answer.reject(interrupted()), end };
  keyboard.read(reader);
  try {
    return await answer.promise;
  } finally {
    keyboard.stop(reader);
    letGo();
    typed.fill(0);
    output.write('\n');
    screen.leave(drawing);
  }
}

function edit(typed: number[], octet: number): void {
  if (octet === CTRL_U) typed.length = 0;
  else if (octet === BACKSPACE || octet === DELETE) {
    // The octets of one UTF-8 character go together.
    while (((typed.pop() ?? 0) & 0xc0) === 0x80);
  } else typed.push(octet);
}
