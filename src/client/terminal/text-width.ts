/** Text measured in columns of a terminal, where some characters take two and some none. The only importer of string-width. */
import stringWidth from 'string-width';

/** What stands for the part of a text that is left out. */
const ELLIPSIS = '...';

/** In columns. Escape sequences take none. */
export const widthOf = (text: string): number => stringWidth(text);

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A text in at most that many columns; one that is longer loses its middle, since the ends of a path tell most. */
export function shorten(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const kept = columns - ELLIPSIS.length;
  if (kept < 2) return ELLIPSIS.slice(0, Math.max(0, columns));
  const parts = Array.from(characters.segment(text), ({ segment }) => segment);
  const head = fitting(parts, Math.ceil(kept / 2));
  const tail = fitting(parts.toReversed(), Math.floor(kept / 2)).toReversed();
  return [...head, ELLIPSIS, ...tail].join('');
}

/** As many of the first parts as have room. */
function fitting(parts: readonly string[], columns: number): readonly string[] {
  let room = columns;
  const end = parts.findIndex((part) => (room -= widthOf(part)) < 0);
  return end < 0 ? parts : parts.slice(0, end);
}

/** A text that takes exactly that many columns, unless it is longer. */
export const padded = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

/**
 * Breaks lines that are too long, at blanks. What follows stands below its line's beginning; in a row of a table, below the
 * last column. A word that is too long stays whole: the terminal breaks it, and it can be copied in one piece.
 */
export function wrap(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (widthOf(line) <= columns ? line : wrapLine(line, columns)))
    .join('\n');
}

function wrapLine(line: string, columns: number): string {
  const [lead = ''] = /^ */.exec(line) ?? [];
  const [row = ''] = /^ *\S.*?\S {2,}(?=\S)/.exec(line) ?? [];
  const head = row !== '' && widthOf(row) <= columns / 2 ? row : lead;
  const indent = ' '.repeat(widthOf(head));
  const lines: string[] = [];
  let current = head;
  let empty = true;
  for (const word of line.slice(head.length).split(' ')) {
    const longer = empty ? current + word : `${current} ${word}`;
    if (!empty && widthOf(longer) > columns) {
      lines.push(current);
      current = indent + word;
    } else current = longer;
    empty = false;
  }
  return [...lines, current].join('\n');
}
