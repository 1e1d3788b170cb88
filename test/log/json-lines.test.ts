/** logging.format: json — a line is one object, whatever a peer has sent, and obeys the same mask. */
import { expect, test } from 'vitest';
import { createLog } from '../../src/log/log.js';
import { createMemorySink } from '../../src/log/memory-sink.js';

const stamp = { now: () => new Date(Date.UTC(2026, 10, 22)), pid: 7 };

function logTo(mask: number) {
  const sink = createMemorySink(100);
  return { sink, log: createLog({ mask, debugLevel: 0, format: 'json', sink }, stamp) };
}

test('a line has its time, category, message and fields', () => {
  const { sink, log } = logTo(0xbf);
  log.child({ session: 3, address: '192.0.2.7' }).event('connections', 'connected', { port: 2000 });
  expect(sink.lines()).toEqual([
    '{"time":"2026-11-22T00:00:00.000Z","pid":7,"category":"connections","message":"connected","session":3,"address":"192.0.2.7","port":2000}',
  ]);
});

test('without the timestamp bit it has no time, and what the mask leaves out is not written', () => {
  const { sink, log } = logTo(0x04);
  log.event('connections', 'ready');
  log.event('errors', 'not asked for');
  expect(sink.lines()).toEqual(['{"category":"connections","message":"ready"}']);
});

test('what a peer sent cannot break the line, steer a terminal, or pose as the log', () => {
  const { sink, log } = logTo(0x20);
  log.event('users', 'login', {
    user: 'a"\r\n{}\u001b[2J\u009b2J\u202ename',
    category: 'errors',
    message: 'x'.repeat(10_000),
  });
  const [line = ''] = sink.lines();
  expect(line).toMatch(/^[\x20-\x7e]+$/);
  const { user, category, message } = JSON.parse(line) as Record<string, string>;
  expect({ user, category, message }).toEqual({
    user: 'a"\r\n{}\u001b[2J\u009b2J\u202ename',
    category: 'users',
    message: 'login',
  });
});
