/** Replies that were asked for, as commands show them. */
import type { Reply } from '../../wire/reply.js';
import { nameFromWire } from '../remote-name.js';
import type { Console } from '../terminal/console.js';
import { result } from './results.js';

export async function showReply(console: Console, { code, lines }: Reply): Promise<void> {
  if (console.form === 'json') await console.json(result('reply', { code, lines: lines.map(nameFromWire) }));
  else for (const line of lines) await console.data(line);
}
