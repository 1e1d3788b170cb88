/** What a stream can show: how wide it is, whether it has colours, and whether what stands there can be drawn anew. */
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** A stream as the process has it; a terminal has the last three. */
export interface Output extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is coloured, and how. Sparingly: colours are for what should not be overlooked. */
const STYLES = {
  error: ['red'],
  warning: ['bold', 'red'],
  notice: ['yellow'],
  sent: ['cyan'],
  received: ['green'],
  aside: ['dim'],
  prompt: ['bold'],
} as const satisfies Record<string, Parameters<typeof styleText>[0]>;

export type Style = keyof typeof STYLES;

export interface Look {
  /** `drawing`: a terminal whose cursor can be moved. `lines`: a terminal that only takes lines. `none`: no terminal. */
  readonly terminal: 'drawing' | 'lines' | 'none';
  paint(style: Style, text: string): string;
  /** Breaks lines that are wider than the terminal, at blanks. */
  wrap(text: string): string;
}

/** A file, a pipe: text as it is. */
export const PLAIN: Look = { terminal: 'none', paint: (_, text) => text, wrap: (text) => text };

/** For a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

/** Columns of a terminal, which change when its window does. */
export const columnsOf = ({ columns }: Output): number =>
  columns === undefined || columns <= 0 ? USUAL_COLUMNS : columns;

export async function lookOf(stream: Output, env: Environment): Promise<Look> {
  if (stream.isTTY !== true) return PLAIN;
  // Measuring text takes tables that a run without a terminal need not load.
  const { wrap } = await import('./text-width.js');
  const colours = hasColours(env);
  return {
    terminal: isSmart(env) ? 'drawing' : 'lines',
    // The stream was looked at already, with the environment of the run.
    paint: (style, text) => (colours ? styleText([...STYLES[style]], text, { validateStream: false }) : text),
    wrap: (text) => wrap(text, columnsOf(stream)),
  };
}

/** A terminal that does not say what it is (TERM unset) is taken for one that can do nothing. */
const isSmart = (env: Environment): boolean => !['', 'dumb'].includes(env['TERM'] ?? '');

/** no-color.org: NO_COLOR counts when it is there and not empty. */
const hasColours = (env: Environment): boolean => isSmart(env) && (env['NO_COLOR'] ?? '') === '';
