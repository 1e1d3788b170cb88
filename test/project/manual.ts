/** Manual pages in mdoc as far as tests need them: sections, entries of lists, and what they say without the macros. */

/** An `.It` of a list. */
export interface Entry {
  /** What stands behind `.It`, as plain text. */
  readonly head: string;
  /** The first macro of the head. */
  readonly macro: string;
  /** The head and all that follows up to the next entry, as plain text. */
  readonly text: string;
}

/** Macros that stand for themselves in a line of macros; their words are what is shown. */
const MACROS = /^(?:Ar|Cm|Dv|Em|Ev|Fl|Ic|Li|Nm|Ns|Oc|Op|Oo|Pa|Pq|Ql|Sx|Sy|Xr)$/;

/** The body of a section, up to the next one. Fails when there is none. */
export function section(page: string, title: string): string {
  const body = page.split(/^\.Sh /m).find((each) => each.startsWith(`${title}\n`));
  if (body === undefined) throw new Error(`no section ${title}`);
  return body.slice(title.length + 1);
}

/** The entries of all lists, in order. */
export function entries(source: string): readonly Entry[] {
  return source
    .split(/^\.It(?: |$)/m)
    .slice(1)
    .map((each) => {
      const [head = ''] = each.split('\n');
      const [body = ''] = each.slice(head.length).split(/^\.(?:El|Ss|Sh)\b/m);
      const shownHead = plain(`.It ${head}`);
      return { head: shownHead, macro: head.split(' ')[0] ?? '', text: `${shownHead} ${plain(body)}` };
    });
}

/** How a flag stands at the head of its entry: `-p [ADDR:]PORT, --listen [ADDR:]PORT`. */
export function flagsOf(flag: { short?: string | undefined; long: string; value?: string | undefined }): string {
  const value = flag.value === undefined ? '' : ` ${flag.value.replaceAll('|', ' | ')}`;
  return `${flag.short === undefined ? '' : `-${flag.short}${value}, `}--${flag.long}${value}`;
}

/** The heads of the entries that begin with a macro. */
export function entriesNaming(source: string, macro: string): readonly string[] {
  return entries(source)
    .filter((entry) => entry.macro === macro)
    .map(({ head }) => head);
}

/** What is shown of a source, roughly as mandoc shows it, on one line. */
export function plain(source: string): string {
  const lines = source.split('\n').map((line) => (line.startsWith('.') ? shown(line) : line));
  return literal(lines.join(' '))
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ([,.;:)\]](?: |$))/g, '$1')
    .trim();
}

/** A literal display as it is shown: without the escapes. */
export function literal(text: string): string {
  return text
    .replaceAll('\\(aq', "'")
    .replaceAll('\\(dq', '"')
    .replaceAll('\\&', '')
    .replaceAll('\\-', '-')
    .replaceAll('\\e', '\\');
}

/** A line of macros without them. `Fl` puts its dash before the next word, or each of several up to the next macro. */
function shown(line: string): string {
  const words = line.slice(1).split(' ');
  const [first = '', ...rest] = words;
  const out: string[] = [];
  let dash = '';
  let closing = '';
  for (const word of MACROS.test(first) ? words : rest) {
    if (word === 'Op' || word === 'Oo') {
      out.push('[\x00');
      if (word === 'Op') closing = ']';
      dash = '';
    } else if (word === 'Oc') out.push('\x00]');
    else if (word === 'Pq') {
      out.push('(\x00');
      closing = ')';
    } else if (word === 'Fl') dash = '-';
    else if (MACROS.test(word)) dash = '';
    else out.push(/^[,.;:|()]$/.test(word) ? word : `${dash}${word}`);
  }
  return `${out.join(' ')}\x00${closing}`.replaceAll(/ ?\x00 ?/g, '');
}
