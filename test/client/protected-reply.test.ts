import { describe, expect, it } from 'vitest';
import { takeProtectedLine, type OpenReply } from '../../src/client/engine/protected-reply.js';
import { ok } from '../../src/lib/result.js';
import type { SecurityContext } from '../../src/security/mechanism.js';
import { MAX_REPLY } from '../../src/wire/limits.js';
import type { Reply } from '../../src/wire/reply.js';

/** Opens a message to itself. */
const context = { unprotect: (_: unknown, text: Uint8Array) => ok({ text, context }) } as unknown as SecurityContext;

/** The reply in lines whose base64 stands in clear after the separator, or the code of the failure. */
function take(...lines: string[]): Reply | string | undefined {
  let open: OpenReply | undefined;
  let reply: Reply | undefined;
  for (const line of lines) {
    const encoded = line.slice(0, 4) + Buffer.from(line.slice(4), 'latin1').toString('base64');
    const taken = takeProtectedLine(context, open, encoded);
    if (!taken.ok) return taken.error.code;
    open = taken.value.open;
    reply = taken.value.complete?.reply;
  }
  return reply;
}

describe('a protected reply', () => {
  it('is parsed only when its fragments are joined, wherever they were cut', () => {
    const lines = ['214-first', 'second', '214 last'];
    expect(take('632-214-fi', '632-rst\r\nsec', '632-ond\r\n21', '632 4 last\r\n')).toEqual({ code: 214, lines });
    expect(take('631-214-first\r\n', '631-second\r\n', '631 214 last')).toEqual({ code: 214, lines });
  });

  it('is one reply, no less and no more', () => {
    expect(take('632 200 one\r\n200 two')).toBe('not-ftp');
    expect(take('632 214-no end')).toBe('not-ftp');
    expect(take('632 hello')).toBe('not-ftp');
    expect(take('632 ')).toBe('not-ftp');
  });

  it('ends somewhere, also where its fragments are empty', () => {
    let open: OpenReply | undefined;
    let fragments = 0;
    for (; fragments < 2 * MAX_REPLY; fragments += 1) {
      const taken = takeProtectedLine(context, open, '632-');
      if (!taken.ok) break;
      open = taken.value.open;
    }
    expect(fragments).toBe(MAX_REPLY);
  });

  it('keeps one protection from its first fragment to its last', () => {
    expect(take('632-214-a\r\n', '631 214 b')).toBe('check-failed');
    expect(take('632-214-a\r\n', '214 b')).toBe('unprotected-reply');
  });
});
