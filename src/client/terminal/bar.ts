/** One transfer as a line of a terminal: name, bar, per cent, octets, rate, time left; less where there is less room. */
import { clockTime, octetsInWords, rateInWords } from './quantity.js';
import { padded, shorten, widthOf } from './text-width.js';

export interface Standing {
  /** As it may be shown. */
  readonly name: string;
  /** Octets there are, and of how many; undefined where that is not known. */
  readonly octets: number;
  readonly size: number | undefined;
  /** Octets per second. */
  readonly pace: number;
}

/** Columns of a name that gives way to nothing else. */
const SHORTEST_NAME = 8;

/** Columns of a name beyond which the bar is worth more. */
const LONGEST_NAME = 32;

const SHORTEST_BAR = 10;
const LONGEST_BAR = 40;

/** A line of at most that many columns. Lines for terminals of the same width have their parts in the same places. */
export function barLine(standing: Standing, columns: number): string {
  const figures = figuresFor(standing, columns - SHORTEST_NAME);
  const room = columns - widthOf(figures);
  const bar = Math.min(LONGEST_BAR, room - Math.min(LONGEST_NAME, Math.floor(room / 2)) - BRACKETS);
  if (standing.size === undefined || bar < SHORTEST_BAR) {
    return (padded(shorten(standing.name, room), room) + figures).trimEnd();
  }
  const name = room - bar - BRACKETS;
  return `${padded(shorten(standing.name, name), name)}  [${drawn(standing, bar)}]${figures}`;
}

/** Two blanks before the bar, and what encloses it. */
const BRACKETS = 4;

/** As many figures as have room, the most telling first. */
function figuresFor({ octets, size, pace }: Standing, room: number): string {
  const known = size !== undefined;
  const left = known && pace > 0 ? Math.max(0, size - octets) / pace : undefined;
  const percent = (known ? `${percentOf(octets, size)}%` : '').padStart(6);
  const time = (known ? clockTime(left) : '').padStart(9);
  const amount = octetsInWords(octets).padStart(10);
  const rate = rateInWords(pace).padStart(12);
  const choices = known
    ? [percent + amount + rate + time, percent + rate + time, percent + time, percent]
    : [percent + amount + rate + time, amount + rate, amount];
  return choices.find((text) => text.length <= room) ?? '';
}

/** 100 only when all of it is there. A server's SIZE may have been too small. */
const percentOf = (octets: number, size: number): number =>
  octets >= size ? 100 : Math.min(99, Math.floor((octets * 100) / size));

function drawn({ octets, size = 0 }: Standing, columns: number): string {
  const done = Math.floor((columns * percentOf(octets, size)) / 100);
  return `${'='.repeat(Math.max(0, done - 1))}${done > 0 ? '>' : ''}`.padEnd(columns);
}
