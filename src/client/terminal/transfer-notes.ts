/**
 * Transfers as lines for people, one a file that was moved; on a terminal also how fast. What a script writes into a file says
 * the same each time (--json has the seconds).
 */
import type { TransferEvent, TransferObserver } from '../files/transfer-events.js';
import { shownName, type Console } from './console.js';
import type { Look } from './look.js';
import { rateInWords, secondsInWords } from './quantity.js';

export function transferNotes(console: Console): TransferObserver {
  const offsets = new Map<number, number>();
  return (event) => {
    switch (event.kind) {
      case 'begin':
        offsets.set(event.item.id, event.offset);
        return;
      case 'end':
        console.note(endNote(event, offsets.get(event.item.id) ?? 0) + paceNote(event, console.look));
        offsets.delete(event.item.id);
        return;
      case 'same':
      case 'failed':
        offsets.delete(event.item.id);
        return;
      case 'progress':
      case 'made-directory':
      case 'deleted':
        return;
    }
  };
}

type End = Extract<TransferEvent, { kind: 'end' }>;

function endNote({ item: { direction, remote, local }, octets }: End, offset: number): string {
  const behind = offset > 0 ? ` behind the ${offset} that were there` : '';
  return direction === 'download'
    ? `${shownName(remote)}: ${octets} octets received as ${shownName(local)}${behind}`
    : `${shownName(local)}: ${octets} octets stored as ${shownName(remote)}${behind}`;
}

function paceNote({ octets, seconds }: End, { terminal }: Look): string {
  if (terminal === 'none') return '';
  const rate = octets > 0 && seconds > 0 ? `${rateInWords(octets / seconds)}, ` : '';
  return ` (${rate}${secondsInWords(seconds)})`;
}
