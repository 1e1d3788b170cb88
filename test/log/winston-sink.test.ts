import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createStdoutSink, MAX_PENDING_OCTETS, openFileSink } from '../../src/log/winston-sink.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-log-'));

describe('a log file', () => {
  it('has every line when close() has resolved, and is appended to', async () => {
    const file = path.join(folder, 'many.log');
    for (const round of [1, 2]) {
      const sink = await openFileSink(file);
      if (!sink.ok) throw new Error(sink.error);
      for (let line = 0; line < 5000; line++) sink.value.write({ category: 'users', line: `${round}: ${line}` });
      await sink.value.close();
      await sink.value.close();
      sink.value.write({ category: 'errors', line: 'too late' });
    }
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.length).toBe(10_001);
    expect([lines[0], lines[4999], lines[5000], lines[9999], lines[10_000]]).toEqual([
      '1: 0',
      '1: 4999',
      '2: 0',
      '2: 4999',
      '',
    ]);
    expect(statSync(file).mode & 0o137).toBe(0);
  });

  it('that cannot be opened is a value', async () => {
    const file = path.join(folder, 'absent', 'sftpd.log');
    expect(await openFileSink(file)).toEqual({
      ok: false,
      error: `log file ${file}: ENOENT: no such file or directory, open '${file}'`,
    });
  });

  it('on a full disk loses lines, and nothing else', async () => {
    const sink = await openFileSink('/dev/full');
    if (!sink.ok) throw new Error(sink.error);
    for (let line = 0; line < 100; line++) sink.value.write({ category: 'errors', line: 'x' });
    await sink.value.close();
    sink.value.write({ category: 'errors', line: 'x' });
  });
});

describe('standard output', () => {
  it('is flushed by close() and left open', async () => {
    const stdout = new PassThrough();
    const sink = createStdoutSink(stdout);
    sink.write({ category: 'connections', line: 'a %s line' });
    sink.write({ category: 'debug', line: 'Grüße' });
    await sink.close();
    expect(String(stdout.read())).toBe('a %s line\nGrüße\n');
    expect(stdout.writableEnded).toBe(false);
  });

  it('that is broken loses lines, and nothing else', async () => {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    const sink = createStdoutSink(stdout);
    for (let line = 0; line < 10; line++) sink.write({ category: 'errors', line: 'x' });
    await sink.close();
  });

  it('that is slow does not fill the memory; what is dropped is counted', async () => {
    const waiting: (() => void)[] = [];
    let stuck = true;
    let text = '';
    const stdout = new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        text += String(chunk);
        if (stuck) waiting.push(() => done());
        else done();
      },
    });
    const sink = createStdoutSink(stdout);
    const line = 'x'.repeat(1023);
    const taken = MAX_PENDING_OCTETS / 1024;
    for (let each = 0; each < taken + 100; each++) sink.write({ category: 'errors', line });
    expect(stdout.writableLength).toBeLessThanOrEqual(MAX_PENDING_OCTETS);
    stuck = false;
    const drained = new Promise((resolve) => stdout.once('drain', resolve));
    waiting.forEach((go) => go());
    await drained;
    sink.write({ category: 'errors', line: 'after' });
    await sink.close();
    expect(text.split('\n').length).toBeLessThan(taken + 10);
    expect(text).toMatch(/\nlog: [0-9]+ lines dropped: the destination is too slow\nafter\n$/);
  });
});
