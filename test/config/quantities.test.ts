import { describe, expect, it } from 'vitest';
import { milliseconds, octets, portRange } from '../../schemas/quantities.js';
import { parseServices, readServices, resolvePort } from '../../src/config/services.js';

describe('quantities', () => {
  it.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
    ['60', undefined],
    ['1.5m', undefined],
    ['-1s', undefined],
    ['1 s', undefined],
    ['1S', undefined],
    ['1s\n', undefined],
  ])('the duration %j is %s ms', (text, expected) => {
    expect(milliseconds(text)).toBe(expected);
  });

  it.each([
    [256, 256],
    ['64KiB', 65_536],
    ['1MiB', 1_048_576],
    ['1GiB', 1_073_741_824],
    ['1MB', undefined],
    ['256', undefined],
  ])('the size %j is %s octets', (size, expected) => {
    expect(octets(size)).toBe(expected);
  });

  it.each([
    ['40000-40999', { low: 40_000, high: 40_999 }],
    ['21-21', { low: 21, high: 21 }],
    ['0-5', undefined],
    ['5-1', undefined],
    ['1-65536', undefined],
    ['1', undefined],
  ])('the range %j is %j', (text, expected) => {
    expect(portRange(text)).toEqual(expected);
  });
});

describe('services', () => {
  const table = parseServices(
    '# comment\nftp\t\t21/tcp\tsafetp alias # safetp2\ntftp 69/udp\nbad x/tcp\nbig 70000/tcp\nftp 2121/tcp\n',
  );

  it('are TCP names and aliases, the first entry counting', () => {
    expect(Object.fromEntries(table)).toEqual({ ftp: 21, safetp: 21, alias: 21 });
  });

  it('resolve numbers, names, and the two fallbacks', () => {
    expect(['ftp', 2121, 'raw-ftp', 'tftp', 'nothing'].map((port) => resolvePort(port, table))).toEqual([
      21,
      2121,
      351,
      undefined,
      undefined,
    ]);
    expect(resolvePort('raw-ftp', new Map([['raw-ftp', 999]]))).toBe(999);
  });

  it('are none where there is no file', async () => {
    expect((await readServices('/nonexistent')).size).toBe(0);
  });
});
