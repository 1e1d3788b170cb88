// An AbortSignal ends what it was given to, wherever that stands, with one error; the session goes on, and in step.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../src/client/client.js';
import { deferred } from '../../src/client/session/deferred.js';
import { answeredSession, endless } from './answering-ftpd.js';

const INTERRUPTED = { name: 'ClientError', code: 'interrupted' };
const never = (): Promise<void> => new Promise(() => undefined);
const nothing = async (): Promise<void> => Promise.resolve();

/** Whether the session answers, and what it says is an answer to what was asked. */
const goesOn = async (client: Client): Promise<boolean> => (await client.request('NOOP')).lines[0] === '200 noop';

describe('a transfer whose signal is aborted', () => {
  it('before it begins, does not', async () => {
    const { client, ftpd } = await answeredSession((verb) => (verb === 'NOOP' ? '200 noop' : undefined));
    const signal = AbortSignal.abort();
    await expect(client.retrieve('a', nothing, { signal })).rejects.toMatchObject(INTERRUPTED);
    expect(await goesOn(client)).toBe(true);
    expect(ftpd.commands).not.toContain('RETR a');
  });

  it.each(['TYPE I', 'EPSV', 'REST 5'])('during %s, does not begin either', async (line) => {
    const aborting = new AbortController();
    const { client, ftpd } = await answeredSession((verb, said) => {
      if (said === line) aborting.abort();
      return verb === 'NOOP' ? '200 noop' : verb === 'REST' ? '350 there' : undefined;
    });
    const transfer = client.retrieve('a', nothing, { offset: 5, signal: aborting.signal });
    await expect(transfer).rejects.toMatchObject(INTERRUPTED);
    expect(await goesOn(client)).toBe(true);
    expect(ftpd.commands).not.toContain('RETR a');
    // What begins next begins at its own beginning.
    if (line === 'REST 5') expect(ftpd.commands.slice(-2)).toEqual(['REST 0', 'NOOP']);
  });

  it.each([
    ['waits for the first reply', { then: 'silence' }, 'RETR a', '426 broken\n226 aborted'],
    ['waits for data', { data: () => undefined }, '150 here it comes', '426 broken\n226 aborted'],
    ['runs', endless(Buffer.alloc(100_000)), '150 here it comes', '226 aborted'],
  ] as const)('while it %s, is aborted at the server too', async (_, data, line, aborted) => {
    const aborting = new AbortController();
    const { client, ftpd } = await answeredSession(
      (verb) => (verb === 'RETR' ? data : verb === 'ABOR' ? aborted : verb === 'NOOP' ? '200 noop' : undefined),
      {
        trace: ({ text }) => {
          if (text === line) setImmediate(() => aborting.abort());
        },
      },
    );
    await expect(client.retrieve('a', nothing, { signal: aborting.signal })).rejects.toMatchObject(INTERRUPTED);
    expect(await goesOn(client)).toBe(true);
    expect(ftpd.commands.slice(-2)).toEqual(['ABOR', 'NOOP']);
  });

  it.each([
    ['and all was sent', { data: 'octets' }, '226 nothing to abort'],
    ['and more is to come', endless(Buffer.alloc(100_000)), '226 aborted'],
  ] as const)('while it waits for a sink that never comes back, %s, is aborted as well', async (_, data, aborted) => {
    const aborting = new AbortController();
    const { client } = await answeredSession((verb) => {
      return verb === 'RETR' ? data : verb === 'ABOR' ? aborted : verb === 'NOOP' ? '200 noop' : undefined;
    });
    const sink = (): Promise<void> => {
      setImmediate(() => aborting.abort());
      return never();
    };
    await expect(client.retrieve('a', sink, { signal: aborting.signal })).rejects.toMatchObject(INTERRUPTED);
    expect(await goesOn(client)).toBe(true);
  });

  it('while it waits for a source that never comes back, is aborted at the server too', async () => {
    const aborting = new AbortController();
    let ended = 'not at all';
    const { client } = await answeredSession((verb) => {
      if (verb === 'ABOR') return '226 aborted';
      if (verb !== 'STOR') return verb === 'NOOP' ? '200 noop' : undefined;
      return {
        data: (data, say) => {
          data.on('data', () => aborting.abort());
          data.on('end', () => (ended = 'as if it were whole'));
          data.on('error', () => (ended = 'by a reset'));
          data.on('close', () => say('426 broken'));
        },
      };
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('part');
      await never();
    }
    await expect(client.store('a', source(), { signal: aborting.signal })).rejects.toMatchObject(INTERRUPTED);
    expect([await goesOn(client), ended]).toEqual([true, 'by a reset']);
  });
});

describe('what a callback throws', () => {
  it('is the error of the transfer, as one of this side', async () => {
    const { client } = await answeredSession((verb) => {
      return verb === 'RETR' ? endless(Buffer.alloc(100_000)) : verb === 'NOOP' ? '200 noop' : undefined;
    });
    const cause = new Error('full');
    const transfer = client.retrieve('a', () => Promise.reject(cause));
    await expect(transfer).rejects.toMatchObject({ kind: 'command', code: 'local', message: 'full', cause });
    expect(await goesOn(client)).toBe(true);
  });

  it('is so of an upload too, which then is not whole', async () => {
    let ended = 'not at all';
    const arrived = deferred<undefined>();
    const { client } = await answeredSession((verb) => {
      if (verb !== 'STOR') return verb === 'NOOP' ? '200 noop' : undefined;
      return {
        data: (data, say) => {
          data.on('data', () => arrived.resolve(undefined));
          data.on('end', () => (ended = 'as if it were whole'));
          data.on('error', () => (ended = 'by a reset'));
          data.on('close', () => say('426 broken'));
        },
      };
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('part');
      await arrived.promise;
      throw new Error('unreadable');
    }
    await expect(client.store('a', source())).rejects.toMatchObject({ code: 'local', message: 'unreadable' });
    expect([await goesOn(client), ended]).toEqual([true, 'by a reset']);
  });
});

describe('time that this side takes', () => {
  it('is no stall of the network’s', async () => {
    const stall = 500;
    const { client } = await answeredSession((verb) => (verb === 'RETR' ? { data: 'octets' } : undefined), {
      timeouts: { stall },
    });
    // Longer than a stall.
    const { octets } = await client.retrieve('a', () => delay(5 * stall));
    expect(octets).toBe(6);
  });
});
