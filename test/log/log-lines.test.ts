import { describe, expect, it } from 'vitest';
import { DEFAULT_MASK } from '../../src/log/events.js';
import { createLog, type LogSink, silentLog } from '../../src/log/log.js';
import { createMemorySink } from '../../src/log/memory-sink.js';

const stamp = { now: () => new Date('2026-11-22T10:00:00.123Z'), pid: 42 };

describe('a log line', () => {
  it('has date, time and process id with the timestamp bit, and the session in front', () => {
    const sink = createMemorySink();
    const log = createLog({ mask: DEFAULT_MASK, debugLevel: 0, sink }, stamp);
    log
      .child({ session: 17, address: '192.0.2.7' })
      .event('connections', 'connected', { listener: '[::]:21', tls: false });
    log.event('errors', 'cannot bind', { why: 'in use' });
    expect(sink.lines()).toEqual([
      '2026-11-22T10:00:00.123Z sftpd[42]: session 17 (192.0.2.7): connected listener="[::]:21" tls=false',
      '2026-11-22T10:00:00.123Z sftpd[42]: cannot bind why="in use"',
    ]);
  });

  it('is bare without the bit', () => {
    const sink = createMemorySink();
    const log = createLog({ mask: DEFAULT_MASK & ~128, debugLevel: 0, sink }, stamp);
    log.child({ address: '192.0.2.7' }).child({ verb: 'USER' }).event('users', 'text', { name: 'joe' });
    const line = '192.0.2.7: text verb=USER name=joe';
    expect(sink.entries).toEqual([{ category: 'users', line, text: line }]);
  });

  it('cannot be forged by a peer', () => {
    const sink = createMemorySink();
    const log = createLog({ mask: 4, debugLevel: 0, sink }, stamp);
    log.event('connections', 'USER joe\r\n2026 sftpd[1]: forged', { name: 'a\nb\x1b[0m', 'k\ney': 1 });
    expect(sink.lines()).toEqual(['USER joe\\r\\n2026 sftpd[1]: forged name="a\\nb\\x1b[0m" k\\ney=1']);
  });
});

describe('the mask', () => {
  it('drops what it does not name', () => {
    const sink = createMemorySink();
    const log = createLog({ mask: 1 | 4, debugLevel: 3, sink }, stamp);
    for (const category of ['errors', 'warnings', 'connections', 'compatibility', 'users'] as const)
      log.event(category, category);
    log.debug(1, 'debug');
    expect(sink.lines()).toEqual(['errors', 'connections']);
  });

  it('lets debugging output through only with its bit and level', () => {
    const sink = createMemorySink();
    const log = createLog({ mask: 16, debugLevel: 2, sink }, stamp);
    log.debug(1, 'one');
    log.debug(2, 'two');
    log.debug(3, 'three');
    expect(sink.lines()).toEqual(['one', 'two']);
  });

  it('changes for all children at once', async () => {
    const [first, second] = [createMemorySink(), createMemorySink()];
    const log = createLog({ mask: 1, debugLevel: 0, sink: first }, stamp);
    const child = log.child({ session: 1 });
    child.event('errors', 'before');
    await log.configure({ mask: 2, debugLevel: 0, sink: second }).close();
    child.event('errors', 'lost');
    child.event('warnings', 'after');
    expect([first.lines(), second.lines(), first.closed]).toEqual([['session 1: before'], ['session 1: after'], true]);
  });
});

describe('a log', () => {
  it('never throws, whatever its sink does', () => {
    const sink: LogSink = {
      write: () => {
        throw new Error('disk full');
      },
      close: () => Promise.resolve(),
    };
    const log = createLog({ mask: DEFAULT_MASK, debugLevel: 3, sink });
    expect(() => log.event('errors', 'text')).not.toThrow();
    expect(() => log.debug(1, 'text')).not.toThrow();
    expect(() => silentLog.child({}).event('errors', 'text')).not.toThrow();
  });

  it('keeps the last lines in memory', () => {
    const sink = createMemorySink(2);
    const log = createLog({ mask: 1, debugLevel: 0, sink });
    for (const text of ['a', 'b', 'c']) log.event('errors', text);
    expect(sink.lines()).toEqual(['b', 'c']);
  });
});
