/** Commands: RFC 959 §5.3, RFC 2640 §3.1 (arguments are octets, whatever their character set). */
import { err, ok, type Result } from '../lib/result.js';
import { MAX_VERB } from './limits.js';
import { lineOctets } from './telnet.js';

/** One command. */
export interface Command {
  /** Upper case; a letter, then letters or digits. */
  readonly verb: string;
  /** Verbatim latin1. Undefined when there is no space after the verb, '' when there is one and nothing behind it. */
  readonly argument: string | undefined;
}

/**
 * `empty`: nothing on the line; `forbidden-octet`: CR, LF or NUL within; `no-verb`: it does not begin with a verb of at
 * most MAX_VERB characters followed by a space or the end.
 */
export type CommandError = 'empty' | 'forbidden-octet' | 'no-verb';

/**
 * Leading spaces (some clients send them), and what is left of a Telnet sequence that lost its urgent octet: FF FF F2 when
 * the F4 was taken out, F4 when the first FF was. No verb begins so.
 */
const LEADING = /^[ \xf0-\xff]+/;
const SHAPE = new RegExp(`^([A-Za-z][A-Za-z0-9]{0,${MAX_VERB - 1}})(?: ([^]*))?$`);

/**
 * Parses one line without its end of line. A CR within is refused rather than passed on (RFC 2640 §3.1 would have it sent
 * as CR NUL): behind us is an ftpd that may take it for the end of the line, and the rest for a command of its own.
 */
export function parseCommand(text: string): Result<Command, CommandError> {
  if (/[\r\n\0]/.test(text)) return err('forbidden-octet');
  const line = text.replace(LEADING, '');
  if (line === '') return err('empty');
  const match = SHAPE.exec(line);
  const verb = match?.[1];
  return verb === undefined ? err('no-verb') : ok({ verb: verb.toUpperCase(), argument: match?.[2] });
}

/** The line of a command, without CRLF. */
export function formatCommand(command: Command): string {
  return command.argument === undefined ? command.verb : `${command.verb} ${command.argument}`;
}

/**
 * The octets of a command line ready to send: Telnet-escaped, with CRLF.
 *
 * @throws RangeError if the text holds CR, LF or NUL: parseCommand refuses these, so here they are a bug, and sending
 *   them would smuggle a second command.
 */
export function commandOctets(text: string): Uint8Array {
  if (/[\r\n\0]/.test(text)) throw new RangeError('a command line must not hold CR, LF or NUL');
  return lineOctets([text]);
}
