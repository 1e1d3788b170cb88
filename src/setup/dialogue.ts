/** The questions, on a terminal. */
import type { Interface } from 'node:readline/promises';
import type { SetupAnswers } from '../../schemas/setup-answers.js';
import { setupAnswersSchema } from '../../schemas/setup-answers.js';
import { refusalOf } from './answers.js';
import { wrapped } from './wrapped.js';

/** Questions in the order they are asked; keyBits and program are for answers files. */
const QUESTIONS: readonly (readonly [keyof SetupAnswers, string])[] = [
  ['start', 'Started by'],
  ['port', 'Port for clients'],
  ['ftpdHost', 'Address of the ftpd'],
  ['ftpdPort', 'Port of the ftpd'],
  ['user', 'User'],
  ['workdir', 'Work directory'],
  ['cleartext', 'Cleartext sessions'],
  ['protection', 'Protection of transfers'],
  ['externalAddress', 'External address'],
  ['passivePorts', 'Passive ports'],
];

/** What stands for null. */
const NONE = 'none';

/** Says something to the person, and hears a line; undefined when there is no more. */
export interface Terminal {
  readonly say: (text: string) => void;
  readonly hear: (prompt: string) => Promise<string | undefined>;
}

/** A terminal of readline: end of input (control-D) and control-C end the dialogue. */
export function terminalOf(lines: Interface, say: (text: string) => void): Terminal {
  let closed = false;
  const ended = new Promise<undefined>((resolve) => {
    lines.once('close', () => {
      closed = true;
      resolve(undefined);
    });
  });
  lines.on('SIGINT', () => lines.close());
  return { say, hear: async (prompt) => (closed ? undefined : Promise.race([lines.question(prompt), ended])) };
}

/** Asks every question; an answer that is none is asked for again. Undefined when the person went away. */
export async function askAll(terminal: Terminal, initial: SetupAnswers): Promise<SetupAnswers | undefined> {
  terminal.say('sftpd-setup asks ten questions. Enter alone takes the answer in brackets.\n');
  const answers: Record<string, string | number | null> = { ...initial };
  for (const [name, title] of QUESTIONS) {
    terminal.say(`\n${wrapped(setupAnswersSchema.shape[name].description ?? '')}\n`);
    for (;;) {
      const line = await terminal.hear(`${title} [${String(answers[name] ?? NONE)}]: `);
      if (line === undefined) return undefined;
      const text = line.trim();
      if (text === '') break;
      const value = valueOf(name, text);
      const refusal = refusalOf(name, value);
      if (refusal === undefined) {
        answers[name] = value;
        break;
      }
      terminal.say(`${wrapped(refusal)}\n`);
    }
  }
  return setupAnswersSchema.parse(answers);
}

/** Asks whether to go on; anything but a clear yes, no or diff is asked again. No answer is no. */
export async function confirm(terminal: Terminal, diff: () => string): Promise<boolean> {
  for (;;) {
    const line = await terminal.hear('\nGo ahead? (yes, no, or diff to see each file) [no]: ');
    switch (line?.trim().toLowerCase()) {
      case 'y':
      case 'yes':
        return true;
      case 'd':
      case 'diff':
        terminal.say(diff());
        break;
      case undefined:
      case '':
      case 'n':
      case 'no':
        return false;
    }
  }
}

/** A line as the value it stands for in an answers file. */
function valueOf(name: keyof SetupAnswers, text: string): string | number | null {
  if (text === NONE && (name === 'externalAddress' || name === 'passivePorts')) return null;
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : text;
}
