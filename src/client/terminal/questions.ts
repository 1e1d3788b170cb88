/** Questions to the person at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { Secret } from '../../lib/secret.js';
import { ClientError } from '../error.js';

/** Standard input as this program uses it; a terminal has the last two. */
export interface Input extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
}

/** What is asked where somebody can be asked. Both reject with a ClientError on Ctrl-C and Ctrl-D. */
export interface Asking {
  readonly line: (prompt: string) => Promise<string>;
  /** Without showing what is typed. */
  readonly secret: (prompt: string) => Promise<Secret<string>>;
}

const interrupted = (): ClientError => new ClientError('command', 'Interrupted.');

/** Asks for one line. @throws ClientError on Ctrl-C and Ctrl-D */
export async function ask(input: Input, output: Writable, prompt: string): Promise<string> {
  const lines = createInterface({ input, output, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('close', () => reject(interrupted()));
      lines.question(prompt).then(resolve, reject);
    });
  } finally {
    lines.close();
  }
}

/** Asks until the answer is yes or no. */
export async function askYesNo(input: Input, output: Writable, question: string): Promise<boolean> {
  for (let prompt = `${question} (yes/no) `; ; prompt = 'Please type yes or no: ') {
    const answer = (await ask(input, output, prompt)).trim().toLowerCase();
    if (answer === 'yes') return true;
    if (answer === 'no' || answer === 'n') return false;
  }
}

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACE = 0x08;
const LF = 0x0a;
const CR = 0x0d;
const CTRL_U = 0x15;
const DELETE = 0x7f;

/** Asks for a password, without showing it. @throws ClientError on Ctrl-C and Ctrl-D */
export async function askSecret(input: Input, output: Writable, prompt: string): Promise<Secret<string>> {
  output.write(prompt);
  input.setRawMode?.(true);
  const typed: number[] = [];
  let take: (chunk: Buffer) => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      take = (chunk) => {
        for (const octet of chunk) {
          if (octet === CR || octet === LF) return resolve();
          if (octet === CTRL_C || octet === CTRL_D) return reject(interrupted());
          edit(typed, octet);
        }
      };
      input.on('data', take);
      input.once('end', () => reject(interrupted()));
      input.resume();
    });
    return new Secret(Buffer.from(typed).toString('utf8'));
  } finally {
    input.off('data', take);
    input.pause();
    input.setRawMode?.(false);
    output.write('\n');
  }
}

function edit(typed: number[], octet: number): void {
  if (octet === CTRL_U) typed.length = 0;
  else if (octet === BACKSPACE || octet === DELETE) {
    // The octets of one UTF-8 character go together.
    while (((typed.pop() ?? 0) & 0xc0) === 0x80);
  } else typed.push(octet);
}
