/** What help shows: all commands on less than a screen, or one of them in full. Made of the tables, so that it is complete. */
import { optionHelp, wrapped } from '../terminal/option-help.js';
import type { CommandEntry } from './command.js';

export interface CommandGroup {
  readonly title: string;
  readonly entries: readonly CommandEntry[];
}

/** A terminal's usual width, less a margin. */
const WIDTH = 78;

/** The names of all commands, by group. */
export function listOfCommands(groups: readonly CommandGroup[]): readonly string[] {
  const margin = Math.max(...groups.map(({ title }) => title.length)) + 4;
  return groups.flatMap(({ title, entries }) => {
    const names = entries.map(({ names: [name = ''] }) => name).join(' ');
    return wrapped(names, WIDTH - margin).map(
      (line, index) => `  ${(index === 0 ? title : '').padEnd(margin - 2)}${line}`,
    );
  });
}

/** All that is to be said of one command. */
export function commandText({
  names: [name = '', ...others],
  synopsis,
  help,
  details,
  options = [],
}: CommandEntry): readonly string[] {
  return [
    `${name} ${synopsis}`.trimEnd(),
    ...wrapped(`${help.charAt(0).toUpperCase()}${help.slice(1)}.`, WIDTH - 2).map(indented),
    ...(details === undefined ? [] : wrapped(details, WIDTH - 2).map(indented)),
    ...optionHelp(
      options.map((option) => ({ ...option, group: name })),
      name,
    ),
    ...(others.length === 0 ? [] : [indented(`Also: ${others.join(', ')}.`)]),
  ];
}

const indented = (line: string): string => `  ${line}`;
