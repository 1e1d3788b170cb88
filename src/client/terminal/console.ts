/**
 * What is printed and where: data (listings, replies asked for) on standard output, everything else on standard error. Text
 * of a server is escaped on its way: a file name with an ESC in it must not drive the terminal.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { escapeText } from '../../lib/escape.js';
import { LocalError, type ClientError } from '../error.js';
import { adviceOf, reasonOf } from '../local/local-file.js';
import { nameToWire } from '../remote-name.js';
import type { Sink } from '../terms.js';
import type { TraceLine } from '../terms.js';
import { errorObject, jsonEvent } from './json-events.js';
import { PLAIN, type Look } from './look.js';
import { Screen } from './screen.js';

const LF = 0x0a;

/** The longest line of a listing that is kept together, in octets. */
const MAX_SHOWN_LINE = 65_536;

/** `json`: what would go to standard output as text goes there as JSON, one object a line. */
export type OutputForm = 'text' | 'json';

/** `errors`: notes are left out, as --quiet asks. */
export type Talk = 'all' | 'errors';

export class Console {
  readonly form: OutputForm;
  /** That of standard error: what goes to standard output is data, and stays as it is. */
  readonly look: Look;
  /** What is printed goes above what is drawn there. */
  readonly screen = new Screen();
  readonly #out: Writable;
  readonly #notes: Writable;
  readonly talk: Talk;
  #failure: LocalError | undefined;

  constructor(out: Writable, notes: Writable, form: OutputForm = 'text', talk: Talk = 'all', look: Look = PLAIN) {
    this.#out = out;
    this.#notes = notes;
    this.form = form;
    this.talk = talk;
    this.look = look;
  }

  /** Why standard output took no more. Texts that fail are rejected with it; objects, which nobody waits for, are not. */
  get failure(): LocalError | undefined {
    return this.#failure;
  }

  /** A line of ours on standard error, good to know; may hold line ends of ours. */
  note(text: string): void {
    if (this.talk === 'all') this.warn(text);
  }

  /** As note(), but it must be known. */
  warn(text: string): void {
    this.#note(this.#fitted(text));
  }

  /** What somebody should know though nothing failed: a sentence without capital and full stop. */
  notice(text: string): void {
    this.#note(this.look.paint('notice', this.#fitted(`sftpc: ${text}`)));
    if (this.form === 'json') void this.json(jsonEvent('notice', { message: text }));
  }

  /** A text of the server, in latin1, as one line of data. */
  async data(text: string): Promise<void> {
    await this.#write(Buffer.from(text, 'latin1'));
  }

  /** A name on the server, as one line of data. */
  async name(name: string): Promise<void> {
    await this.data(nameToWire(name));
  }

  /** A file, as it is. Rejects with a LocalError when nobody reads it any more. */
  readonly file: Sink = (octets) =>
    new Promise((resolve, reject) => {
      // Its callback, as standard output forgets that it has failed.
      this.#out.write(octets, (error) => {
        if (!error) resolve();
        else if (codeOf(error) === 'EPIPE') {
          reject(new LocalError('Standard output was closed before all of the file had come.'));
        } else reject(unwritable(error));
      });
    });

  /**
   * What a command found out: one line of data, or the same as an object.
   * @param text - as data() takes it; several texts with tabs between them
   */
  async result(text: string | readonly string[], object: Readonly<Record<string, unknown>>): Promise<void> {
    const fields = typeof text === 'string' ? [text] : text;
    if (this.form === 'text')
      await this.#print(fields.map((each) => escapeText(Buffer.from(each, 'latin1'), Infinity)).join('\t'));
    else await this.json(object);
  }

  /** An object on a line of its own. */
  async json(object: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#print(jsonLine(object)).catch(() => undefined);
  }

  /** An error, and what to do next. */
  error(error: ClientError): void {
    // Our own line ends stay; what the server put into a message does not hold any.
    const message = this.#fitted(`sftpc: ${error.message.split('\n').map(shownName).join('\n')}`);
    const name = this.look.paint('error', 'sftpc:');
    const painted = error.kind === 'security' ? this.look.paint('warning', message) : message.replace(/^sftpc:/, name);
    this.#note(error.hint === undefined ? painted : `${painted}\n${this.#fitted(`  ${error.hint}`)}`);
    if (this.form === 'json') void this.json(errorObject(error));
  }

  /** A line of the control connection. */
  trace({ from, protection, text }: TraceLine): void {
    const side = from === 'client' ? this.look.paint('sent', 'C') : this.look.paint('received', 'S');
    this.#note(`${side} ${this.look.paint('aside', protection.padEnd(5))} ${shown(abridged(text))}`);
  }

  /** Something on standard error as it is. */
  #note(text: string): void {
    this.screen.print(() => void this.#notes.write(`${text}\n`));
  }

  /** Broken into lines that fit. What is to be copied or compared, fingerprints and deeply indented commands, stays whole. */
  #fitted(text: string): string {
    return text
      .split('\n')
      .map((line) => (/SHA256:|^ {4}/.test(line) ? line : this.look.wrap(line)))
      .join('\n');
  }

  /** Prints a listing line by line as it comes. `end` prints what is left. */
  listing(): { readonly sink: Sink; end(): Promise<void> } {
    let held: Uint8Array = new Uint8Array();
    return {
      sink: async (octets) => {
        let rest = Buffer.concat([held, octets]);
        for (let end = rest.indexOf(LF); end >= 0 || rest.length > MAX_SHOWN_LINE; end = rest.indexOf(LF)) {
          const line = end >= 0 ? rest.subarray(0, end) : rest.subarray(0, MAX_SHOWN_LINE);
          rest = rest.subarray(end >= 0 ? end + 1 : MAX_SHOWN_LINE);
          await this.#write(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
        }
        held = rest;
      },
      end: async () => {
        if (held.length > 0) await this.#write(held);
      },
    };
  }

  async #write(line: Uint8Array): Promise<void> {
    await this.#print(escapeText(line, Infinity));
  }

  async #print(line: string): Promise<void> {
    // A reader that has gone away (sftpc … -- ls | head) is no error of the session.
    if (this.#out.destroyed || this.#out.errored !== null) return;
    this.screen.print(() => void this.#out.write(`${line}\n`));
    const fault = faultOf(this.#out);
    if (fault !== undefined) {
      throw (this.#failure ??= unwritable(fault));
    }
    if (!this.#out.writableNeedDrain) return;
    await Promise.race([once(this.#out, 'drain'), once(this.#out, 'close')]).catch(() => undefined);
  }
}

/** What JSON.stringify leaves as it is and a terminal may obey, or show in another order: C1, and formats. */
const UNSAFE_IN_JSON = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same value to every reader of JSON. */
function jsonLine(object: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(object).replace(UNSAFE_IN_JSON, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** What keeps a stream from taking more, other than that nobody reads it. */
function faultOf({ errored }: Writable): Error | undefined {
  return errored === null || codeOf(errored) === 'EPIPE' ? undefined : errored;
}

const codeOf = (error: Error): string | undefined => (error as NodeJS.ErrnoException).code;

const unwritable = (fault: Error): LocalError =>
  new LocalError(`Standard output: ${reasonOf(fault)}.`, adviceOf(fault));

/** A token of the key exchange would fill the screen, and says nothing to a reader: --adat shows what is in it. */
const abridged = (text: string): string =>
  text.replace(
    /(?<=\bADAT[ =])([A-Za-z0-9+/]{16})[A-Za-z0-9+/=]{48,}/,
    (token, beginning: string) => `${beginning}... (${token.length} characters)`,
  );

/** Latin1 text of the server, shown as the UTF-8 it usually is; our own text with other characters, as it is. */
export function shown(text: string): string {
  const octets = /^[\0-\xff]*$/.test(text) ? Buffer.from(text, 'latin1') : text;
  return escapeText(octets, Infinity);
}

/** A name on either side, or an error's message, as it may be shown: see remote-name.ts and local/local-file.ts. */
export const shownName = (name: string): string => shown(nameToWire(name));
