/** What may be meant, listed in columns, as ls does. */
import { padded, widthOf } from './text-width.js';

/** Labels that are listed; who sees that many types on. */
const MAX_LABELS = 200;

/** @param columns - of the terminal */
export function inColumns(labels: readonly string[], columns: number): string {
  const shown = labels.slice(0, MAX_LABELS);
  const width = Math.max(...shown.map(widthOf)) + 2;
  const across = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(shown.length / across);
  const lines = Array.from({ length: rows }, (_, row) =>
    shown
      .filter((_label, at) => at % rows === row)
      .map((label) => padded(label, width))
      .join('')
      .trimEnd(),
  );
  const left = labels.length - shown.length;
  return [...lines, ...(left > 0 ? [`... and ${left} more`] : [])].join('\n');
}
