/** What a door says on standard error: a line for each thing that happens, with the number of the session it happens in. */
import { quoteValue } from '../../lib/escape.js';
import type { SessionLog } from '../../session/ports.js';
import type { SessionSummary } from '../../session/session-options.js';
import type { EngineOutput } from '../engine/output.js';
import type { ClientError } from '../error.js';
import { shown, shownName, type Console } from '../terminal/console.js';

export class DoorLog {
  readonly #console: Pick<Console, 'note' | 'warn'>;

  constructor(console: Pick<Console, 'note' | 'warn'>) {
    this.#console = console;
  }

  /** What is good to know. */
  say(text: string, session?: number): void {
    this.#console.note(prefixed(text, session));
  }

  /** What has to be known. */
  warn(text: string, session?: number): void {
    this.#console.warn(prefixed(text, session));
  }

  error({ message, hint }: ClientError, session?: number): void {
    this.warn(message.split('\n').map(shownName).join('\n'), session);
    if (hint !== undefined) this.#console.warn(`  ${hint}`);
  }

  trace({ from, protection, text }: Extract<EngineOutput, { kind: 'trace' }>, session?: number): void {
    this.warn(`${from === 'client' ? 'C' : 'S'} ${protection.padEnd(5)} ${shown(text)}`, session);
  }

  /** @param duration - in milliseconds */
  ended({ reason, received, sent }: SessionSummary, duration: number, session: number): void {
    const seconds = Math.round(duration / 100) / 10;
    this.say(`ended: ${inDoorsWords(reason)}; ${seconds} s, ${received} octets up, ${sent} down`, session);
  }

  /** For the session engine, whose events of interest are who logs in, and what goes wrong. */
  forSession(session: number): SessionLog {
    return {
      event: (category, message, fields = {}) => {
        const said = Object.entries(fields).map(([name, value]) => `${name}=${quoteValue(value)}`);
        const text = [inDoorsWords(message), ...said].join(' ');
        if (category === 'users') this.say(text, session);
        if (category === 'warnings' || category === 'errors') this.warn(text, session);
      },
      debug: () => undefined,
      securityData: () => undefined,
    };
  }
}

const prefixed = (text: string, session: number | undefined): string =>
  `sftpc: ${session === undefined ? '' : `session ${session}: `}${text}`;

/** The engine's words are those of a gateway in front of an ftpd. */
const inDoorsWords = (text: string): string =>
  text
    // The server's, or what stands in its place where there is no session with it.
    .replace('ftpd ended the service', 'no session with the server')
    .replace(/\bclient\b/, 'program')
    .replace(/\bftpd\b/, 'server')
    .replace(/\bgateway\b/, 'door');
