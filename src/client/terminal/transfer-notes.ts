/** Transfers as lines for people, one a file: where there is no terminal to draw on. */
import type { TransferObserver } from '../files/transfer-events.js';
import type { Console } from './console.js';

export function transferNotes(console: Console): TransferObserver {
  return (event) => {
    if (event.kind !== 'end') return;
    const { item, octets } = event;
    console.note(
      item.direction === 'download'
        ? `${item.remote}: ${octets} octets received as ${item.local}`
        : `${item.local}: ${octets} octets stored as ${item.remote}`,
    );
  };
}
