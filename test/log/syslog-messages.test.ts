import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { FACILITY_NAMES } from '../../schemas/logging.js';
import { createLateSink } from '../../src/log/late-sink.js';
import { createMemorySink } from '../../src/log/memory-sink.js';
import { FACILITIES, formatMessage, MAX_MESSAGE_OCTETS } from '../../src/log/syslog-message.js';
import { MAX_WAITING_OCTETS, openSyslogSink } from '../../src/log/syslog-sink.js';

const now = new Date(2026, 10, 2, 9, 5, 0);

describe('a syslog message', () => {
  it('has priority, local time, tag, pid and the text without the stamp', () => {
    const entry = { category: 'connections', line: '2026… sftpd[17]: text', text: 'text', pid: 17 } as const;
    expect(formatMessage(entry, 'ftp', now).toString()).toBe('<94>Nov  2 09:05:00 sftpd[17]: text');
  });

  it('has no pid where the mask asks for none', () => {
    const entry = { category: 'errors', line: 'text' } as const;
    expect(formatMessage(entry, 'local7', now).toString()).toBe('<187>Nov  2 09:05:00 sftpd: text');
  });

  it('is cut between characters', () => {
    const message = formatMessage({ category: 'errors', line: 'ü'.repeat(9000) }, 'ftp', now);
    expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE_OCTETS);
    expect(message.toString()).toMatch(/ü\.\.\.$/);
  });

  it('knows the facilities that the schema offers', () => {
    expect(Object.keys(FACILITIES)).toEqual([...FACILITY_NAMES]);
  });
});

describe('a syslog daemon that is not there', () => {
  it('costs no time and a bounded amount of memory; at the end the lines are counted', async () => {
    const troubles: string[] = [];
    const place = { transport: 'unix', path: '/nonexistent/log', facility: 'ftp' } as const;
    const sink = await openSyslogSink(place, { onTrouble: (text) => troubles.push(text) });
    if (!sink.ok) throw new Error(sink.error);
    const line = 'x'.repeat(1000);
    const started = performance.now();
    const count = (3 * MAX_WAITING_OCTETS) / 1000;
    for (let each = 0; each < count; each++) sink.value.write({ category: 'errors', line });
    expect(performance.now() - started).toBeLessThan(2000);
    await sink.value.close();
    expect(troubles.at(-1)).toBe(`log: ${Math.ceil(count)} lines could not be delivered to /nonexistent/log`);
  });

  it('and a machine without any way to it is an error that says what to do', async () => {
    const place = { transport: 'unix', path: '/nonexistent/log', facility: 'ftp' } as const;
    const path = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      expect(await openSyslogSink(place, { load: () => Promise.resolve(undefined) })).toEqual({
        ok: false,
        error:
          'syslog at /nonexistent/log cannot be reached: the package unix-dgram is not there, and there is no logger(1). ' +
          'Install one of them, or set logging.syslog.transport to udp or tcp',
      });
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('does not keep the process', async () => {
    const probe = createSocket('udp4');
    await new Promise<void>((resolve) => probe.bind(0, '127.0.0.1', resolve));
    const { port } = probe.address();
    probe.close();
    const sink = await openSyslogSink({ transport: 'tcp', host: '127.0.0.1', port, facility: 'ftp' });
    if (!sink.ok) throw new Error(sink.error);
    sink.value.write({ category: 'errors', line: 'x' });
    await sink.value.close();
  });
});

describe('a sink that opens late', () => {
  it('has every line in order, at the latest when it is closed', async () => {
    const sink = createMemorySink();
    const late = createLateSink(() => Promise.resolve(sink), 60_000);
    late.write({ category: 'errors', line: 'one' });
    late.write({ category: 'errors', line: 'two' });
    expect(sink.lines()).toEqual([]);
    await late.close();
    expect(sink.lines()).toEqual(['one', 'two']);
    expect(sink.closed).toBe(true);
  });

  it('is not opened for nothing', async () => {
    await createLateSink(() => Promise.reject(new Error('opened')), 0).close();
  });
});
