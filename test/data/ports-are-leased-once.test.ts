/** The pool of passive ports: no port twice, none lost, and giving one back twice frees nobody else's. */
import { expect, test } from 'vitest';
import { PortPool } from '../../src/data/port-pool.js';

test('a range is used up, and what comes back is used last', () => {
  const pool = new PortPool({ low: 40_000, high: 40_002 });
  const leases = [pool.lease()!, pool.lease()!, pool.lease()!];
  expect(leases.map((lease) => lease.port)).toEqual([40_000, 40_001, 40_002]);
  expect(pool.lease()).toBeUndefined();
  leases[1]!.release();
  expect(pool.lease()!.port).toBe(40_001);
});

test('giving a port back twice does not free it for a third while another has it', () => {
  const pool = new PortPool({ low: 40_000, high: 40_000 });
  const first = pool.lease()!;
  first.release();
  const second = pool.lease()!;
  first.release();
  expect(second.port).toBe(40_000);
  expect(pool.leased).toBe(1);
  expect(pool.lease()).toBeUndefined();
});
