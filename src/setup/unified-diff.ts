/** A change of a file as diff -u would show it. Each of ours is one stretch of lines, so one hunk tells it. */

/** A file before and after; undefined: there is none. */
export interface Versions {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Lines shown around the change. */
  readonly context?: number;
}

const NO_END = '\\ No newline at end of file';

/** The diff, paths relative to the root as `patch -p1` takes them; empty when nothing changes. */
export function unifiedDiff({ path, before, after, context = 3 }: Versions): string {
  const [old, now] = [lines(before), lines(after)];
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  if (before !== undefined && after !== undefined && head === old.length && head === now.length) return '';
  const from = Math.max(0, head - context);
  const kept = Math.min(tail, context);
  const hunk = [
    ...old.slice(from, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail, old.length - tail + kept).map((line) => ` ${line}`),
  ];
  const size = (all: readonly string[]): string => {
    const count = all.length - tail + kept - from;
    // A stretch without lines is placed after the line before it.
    return `${count === 0 ? from : from + 1},${count}`;
  };
  return [
    `--- ${before === undefined ? '/dev/null' : `a${path}`}`,
    `+++ ${after === undefined ? '/dev/null' : `b${path}`}`,
    `@@ -${size(old)} +${size(now)} @@`,
    ...hunk,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Lines; one without a line end carries diff's remark with it, so that it differs from the same line with one. */
function lines(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  const all = text.split('\n');
  const last = all.pop() ?? '';
  return last === '' ? all : [...all, `${last}\n${NO_END}`];
}
