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

/** In the place of a local path. */
const STREAM = '-';

type End = Extract<TransferEvent, { kind: 'end' }>;

function endNote({ item: { direction, remote, local, appends }, octets }: End, offset: number): string {
  const behind = offset > 0 ? ` behind the ${offset} that were there` : '';
  if (direction === 'download') {
    const as = local === STREAM ? '' : ` as ${shownName(local)}`;
    return `${shownName(remote)}: ${octets} octets received${as}${behind}`;
  }
  const source = local === STREAM ? 'standard input' : shownName(local);
  return `${source}: ${octets} octets ${appends === true ? 'added to' : 'stored as'} ${shownName(remote)}${behind}`;
}

function paceNote({ octets, seconds }: End, { terminal }: Look): string {
  if (terminal === 'none') return '';
  const rate = octets > 0 && seconds > 0 ? `${rateInWords(octets / seconds)}, ` : '';
  return ` (${rate}${secondsInWords(seconds)})`;
}
