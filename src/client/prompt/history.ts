/**
 * The lines typed at the prompt, kept from run to run in a file of one line each, oldest first. What may be a password is not
 * kept, neither in the file nor for this run; nor is a line that begins with a blank.
 */
import { appendFile, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bindCommand } from '../commands/table.js';
import { splitWords } from '../commands/words.js';
import { randomName, reasonOf } from '../local/local-file.js';
import { makePrivateFolder } from '../local/state-folder.js';

/** Lines that are kept. */
export const MAX_HISTORY = 1000;

/** The file is made short again when it has grown to so many times MAX_HISTORY lines. */
const GROWTH = 2;

/** The longest line that is kept, in characters. */
const MAX_LINE = 4096;

/** What is read of the file, in octets, from its end. */
const MAX_HISTORY_FILE = 1024 * 1024;

export class History {
  readonly #file: string;
  readonly #complain: (text: string) => void;
  /** Newest first, as readline takes them. */
  #lines: readonly string[] = [];
  #writing: 'on' | 'failed' = 'on';
  #written: Promise<void> = Promise.resolve();

  private constructor(file: string, complain: (text: string) => void) {
    this.#file = file;
    this.#complain = complain;
  }

  /** Reads the file. @param complain - told, in a sentence, once, when no history can be kept */
  static async open(file: string, complain: (text: string) => void): Promise<History> {
    const history = new History(file, complain);
    await history.#orComplain(() => history.#load());
    return history;
  }

  /** Newest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Keeps a line, if it is one to be kept. */
  add(line: string): void {
    const text = line.trimEnd();
    if (text === '' || text.startsWith(' ') || text === this.#lines[0]) return;
    if (text.length > MAX_LINE || !isPrintable(text) || isSecret(text)) return;
    this.#lines = [text, ...this.#lines].slice(0, MAX_HISTORY);
    if (isCommand(text)) this.#written = this.#written.then(() => this.#orComplain(() => this.#append(text)));
  }

  /** Resolves when the file has all lines. */
  get written(): Promise<void> {
    return this.#written;
  }

  async #append(text: string): Promise<void> {
    // O_APPEND and one write: lines of several sftpc at once stand one below the other.
    if (this.#writing === 'on') await appendFile(this.#file, `${text}\n`, { mode: 0o600 });
  }

  async #load(): Promise<void> {
    await makePrivateFolder(dirname(this.#file));
    const found = (await lastOctets(this.#file)).split('\n').filter((line) => line !== '' && isPrintable(line));
    const kept = found.slice(-MAX_HISTORY);
    this.#lines = kept.filter((line, at) => line !== kept[at - 1]).toReversed();
    if (found.length > GROWTH * MAX_HISTORY) await this.#shorten(kept);
  }

  /** A line that another sftpc adds between reading and renaming is lost: once in a thousand lines, and for no harm. */
  async #shorten(lines: readonly string[]): Promise<void> {
    const temporary = `${this.#file}.${randomName()}`;
    try {
      await writeFile(temporary, lines.map((line) => `${line}\n`).join(''), { mode: 0o600, flag: 'wx' });
      await rename(temporary, this.#file);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #orComplain(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#writing = 'failed';
      this.#complain(`what you type is not remembered: ${this.#file}: ${reasonOf(error)}`);
    }
  }
}

async function lastOctets(file: string): Promise<string> {
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, MAX_HISTORY_FILE);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const text = buffer.toString('utf8', 0, bytesRead);
    return length < size ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    await handle.close();
  }
}

/** A file that somebody else has written to must not drive the terminal. */
const isPrintable = (line: string): boolean => !/\p{C}/u.test(line);

/** A line that is no command may be anything, even a password typed at the wrong moment: it is not written down. */
function isCommand(line: string): boolean {
  const words = splitWords(line);
  return line.startsWith('!') || (words.ok && bindCommand(words.value).ok);
}

/** Whether a line holds what may be a password. */
function isSecret(line: string): boolean {
  const words = splitWords(line);
  // A quote that was forgotten makes no password a harmless word.
  const [command = '', ...rest] = words.ok ? words.value : line.split(/[\s"']+/);
  const given = rest.join(' ').toLowerCase().trim().split(/\s+/);
  switch (command.toLowerCase()) {
    case 'user':
      return given.length > 1;
    case 'account':
      return given[0] !== '';
    case 'quote':
    case 'literal':
      return ['pass', 'acct'].includes(given[0] ?? '') || (given[0] === 'site' && isPasswordWord(given[1]));
    case 'site':
      return isPasswordWord(given[0]);
    default:
      // ftp://user:password@host
      return /:\/\/[^/\s]*:[^/\s]*@/.test(line);
  }
}

/** SITE commands of various servers that set a password: PASSWD, PSWD, CHPWD, CPWD … */
const isPasswordWord = (word = ''): boolean => /pass|psw|pwd/.test(word);
