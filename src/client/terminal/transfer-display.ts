/** Transfers on a terminal while they run: a bar each, or a mark for every HASH_OCTETS. */
import type { TransferItem, TransferObserver } from '../files/transfer-events.js';
import { barLine } from './bar.js';
import { Block } from './block.js';
import { shownName, type Console } from './console.js';
import { columnsOf, type Output } from './look.js';
import { Pace } from './pace.js';

/** A transfer gets a bar when it has lasted so long, in milliseconds: those that are over at once would only flicker. */
const SHOWN_AFTER = 1000;

/** Between two drawings, in milliseconds: what a person can read. */
export const REDRAWN_EVERY = 250;

/** Lines that are left to what was printed before. */
const ROWS_LEFT = 4;

export interface DisplaySetting {
  readonly console: Console;
  /** The terminal that notes go to. */
  readonly stream: Output;
  /** Looked at whenever something is to be shown. */
  readonly preferences: { readonly progress: boolean; readonly hash: boolean };
  /** In milliseconds. */
  readonly now?: () => number;
}

interface Running {
  readonly item: TransferItem;
  readonly since: number;
  readonly pace: Pace;
}

export function progressBars({
  console,
  stream,
  preferences,
  now = () => performance.now(),
}: DisplaySetting): TransferObserver {
  const running = new Map<number, Running>();
  const block = new Block(stream);
  let timer: NodeJS.Timeout | undefined;

  const refresh = (): void => {
    block.lines = preferences.progress && !preferences.hash ? linesOf([...running.values()], now(), stream) : [];
    console.screen.redraw(block);
  };
  const begin = (item: TransferItem, octets: number): void => {
    running.set(item.id, { item, since: now(), pace: new Pace(now(), octets) });
    if (timer !== undefined) return;
    console.screen.show(block);
    timer = setInterval(refresh, REDRAWN_EVERY);
  };
  const end = (item: TransferItem): void => {
    if (!running.delete(item.id)) return;
    refresh();
    if (running.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    console.screen.hide(block);
  };
  return (event) => {
    if (event.kind === 'begin') begin(event.item, event.offset);
    else if (event.kind === 'progress') running.get(event.item.id)?.pace.add(now(), event.octets);
    else if (event.kind === 'end' || event.kind === 'same' || event.kind === 'failed') end(event.item);
  };
}

function linesOf(running: readonly Running[], now: number, stream: Output): readonly string[] {
  // The last column stays free: a character there makes some terminals begin another line.
  const columns = columnsOf(stream) - 1;
  const long = running.filter(({ since }) => now - since >= SHOWN_AFTER);
  const rows = Math.max(1, (stream.rows ?? Infinity) - ROWS_LEFT);
  const lines = long.slice(0, rows).map(({ item, pace }) => {
    const name = shownName(item.remote);
    return barLine({ name, octets: pace.octets, size: item.size, pace: pace.perSecond(now) }, columns);
  });
  return long.length > rows ? [...lines, `... and ${long.length - rows} more`] : lines;
}

/** Octets to a mark: 1024, as in the first ftp(1), would be a screenful a second today. */
export const HASH_OCTETS = 65_536;

interface Marked {
  readonly offset: number;
  readonly marks: number;
}

export function hashMarks({ console, stream, preferences }: Omit<DisplaySetting, 'now'>): TransferObserver {
  const marked = new Map<number, Marked>();
  let column = 0;
  const lineEnd = (): void => {
    if (column > 0) stream.write('\n');
    column = 0;
  };
  // What is printed meanwhile begins a line of its own.
  console.screen.show({ draw: () => undefined, erase: lineEnd, forget: () => (column = 0) });
  const mark = (id: number, octets: number): void => {
    const before = marked.get(id);
    const marks = Math.floor(octets / HASH_OCTETS);
    if (before === undefined || !preferences.hash || marks <= before.marks) return;
    stream.write('#'.repeat(marks - before.marks));
    column += marks - before.marks;
    marked.set(id, { ...before, marks });
  };
  return (event) => {
    switch (event.kind) {
      case 'begin':
        marked.set(event.item.id, { offset: event.offset, marks: Math.floor(event.offset / HASH_OCTETS) });
        return;
      case 'progress':
        return mark(event.item.id, event.octets);
      case 'end':
        mark(event.item.id, event.octets + (marked.get(event.item.id)?.offset ?? 0));
        marked.delete(event.item.id);
        return marked.size === 0 ? lineEnd() : undefined;
      case 'same':
      case 'failed':
        marked.delete(event.item.id);
        return marked.size === 0 ? lineEnd() : undefined;
      case 'made-directory':
      case 'deleted':
        return;
    }
  };
}
