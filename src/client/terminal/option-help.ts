/** Options as tables, and what help prints of them. */

export interface Option {
  /** Without the dashes. */
  readonly long: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** How help names its value; absent for an option without one. */
  readonly value?: string;
  /** The heading that help puts it under. */
  readonly group: string;
  readonly help: string;
}

/** Columns of a terminal that nobody has widened. */
const WIDTH = 80;

/** Where the explanations begin. */
const INDENT = 28;

/** The options of a group, in 80 columns. */
export function optionHelp(table: readonly Option[], group: string): readonly string[] {
  return table
    .filter((option) => option.group === group)
    .flatMap(({ long, short, value, help }) => {
      const names = `${short === undefined ? '    ' : `-${short}, `}--${long}${value === undefined ? '' : ` ${value}`}`;
      return helpRow(names, help);
    });
}

/** Something and its explanation, which stands beside it, or below where it is long. */
export function helpRow(name: string, help: string): readonly string[] {
  const left = `  ${name}`;
  const lines = wrapped(help, WIDTH - INDENT).map((line) => ' '.repeat(INDENT) + line);
  if (left.length > INDENT - 2) return [left, ...lines];
  return [left.padEnd(INDENT) + (lines[0] ?? '').trimStart(), ...lines.slice(1)];
}

export function wrapped(text: string, width: number): readonly string[] {
  return text.split(' ').reduce<readonly string[]>((lines, word) => {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) return [...lines, word];
    return [...lines.slice(0, -1), `${line} ${word}`];
  }, []);
}
