// A session carries one transfer, and answers in order: what happens to callers who ask for more at once.
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Client } from '../../src/client/client.js';
import { connect } from '../../src/client/connect.js';
import { deferred } from '../../src/client/session/deferred.js';
import { answeredSession, answeringFtpd, endless, type AnsweringFtpd } from './answering-ftpd.js';

const discard = async (): Promise<void> => Promise.resolve();
const BUSY = { kind: 'command', code: 'busy', message: 'Another transfer of this session is under way.' };

/** A sink that takes nothing until it is told to. */
function held(): { sink: () => Promise<void>; reached: Promise<undefined>; release: () => void } {
  const [reached, released] = [deferred<undefined>(), deferred<undefined>()];
  return {
    sink: () => {
      reached.resolve(undefined);
      return released.promise.then(() => undefined);
    },
    reached: reached.promise,
    release: () => released.resolve(undefined),
  };
}

describe('methods that are called at once', () => {
  it('are done one after another, each with all its commands', async () => {
    const { client, ftpd } = await answeredSession((verb) => {
      if (verb === 'NLST') return { data: 'a\r\nb\r\n' };
      return verb === 'SIZE' ? '213 5' : verb === 'RNFR' ? '350 and?' : verb === 'RNTO' ? '250 done' : undefined;
    });
    const done = await Promise.all([
      client.size('a'),
      client.rename('a', 'b'),
      client.names(),
      client.size('c'),
      client.rename('c', 'd'),
    ]);
    expect(done).toEqual([5, undefined, ['a', 'b'], 5, undefined]);
    expect(ftpd.commands.join(' | ')).toBe(
      'TYPE I | SIZE a | RNFR a | RNTO b | TYPE A | EPSV | NLST | TYPE I | SIZE c | RNFR c | RNTO d',
    );
  });

  it('go on behind one that fails', async () => {
    const { client } = await answeredSession((verb) => (verb === 'SIZE' ? '213 5' : undefined));
    const [refused, size] = await Promise.allSettled([client.delete('a'), client.size('b')]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'refused', reply: { code: 502 } } });
    expect(size).toEqual({ status: 'fulfilled', value: 5 });
  });
});

describe('while a transfer of the caller’s is under way', () => {
  it('all else is refused at once, and not when it is over', async () => {
    const { client } = await answeredSession((verb) => {
      if (verb === 'RETR') return { data: 'octets' };
      return verb === 'SIZE' ? '213 5' : undefined;
    });
    const { sink, reached, release } = held();
    const transfer = client.retrieve('a', sink);
    await reached;
    await expect(client.size('b')).rejects.toMatchObject(BUSY);
    await expect(client.retrieve('b', discard)).rejects.toMatchObject(BUSY);
    await expect(client.entries()).rejects.toMatchObject(BUSY);
    await expect(client.another()).rejects.toMatchObject(BUSY);
    release();
    expect(await transfer).toMatchObject({ octets: 6, reply: { code: 226 } });
    expect(await client.size('b')).toBe(5);
  });

  it('so it is from the moment it was asked for, also behind commands', async () => {
    const { client, ftpd } = await answeredSession((verb) => {
      if (verb === 'RETR') return { data: 'octets' };
      return verb === 'SIZE' ? '213 5' : undefined;
    });
    const [size, transfer] = [client.size('a'), client.retrieve('b', discard)];
    await expect(client.size('c')).rejects.toMatchObject(BUSY);
    expect([await size, (await transfer).octets]).toEqual([5, 6]);
    expect(ftpd.commands).toEqual(['TYPE I', 'SIZE a', 'EPSV', 'RETR b']);
  });

  it('one that was aborted is waited for', async () => {
    const { client } = await answeredSession((verb) => {
      if (verb === 'RETR') return endless(Buffer.alloc(100_000));
      return verb === 'SIZE' ? '213 5' : verb === 'ABOR' ? '226 aborted' : undefined;
    });
    const aborting = new AbortController();
    const { sink, reached } = held();
    const transfer = client.retrieve('a', sink, { signal: aborting.signal });
    await reached;
    aborting.abort();
    const size = client.size('b');
    await expect(transfer).rejects.toMatchObject({ kind: 'command', code: 'interrupted' });
    expect(await size).toBe(5);
  });

  it('quit() ends the session at once, and the transfer with it', async () => {
    const { client, ftpd } = await answeredSession((verb) => {
      return verb === 'RETR' ? endless(Buffer.alloc(100_000)) : undefined;
    });
    const { sink, reached } = held();
    const transfer = client.retrieve('a', sink);
    const ended = expect(transfer).rejects.toMatchObject({ kind: 'connect', code: 'closed' });
    await reached;
    await client.quit();
    await ended;
    expect(client.isOpen).toBe(false);
    expect(ftpd.commands).not.toContain('QUIT');
  });

  it('so does close(), also where the server has sent all of it and the caller takes none', async () => {
    const settled = deferred<undefined>();
    const ftpd = await answeringFtpd((verb) => (verb === 'RETR' ? { data: 'all of it' } : undefined));
    const client = await connect({
      host: '127.0.0.1',
      port: ftpd.port,
      protection: 'none',
      trace: ({ text }) => {
        if (text.startsWith('226')) settled.resolve(undefined);
      },
    });
    const { sink, reached } = held();
    const ended = expect(client.retrieve('a', sink)).rejects.toMatchObject({ kind: 'connect', code: 'closed' });
    await Promise.all([reached, settled.promise]);
    client.close();
    await ended;
    await expect(client.size('a')).rejects.toMatchObject({ kind: 'connect', code: 'closed' });
  });
});

describe('quit()', () => {
  it('comes after the methods that were called before', async () => {
    const { client, ftpd } = await answeredSession((verb) => (verb === 'SIZE' ? '213 5' : undefined));
    const [size] = await Promise.all([client.size('a'), client.quit()]);
    expect([size, ftpd.commands, client.isOpen]).toEqual([5, ['TYPE I', 'SIZE a', 'QUIT'], false]);
  });

  it('does not wait longer for one than for its own answer', async () => {
    const { client } = await answeredSession((verb) => (verb === 'SIZE' ? { then: 'silence' } : undefined));
    const size = client.size('a');
    const failed = expect(size).rejects.toMatchObject({ code: 'closed' });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const ended = client.quit();
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all([ended, failed]);
    expect(client.isOpen).toBe(false);
  });
});

/** Every method that needs the server. */
const calls = (client: Client): Record<string, () => Promise<unknown>> => ({
  login: () => client.login({ user: 'ann', password: 'x' }),
  protect: () => client.protect('P'),
  changeDirectory: () => client.changeDirectory('a'),
  workingDirectory: () => client.workingDirectory(),
  list: () => client.list(undefined, discard),
  entries: () => client.entries(),
  names: () => client.names(),
  stat: () => client.stat('a'),
  size: () => client.size('a'),
  modified: () => client.modified('a'),
  setModified: () => client.setModified('a', new Date()),
  retrieve: () => client.retrieve('a', discard),
  store: () => client.store('a', Readable.from(['x'])),
  delete: () => client.delete('a'),
  makeDirectory: () => client.makeDirectory('a'),
  removeDirectory: () => client.removeDirectory('a'),
  rename: () => client.rename('a', 'b'),
  features: () => client.features(),
  request: () => client.request('NOOP'),
  quote: () => client.quote({ verb: 'NOOP', argument: undefined }),
  another: () => client.another(),
});

describe('when the session is over', () => {
  it.each([
    ['was lost', (_: Client, ftpd: AnsweringFtpd) => ftpd.hangUp(), 'connection-lost'],
    ['was closed', (client: Client) => client.close(), 'closed'],
    ['was ended', (client: Client) => client.quit(), 'closed'],
  ] as const)('because it %s, every method says so', async (_, end, code) => {
    const { client, ftpd } = await answeredSession(() => undefined);
    await end(client, ftpd);
    await expect.poll(() => client.isOpen).toBe(false);
    for (const [name, call] of Object.entries(calls(client))) {
      const error: unknown = await call().then(
        () => `${name} did not fail`,
        (thrown: unknown) => thrown,
      );
      expect(error, name).toMatchObject({ name: 'ClientError', kind: 'connect', code, hint: 'Connect again.' });
    }
    await client.quit();
    client.close();
  });

  it('because the server fell silent, it says so', async () => {
    const ftpd = await answeringFtpd((verb) => (verb === 'NOOP' ? { data: () => undefined } : undefined));
    const client = await connect({ host: '127.0.0.1', port: ftpd.port, protection: 'none', timeouts: { reply: 1000 } });
    await expect(client.request('NOOP')).rejects.toMatchObject({ kind: 'connect', code: 'connection-lost' });
    await expect(client.size('a')).rejects.toMatchObject({ kind: 'connect', code: 'connection-lost' });
  });

  it('because its owner’s block is left, nothing stays behind', async () => {
    const ftpd = await answeringFtpd(() => undefined);
    {
      await using client = await connect({ host: '127.0.0.1', port: ftpd.port, protection: 'none' });
      expect(client.isOpen).toBe(true);
    }
    expect(ftpd.commands).toEqual(['QUIT']);
    await expect.poll(() => ftpd.connections()).toBe(0);
  });
});
