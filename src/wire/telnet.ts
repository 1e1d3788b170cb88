/**
 * Telnet on the control connection: RFC 959 §4.1.3 and §5.3, RFC 854, RFC 1123 §4.1.2.12, RFC 2640 §3.1.
 *
 * A client aborts with `IAC IP IAC DM ABOR`, one octet of it sent as urgent data. Node cannot receive out of band, and the
 * kernel takes the urgent octet out of the stream, so what arrives is one of
 *
 *     FF F4 FF F2 'ABOR'   nothing was urgent, or it stayed in line
 *     FF F4 F2 'ABOR'      the second IAC was urgent (BSD ftp): a bare DM directly after IAC IP
 *     FF F4 FF 'ABOR'      the DM was urgent (RFC 959, lftp): an IAC with a letter behind it
 *
 * and all three must read as `ABOR`; a parser that takes the letter for a Telnet command hears `BOR`.
 */

const IAC = 0xff;
const SB = 0xfa;
const IP = 0xf4;
const DM = 0xf2;
const SE = 0xf0;
const WILL = 0xfb;
/** Every Telnet command is at or above this octet (RFC 854 "TELNET COMMAND STRUCTURE"; SE is the lowest). */
const LOWEST_COMMAND = SE;

type State = 'text' | 'iac' | 'interrupted' | 'option' | 'sub' | 'sub-iac';

/** Removes Telnet sequences octet by octet; its state survives chunk borders. Its memory is one word. */
export class TelnetFilter {
  #state: State = 'text';

  /**
   * Takes the next octet (0..255) of the stream.
   *
   * @returns the octet if it is text, -1 if it belongs to a Telnet sequence.
   */
  accept(octet: number): number {
    switch (this.#state) {
      case 'text':
        if (octet !== IAC) return octet;
        this.#state = 'iac';
        return -1;
      case 'interrupted':
        this.#state = octet === IAC ? 'iac' : 'text';
        return octet === IAC || octet === DM ? -1 : octet;
      case 'iac':
        return this.#command(octet);
      case 'option':
        this.#state = 'text';
        return -1;
      case 'sub':
        if (octet === IAC) this.#state = 'sub-iac';
        return -1;
      case 'sub-iac':
        this.#state = octet === SE ? 'text' : 'sub';
        return -1;
    }
  }

  /** Forgets a sequence that has begun: after a line that was too long, or when the stream is handed on. */
  reset(): void {
    this.#state = 'text';
  }

  #command(octet: number): number {
    this.#state = 'text';
    if (octet === IAC || octet < LOWEST_COMMAND) return octet;
    if (octet === IP) this.#state = 'interrupted';
    else if (octet === SB) this.#state = 'sub';
    else if (octet >= WILL) this.#state = 'option';
    return -1;
  }
}

/** Doubles each FF of a latin1 text for sending (RFC 854; RFC 2640 §3.1): undoubled it would begin a Telnet command. */
export function escapeTelnet(text: string): string {
  return text.replaceAll('\xff', '\xff\xff');
}

/**
 * The octets of lines as they go out: Telnet-escaped, each ended by CRLF.
 * A character above U+00FF becomes `?`: cut down to eight bits, U+010A would become a line feed and split the line.
 *
 * @param lines - latin1 texts without end of line
 */
export function lineOctets(lines: readonly string[]): Uint8Array {
  const text = lines.map((line) => `${escapeTelnet(line)}\r\n`).join('');
  return Uint8Array.from(Buffer.from(text.replace(/[^\x00-\xff]/g, '?'), 'latin1'));
}
