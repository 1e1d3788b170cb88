// Transfers on a terminal: bars with rate and time left, hash marks, and what is printed meanwhile.
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { initialPreferences, type Preferences } from '../../src/client/commands/preferences.js';
import { ClientError } from '../../src/client/error.js';
import type { TransferItem, TransferObserver } from '../../src/client/files/transfer-events.js';
import { Console } from '../../src/client/terminal/console.js';
import { lookOf } from '../../src/client/terminal/look.js';
import { HASH_OCTETS, hashMarks, progressBars, REDRAWN_EVERY } from '../../src/client/terminal/transfer-display.js';
import { transferNotes } from '../../src/client/terminal/transfer-notes.js';
import { Emulator } from './emulator.js';

beforeEach(() => {
  // Those that bars use; the emulator has timers of its own.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
});

interface Display {
  readonly terminal: Emulator;
  readonly console: Console;
  readonly observe: TransferObserver;
}

async function display(columns = 80, preferences: Partial<Preferences> = {}): Promise<Display> {
  const terminal = new Emulator(columns, 24);
  const console = new Console(terminal, terminal, 'text', 'all', await lookOf(terminal, { TERM: 'xterm' }));
  const setting = { console, stream: terminal, preferences: { ...initialPreferences(), ...preferences } };
  const observers = [progressBars(setting), hashMarks(setting), transferNotes(console)];
  return { terminal, console, observe: (event) => observers.forEach((each) => each(event)) };
}

const item = (remote: string, size: number | undefined, id = 1): TransferItem => ({
  id,
  direction: 'download',
  remote,
  local: remote,
  size,
});

/** Moves so many octets a second, for so many seconds. */
function move(observe: TransferObserver, what: readonly TransferItem[], perSecond: number, seconds: number): void {
  for (let tenths = 1; tenths <= seconds * 10; tenths++) {
    vi.advanceTimersByTime(100);
    for (const each of what) observe({ kind: 'progress', item: each, octets: (perSecond * tenths) / 10 });
  }
  vi.advanceTimersByTime(REDRAWN_EVERY);
}

describe('a bar', () => {
  it('has name, per cent, octets, rate and time left, and gives way to a line that sums up', async () => {
    const { terminal, observe } = await display();
    const file = item('numbers.txt', 50_000_000);
    observe({ kind: 'begin', item: file, offset: 0 });
    move(observe, [file], 10_000_000, 2);
    expect(await terminal.lines()).toEqual([
      'numbers.txt            [=====>           ]   40%   20.0 MB    8.9 MB/s     0:04',
    ]);
    observe({ kind: 'end', item: file, octets: 50_000_000, seconds: 5 });
    expect(await terminal.lines()).toEqual([
      'numbers.txt: 50000000 octets received as numbers.txt (10.0 MB/s, 5.00 s)',
    ]);
    vi.advanceTimersByTime(60_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(await terminal.lines()).toHaveLength(1);
  });

  it('does not appear for a transfer that is over within a second', async () => {
    const { terminal, observe } = await display();
    const file = item('a', 1000);
    observe({ kind: 'begin', item: file, offset: 0 });
    vi.advanceTimersByTime(900);
    observe({ kind: 'end', item: file, octets: 1000, seconds: 0.9 });
    expect(terminal.raw).toBe('a: 1000 octets received as a (1.1 kB/s, 0.90 s)\n');
  });

  it('goes down to a standstill while nothing moves, and to no time left that could be told', async () => {
    const { terminal, observe } = await display();
    const file = item('a', 100_000_000);
    observe({ kind: 'begin', item: file, offset: 0 });
    move(observe, [file], 10_000_000, 2);
    vi.advanceTimersByTime(10_000);
    expect(await terminal.lines()).toEqual([
      'a                      [==>              ]   20%   20.0 MB       0 B/s     -:--',
    ]);
  });

  it('has no per cent where the size is not known, and begins at the offset where a transfer is resumed', async () => {
    const { terminal, observe } = await display();
    const [unsized, resumed] = [item('unsized', undefined), item('resumed', 200_000_000, 2)];
    observe({ kind: 'begin', item: unsized, offset: 0 });
    observe({ kind: 'begin', item: resumed, offset: 100_000_000 });
    vi.advanceTimersByTime(1500);
    observe({ kind: 'progress', item: unsized, octets: 3_000_000 });
    observe({ kind: 'progress', item: resumed, octets: 103_000_000 });
    vi.advanceTimersByTime(REDRAWN_EVERY * 2);
    expect(await terminal.lines()).toEqual([
      'unsized                                             3.0 MB    1.5 MB/s',
      'resumed                [=======>         ]   51%  103.0 MB    1.5 MB/s     1:05',
    ]);
    observe({ kind: 'end', item: resumed, octets: 100_000_000, seconds: 50 });
    expect((await terminal.lines())[0]).toBe(
      'resumed: 100000000 octets received as resumed behind the 100000000 that were',
    );
  });

  it.each([
    [60, 'a long nam...mbers.txt   40%   20.0 MB    8.9 MB/s     0:04'],
    [40, 'a lon....txt   40%    8.9 MB/s     0:04'],
    [20, 'a lon...s.txt   40%'],
    [10, 'a l...txt'],
  ])('fits a terminal of %i columns', async (columns, line) => {
    const { terminal, observe } = await display(columns);
    const file = item('a long name of a file with numbers.txt', 50_000_000);
    observe({ kind: 'begin', item: file, offset: 0 });
    move(observe, [file], 10_000_000, 2);
    expect(await terminal.lines()).toEqual([line]);
  });

  it('counts the columns of wide characters, and lets no name drive the terminal', async () => {
    const { terminal, observe } = await display(60);
    const names = ['日本語のとても長いファイル名.txt', 'evil\x1b[2J\u202ename', 'latin\udce9'];
    const files = names.map((name, at) => item(name, 50_000_000, at));
    for (const file of files) observe({ kind: 'begin', item: file, offset: 0 });
    move(observe, files, 10_000_000, 2);
    expect(await terminal.lines()).toEqual([
      '日本語のと...ル名.txt    40%   20.0 MB    8.9 MB/s     0:04',
      'evil\\x1b[2...202e}name   40%   20.0 MB    8.9 MB/s     0:04',
      'latin\\xe9                40%   20.0 MB    8.9 MB/s     0:04',
    ]);
  });

  it('is drawn for as many transfers as have room', async () => {
    const { terminal, observe } = await display(40);
    const files = Array.from({ length: 30 }, (_, id) => item(`file ${id}`, 50_000_000, id));
    for (const file of files) observe({ kind: 'begin', item: file, offset: 0 });
    move(observe, files, 10_000_000, 2);
    const lines = await terminal.lines();
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('... and 10 more');
    for (const file of files) observe({ kind: 'failed', item: file, error: new ClientError('command', 'No.') });
    expect(await terminal.lines()).toEqual([]);
  });

  it('stands below what is printed meanwhile, also when the window is made narrower', async () => {
    const { terminal, console, observe } = await display();
    const file = item('numbers.txt', 50_000_000);
    observe({ kind: 'begin', item: file, offset: 0 });
    move(observe, [file], 10_000_000, 2);
    console.trace({ from: 'server', protection: 'ENC', text: '211 still there' });
    await console.data('a line of data');
    expect(await terminal.lines()).toEqual([
      'S ENC   211 still there',
      'a line of data',
      'numbers.txt            [=====>           ]   40%   20.0 MB    8.9 MB/s     0:04',
    ]);
    terminal.resize(50, 24);
    vi.advanceTimersByTime(REDRAWN_EVERY);
    console.note('narrow now');
    expect(await terminal.lines()).toEqual([
      'S ENC   211 still there',
      'a line of data',
      'narrow now',
      'numbers.txt    40%   20.0 MB    8.0 MB/s     0:04',
    ]);
  });

  it('is not drawn with progress off', async () => {
    const { terminal, observe } = await display(80, { progress: false });
    const file = item('a', 50_000_000);
    observe({ kind: 'begin', item: file, offset: 0 });
    move(observe, [file], 10_000_000, 5);
    observe({ kind: 'end', item: file, octets: 50_000_000, seconds: 5 });
    expect(terminal.raw).toBe('a: 50000000 octets received as a (10.0 MB/s, 5.00 s)\n');
  });
});

describe('hash marks', () => {
  it('stand for so many octets each, in place of a bar, and in lines of their own', async () => {
    const { terminal, console, observe } = await display(80, { hash: true });
    const file = item('a', 10 * HASH_OCTETS);
    observe({ kind: 'begin', item: file, offset: 2 * HASH_OCTETS });
    observe({ kind: 'progress', item: file, octets: 5 * HASH_OCTETS + 1 });
    vi.advanceTimersByTime(5000);
    console.note('meanwhile');
    observe({ kind: 'progress', item: file, octets: 6 * HASH_OCTETS - 1 });
    observe({ kind: 'end', item: file, octets: 8 * HASH_OCTETS, seconds: 1 });
    expect(await terminal.lines()).toEqual([
      '###',
      'meanwhile',
      '#####',
      'a: 524288 octets received as a behind the 131072 that were there (524.3 kB/s,',
      '1.00 s)',
    ]);
  });
});
