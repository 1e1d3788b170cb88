// Streams of the library: `end` and `finish` are the server's word that all of it has come, or is stored; nothing else gives them.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from '../../src/client/client.js';
import { connect, type ConnectOptions } from '../../src/client/connect.js';
import { deferred } from '../../src/client/session/deferred.js';
import { startGateway } from '../peers/gateway.js';
import { answeredSession, endless, type Answer } from './answering-ftpd.js';
import { demoFtpd, folder } from './sftpc.js';

/** A session at level P through the gateway, with files in `root`. */
async function throughGateway(options: Partial<ConnectOptions> = {}): Promise<{ client: Client; root: string }> {
  const { root, port } = await demoFtpd();
  const gateway = await startGateway({ ftpd: { host: '127.0.0.1', port } });
  const knownServers = join(await folder(), 'known_servers');
  const where = { host: '127.0.0.1', port: gateway.port, knownServers, newServers: 'accept' } as const;
  const client = await connect({ ...where, user: 'joe', password: 'secret', ...options });
  onTestFinished(async () => {
    await client.quit();
    await gateway.stop();
  });
  return { client, root };
}

const digest = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

/** Names of the events that a stream gives, in order, up to its close. */
async function eventsOf(stream: Readable | Writable): Promise<readonly string[]> {
  const events: string[] = [];
  for (const name of ['end', 'finish', 'error']) stream.on(name, () => events.push(name));
  await new Promise((resolve) => stream.once('close', resolve));
  return events;
}

describe('a stream through the gateway, at level P', () => {
  it('carries a file there and back', async () => {
    const { client, root } = await throughGateway();
    const octets = randomBytes(3_000_001);
    await writeFile(join(root, 'a'), octets);
    expect(digest(await buffer(client.createReadStream('a')))).toBe(digest(octets));
    const tail = await buffer(client.createReadStream('a', { offset: 3_000_000 }));
    expect(tail.equals(octets.subarray(-1))).toBe(true);
    await pipeline(createReadStream(join(root, 'a')), client.createWriteStream('b'));
    expect(digest(await readFile(join(root, 'b')))).toBe(digest(octets));
    await pipeline(
      Readable.from([Buffer.from('x'), Buffer.from('y')]),
      client.createWriteStream('b', { append: true }),
    );
    expect((await readFile(join(root, 'b'))).subarray(-2).toString()).toBe('xy');
    await pipeline(Readable.from([]), client.createWriteStream('empty'));
    expect(await readFile(join(root, 'empty'))).toHaveLength(0);
    expect(await buffer(client.createReadStream('empty'))).toHaveLength(0);
  });

  it('goes through other streams', async () => {
    const { client, root } = await throughGateway();
    const text = Buffer.from('the same line again and again\n'.repeat(100_000));
    await pipeline(Readable.from([text]), createGzip(), client.createWriteStream('text.gz'));
    expect((await readFile(join(root, 'text.gz'))).length).toBeLessThan(text.length / 100);
    const back: Buffer[] = [];
    await pipeline(client.createReadStream('text.gz'), createGunzip(), async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) back.push(chunk);
    });
    expect(Buffer.concat(back).equals(text)).toBe(true);
  });

  it('leaves a session that goes on when it is given up, in either direction', async () => {
    const { client, root } = await throughGateway();
    await writeFile(join(root, 'large'), Buffer.alloc(50_000_000));
    await writeFile(join(root, 'small'), 'small');
    for await (const chunk of client.createReadStream('large')) {
      expect((chunk as Buffer).length).toBeGreaterThan(0);
      break;
    }
    // Waits for the end of the stream that was left.
    expect(await client.size('small')).toBe(5);
    expect((await buffer(client.createReadStream('small'))).toString()).toBe('small');
    const half = client.createWriteStream('half');
    await new Promise((resolve) => half.write(Buffer.alloc(100_000), resolve));
    half.destroy();
    expect(await eventsOf(half)).toEqual([]);
    await pipeline(Readable.from(['whole']), client.createWriteStream('whole'));
    expect(await readFile(join(root, 'whole'), 'utf8')).toBe('whole');
  });
});

describe('a stream to read', () => {
  it('ends after the server’s word, not before', async () => {
    const said = deferred<() => void>();
    const { client } = await answeredSession((verb) => {
      if (verb !== 'RETR') return undefined;
      return { data: (data, say) => void data.end('octets', () => said.resolve(() => say('226 done'))) };
    });
    const stream = client.createReadStream('a');
    let events = '';
    stream.on('data', (chunk: Buffer) => (events += `${chunk.toString()} `)).on('end', () => (events += 'end'));
    const say = await said.promise;
    await expect.poll(() => events).toBe('octets ');
    events += 'said ';
    say();
    await once(stream, 'end');
    expect(events).toBe('octets said end');
  });

  it.each([
    ['is not there', '550 no such file', '550 no such file'],
    ['breaks off', { data: 'part', final: '426 broken' }, '426 broken'],
  ] as const)('of a file that %s gives an error, and no end', async (_, answer, said) => {
    const { client } = await answeredSession((verb) =>
      verb === 'RETR' ? answer : verb === 'SIZE' ? '213 5' : undefined,
    );
    const stream = client.createReadStream('a');
    const failed = once(stream, 'error');
    const events = eventsOf(stream);
    stream.resume();
    expect((await failed)[0]).toMatchObject({
      name: 'ClientError',
      code: 'refused',
      message: `a: the server said: ${said}`,
    });
    expect(await events).toEqual(['error']);
    expect(await client.size('a')).toBe(5);
  });

  it('gives an error when the session is lost', async () => {
    const { client, ftpd } = await answeredSession((verb) => (verb === 'RETR' ? { data: () => undefined } : undefined));
    const stream = client.createReadStream('a');
    const failed = once(stream, 'error');
    stream.resume();
    await expect.poll(() => ftpd.commands).toContain('RETR a');
    ftpd.hangUp();
    expect((await failed)[0]).toMatchObject({ kind: 'connect', code: 'connection-lost' });
  });

  it('takes no more from the network than its reader takes from it', async () => {
    let sent = 0;
    const block = Buffer.alloc(65_536);
    const { client } = await answeredSession((verb) => {
      if (verb === 'ABOR') return '226 aborted';
      if (verb !== 'RETR') return undefined;
      return {
        data: (data, say) => {
          const more = (): void => {
            do sent += block.length;
            while (data.write(block));
          };
          data.resume();
          data.on('drain', more).on('close', () => say('426 broken'));
          more();
        },
      };
    });
    const stream = client.createReadStream('a');
    await once(stream, 'readable');
    let before = -1;
    // What the kernel takes for either side is a few MiB; then the server can send no more.
    await expect.poll(() => [before, (before = sent)][0] === sent, { interval: 100 }).toBe(true);
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    expect(stream.readableLength).toBeLessThan(1024 * 1024);
    stream.destroy();
    await once(stream, 'close');
  });

  it('is destroyed by its signal', async () => {
    const aborting = new AbortController();
    const { client } = await answeredSession((verb) => {
      return verb === 'RETR' ? endless(Buffer.alloc(100_000)) : verb === 'ABOR' ? '226 aborted' : undefined;
    });
    const stream = client.createReadStream('a', { signal: aborting.signal });
    const failed = once(stream, 'error');
    stream.once('data', () => aborting.abort());
    expect((await failed)[0]).toMatchObject({ code: 'interrupted' });
    const late = client.createReadStream('a', { signal: aborting.signal });
    expect((await once(late, 'error'))[0]).toMatchObject({ code: 'interrupted' });
  });

  it('is refused beside another one', async () => {
    const { client } = await answeredSession((verb) => (verb === 'RETR' ? { data: 'octets' } : undefined));
    const first = client.createReadStream('a');
    const second = client.createReadStream('b');
    expect((await once(second, 'error'))[0]).toMatchObject({ code: 'busy' });
    expect((await buffer(first)).toString()).toBe('octets');
    expect((await buffer(client.createReadStream('b'))).toString()).toBe('octets');
  });
});

/** Takes an upload; says `final` when told to. */
function taken(final: string, until: Promise<unknown> = Promise.resolve()): { answer: Answer; got: () => string } {
  const chunks: Buffer[] = [];
  const answer: Answer = {
    data: (data, say) => {
      data.on('data', (chunk) => chunks.push(chunk));
      data.on('end', () => void until.then(() => say(final)));
    },
  };
  return { answer, got: () => Buffer.concat(chunks).toString() };
}

describe('a stream to write', () => {
  it('finishes after the server’s word, not before', async () => {
    const allowed = deferred<undefined>();
    const { answer, got } = taken('226 stored', allowed.promise);
    const { client } = await answeredSession((verb) => (verb === 'STOR' ? answer : undefined));
    const stream = client.createWriteStream('a');
    let finished = 'no';
    stream.on('finish', () => (finished = 'yes'));
    stream.write('one ');
    stream.end('two');
    await expect.poll(got).toBe('one two');
    expect([finished, stream.writableEnded]).toEqual(['no', true]);
    allowed.resolve(undefined);
    await once(stream, 'finish');
    expect(got()).toBe('one two');
  });

  it.each([
    ['refused', '553 no'],
    ['not stored whole', taken('452 no space').answer],
  ] as const)('that is %s gives an error, and no finish', async (_, answer) => {
    const { client } = await answeredSession((verb) =>
      verb === 'STOR' ? answer : verb === 'SIZE' ? '213 5' : undefined,
    );
    const stream = client.createWriteStream('a');
    const failed = once(stream, 'error');
    const events = eventsOf(stream);
    stream.end('octets');
    expect((await failed)[0]).toMatchObject({ name: 'ClientError', code: 'refused' });
    expect(await events).toEqual(['error']);
    expect(await client.size('a')).toBe(5);
  });

  it('is told to the server as broken off when it is destroyed', async () => {
    const ends: string[] = [];
    const arrived = deferred<undefined>();
    const { client, ftpd } = await answeredSession((verb) => {
      if (verb === 'ABOR') return '226 aborted';
      if (verb !== 'STOR') return verb === 'SIZE' ? '213 5' : undefined;
      return {
        data: (data, say) => {
          data.on('data', () => arrived.resolve(undefined));
          for (const end of ['end', 'error']) data.on(end, () => ends.push(end));
          data.on('close', () => say('426 broken'));
        },
      };
    });
    const stream = client.createWriteStream('a');
    stream.write('part');
    await arrived.promise;
    stream.destroy(new Error('the source broke'));
    expect((await once(stream, 'error'))[0]).toMatchObject({ message: 'the source broke' });
    expect(await client.size('a')).toBe(5);
    expect([ends, ftpd.commands.includes('ABOR')]).toEqual([['error'], true]);
  });

  it('takes no more from its writer than the network takes', async () => {
    const { client } = await answeredSession((verb) => {
      // Takes nothing.
      return verb === 'STOR' ? { data: () => undefined } : verb === 'ABOR' ? '426 broken\n226 aborted' : undefined;
    });
    const stream = client.createWriteStream('a');
    const block = Buffer.alloc(65_536);
    let given = 0;
    let before = -1;
    const give = (): void => {
      do given += block.length;
      while (stream.write(block));
    };
    stream.on('drain', give);
    give();
    await expect.poll(() => given).toBeGreaterThan(4 * block.length);
    await expect.poll(() => [before, (before = given)][0] === given, { interval: 100 }).toBe(true);
    expect(given).toBeLessThan(32 * 1024 * 1024);
    expect(stream.writableLength).toBeLessThan(1024 * 1024);
    stream.destroy();
    await once(stream, 'close');
  });

  it('joins small pieces that wait', async () => {
    const { answer, got } = taken('226 stored');
    const { client } = await answeredSession((verb) => (verb === 'STOR' ? answer : undefined));
    const stream = client.createWriteStream('a');
    for (let line = 0; line < 1000; line++) stream.write(`${line}\n`);
    stream.end();
    await once(stream, 'finish');
    expect(got()).toBe(Array.from({ length: 1000 }, (_, line) => `${line}\n`).join(''));
  });
});

describe('whole files', () => {
  it('are received under their own name only when they are whole, and sent', async () => {
    const { client, root } = await throughGateway();
    const local = await folder();
    await writeFile(join(root, 'a'), 'octets');
    expect(await client.download('a', local)).toMatchObject({ octets: 6, reply: { code: 226 } });
    expect(await readFile(join(local, 'a'), 'utf8')).toBe('octets');
    await expect(client.download('nothing', join(local, 'a'))).rejects.toMatchObject({ code: 'refused' });
    await expect(client.download('a', join(local, 'no', 'folder'))).rejects.toMatchObject({ code: 'local' });
    expect(await readFile(join(local, 'a'), 'utf8')).toBe('octets');
    expect(await client.upload(join(local, 'a'), 'b', { append: true })).toMatchObject({ octets: 6 });
    expect(await readFile(join(root, 'b'), 'utf8')).toBe('octets');
    await expect(client.upload(join(local, 'absent'), 'c')).rejects.toMatchObject({ code: 'local' });
  });
});
