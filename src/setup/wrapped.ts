/** Width of a terminal that nobody has widened. */
const WIDTH = 80;

/** A text in lines of at most 80 columns, those after the first indented. Ends without a line end. */
export function wrapped(text: string, indent = ''): string {
  return text
    .split(' ')
    .reduce<string[]>((lines, word) => {
      const line = lines.at(-1);
      if (line === undefined) return [word];
      if (line.length + 1 + word.length > WIDTH) return [...lines, `${indent}${word}`];
      return [...lines.slice(0, -1), `${line} ${word}`];
    }, [])
    .join('\n');
}
