/** Lines of ours in a file of others: /etc/services, /etc/inetd.conf, and under a prefix /etc/passwd and its like. */
import type { Change } from './change.js';
import { ROOT } from './change.js';
import type { Journal } from './journal.js';
import type { FileImage, Target } from './target.js';

const BEGIN = '# begin sftpd-setup';
const END = '# end sftpd-setup';

/** Lines between marks, so that people see whose they are. */
export function marked(lines: readonly string[]): string {
  return [BEGIN, ...lines, END].map((line) => `${line}\n`).join('');
}

/** The change that puts lines at the end of a file, which is made if need be. */
export function appendLines(
  target: Target,
  place: string,
  lines: string,
  options: { readonly account?: true; readonly secret?: boolean } = {},
): Change {
  const before = target.read(place);
  const text = before === undefined || before.content === '' || before.content.endsWith('\n') ? lines : `\n${lines}`;
  const { account, secret = false } = options;
  return {
    action: {
      kind: 'file',
      path: place,
      before,
      after: {
        content: (before?.content ?? '') + text,
        mode: before?.mode ?? 0o644,
        owner: before === undefined ? ROOT : { kind: 'ids', uid: before.uid, gid: before.gid },
      },
      show: secret ? 'lines' : 'open',
    },
    record: { kind: 'lines', path: place, text, made: before === undefined, ...(account && { account }) },
  };
}

/** The change that puts a text in the place of one we wrote; undefined when ours is not there, or is that text already. */
export function replaceText(
  target: Target,
  wanted: { readonly path: string; readonly text: string; readonly journal: Journal },
): Change | undefined {
  const { path, text, journal } = wanted;
  const before = target.read(path);
  for (const entry of journal.entries) {
    if (entry.kind !== 'lines' || entry.path !== path || entry.text.trimStart() === text) continue;
    const at = before?.content.lastIndexOf(entry.text) ?? -1;
    if (before === undefined || at < 0 || removeText(before, entry.text).kind !== 'remove') continue;
    const own = entry.text.startsWith('\n') ? `\n${text}` : text;
    const content = before.content.slice(0, at) + own + before.content.slice(at + entry.text.length);
    const owner = { kind: 'ids', uid: before.uid, gid: before.gid } as const;
    return {
      action: { kind: 'file', path, before, after: { content, mode: before.mode, owner }, show: 'open' },
      record: { ...entry, text: own },
      forget: [entry],
    };
  }
  return undefined;
}

/** What becomes of a file when lines of ours are taken out of it. */
export type Removal =
  { readonly kind: 'gone' } | { readonly kind: 'changed' } | { readonly kind: 'remove'; readonly content: string };

/** Takes a text out of a file, exactly; `changed` when only some of it is still there. */
export function removeText(file: FileImage | undefined, text: string): Removal {
  if (file === undefined) return { kind: 'gone' };
  const { content } = file;
  const at = content.lastIndexOf(text);
  // In the middle of a line it is not ours any more.
  const own = at === 0 || text.startsWith('\n') || content[at - 1] === '\n';
  if (at >= 0 && own) {
    const rest = content.slice(at + text.length);
    // The line end we had to add goes too, unless somebody's lines follow.
    const joint = text.startsWith('\n') && rest !== '' ? '\n' : '';
    return { kind: 'remove', content: content.slice(0, at) + joint + rest };
  }
  const present = new Set(content.split('\n'));
  const left = text.split('\n').some((line) => line !== '' && present.has(line));
  return { kind: left ? 'changed' : 'gone' };
}
