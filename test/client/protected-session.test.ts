import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startGateway } from '../peers/gateway.js';
import { demoFtpd, folder, scriptedFtpd, sftpc } from './sftpc.js';

/** A gateway in front of an ftpd of this process, and the words that reach it with a file of known servers of its own. */
async function gateway(ftpdPort: number): Promise<{ port: number; known: string; words: string[] }> {
  const running = await startGateway({ ftpd: { host: '127.0.0.1', port: ftpdPort } });
  onTestFinished(running.stop);
  const known = join(await folder(), 'known_servers');
  const words = ['-u', 'joe', '--known-servers', known, '127.0.0.1', `${running.port}`];
  return { port: running.port, known, words };
}

describe('sftpc through the gateway', () => {
  it.each(['--passive', '--active'])('gets and puts files of all sizes at every level, %s', async (mode) => {
    const { root, port } = await demoFtpd();
    const { words } = await gateway(port);
    const local = await folder();
    const sizes = [0, 1, 1_048_577];
    for (const size of sizes) await writeFile(join(root, `f${size}`), randomBytes(size));
    const lines = ['C', 'S', 'P'].flatMap((level) => [
      `prot ${level}`,
      ...sizes.flatMap((size) => [`get f${size} ${local}/${level}${size}`, `put ${local}/${level}${size}`]),
    ]);
    const ended = await sftpc(['--accept-new', mode, ...words], { input: lines.join('\n') });
    expect(ended, ended.err).toMatchObject({ status: 0 });
    for (const level of ['C', 'S', 'P']) {
      for (const size of sizes) {
        const stored = await readFile(join(root, `${level}${size}`));
        expect(stored.equals(await readFile(join(root, `f${size}`))), `${level} ${size}`).toBe(true);
      }
    }
    expect((await readdir(local)).length).toBe(9);
  });

  it('remembers a server, recognises it, and refuses it with another key', async () => {
    const { port } = await demoFtpd();
    const { words, known } = await gateway(port);
    const asked = await sftpc([...words, '--', 'pwd']);
    expect(asked.status).toBe(4);
    expect(asked.err).toContain('--accept-new');
    await expect(readFile(known)).rejects.toThrow('ENOENT');
    expect(await sftpc(['--accept-new', ...words, '--', 'pwd'])).toMatchObject({ status: 0, out: '/\n' });
    expect(await sftpc([...words, '--', 'pwd'])).toEqual({ status: 0, out: '/\n', err: '' });
    const line = await readFile(known, 'utf8');
    const other = `SHA256:${'x'.repeat(43)}`;
    await writeFile(known, line.replace(/SHA256:.*/, other));
    const changed = await sftpc(['--accept-new', ...words, '--', 'pwd']);
    expect(changed.status).toBe(4);
    expect(changed.err).toContain('HAS CHANGED');
    expect(changed.err).toContain(other);
    expect(changed.err).toContain(/SHA256:\S+/.exec(line)?.[0]);
    expect(changed.err).toContain(`line 1 of ${known}`);
  });

  it('refuses a server that does not protect, all the more where it did before', async () => {
    const { port } = await demoFtpd();
    const known = join(await folder(), 'known_servers');
    const words = ['-u', 'joe', '--known-servers', known, '127.0.0.1', `${port}`, '--', 'pwd'];
    const never = await sftpc(['--accept-new', ...words]);
    expect(never.status).toBe(4);
    expect(never.err).toContain('insist with -9');
    await writeFile(known, `127.0.0.1 ${port} SHA256:${'x'.repeat(43)}\n`);
    const before = await sftpc(words);
    expect(before.status).toBe(4);
    expect(before.err).toContain('drop-down attack');
    expect(await sftpc(['-9', ...words])).toMatchObject({ status: 0, out: '/\n' });
  });

  it('refuses a gateway that knows itself by another address', async () => {
    const { port } = await demoFtpd();
    const { words } = await gateway(port);
    const ended = await sftpc(['--accept-new', '--expect-address', '192.0.2.1', ...words, '--', 'pwd']);
    expect(ended.status).toBe(4);
    expect(ended.err).toContain('--expect-address');
  });

  it('keeps nothing of a download that ends before its last block', async () => {
    const ftpd = await scriptedFtpd((data, say) => {
      data.write(randomBytes(40_000), () => {
        data.end();
        say('426 broken');
      });
    });
    const { words } = await gateway(ftpd);
    const local = await folder();
    const ended = await sftpc(['--accept-new', ...words, '--', 'get', 'a', join(local, 'got')]);
    expect(ended.status).toBe(1);
    expect(await readdir(local)).toEqual([]);
  });

  it('finds data changed on its way, ends the session and keeps nothing', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'a'), randomBytes(100_000));
    const { words } = await gateway(port);
    const local = await folder();
    flipInFirstLargeChunk();
    const ended = await sftpc(['--accept-new', '--prot', 'S', ...words, '--', 'get', 'a', join(local, 'got')]);
    expect(ended.status).toBe(4);
    expect(await readdir(local)).toEqual([]);
  });
});

/**
 * Changes one bit of the first large chunk that any socket of this process reads: the data connection's. Its port is named
 * under protection, so that no relay of the test's could come between.
 */
function flipInFirstLargeChunk(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { push } = Socket.prototype;
  let flipped = 0;
  Socket.prototype.push = function (chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk instanceof Uint8Array && chunk.length > 20_000 && flipped++ === 0) chunk[500]! ^= 1;
    return push.call(this, chunk, encoding);
  };
  onTestFinished(() => void (Socket.prototype.push = push));
}
