import { once } from 'node:events';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { all, Client, demo } from './session.js';

const BIG = 300 * 1024 * 1024;

describe('uploads', () => {
  it('a clean FIN is the end of the file', async () => {
    const server = await demo();
    const client = await Client.login(server);
    const data = await client.data();
    await client.says('STOR a', 150);
    data.end('content');
    await client.code(226);
    expect(await readFile(join(server.root, 'a'), 'utf8')).toBe('content');
  });

  it('a reset is 426, and what has come stays', async () => {
    const server = await demo();
    const client = await Client.login(server);
    const data = await client.data();
    await client.says('STOR a', 150);
    data.write('x'.repeat(100_000));
    for (let size = 0; size < 100_000; size = (await stat(join(server.root, 'a'))).size) await client.says('STAT', 211);
    data.resetAndDestroy();
    await client.code(426);
    expect((await stat(join(server.root, 'a'))).size).toBe(100_000);
    await client.says('NOOP', 200);
  });

  it('STOU tells its name and harms no file', async () => {
    const server = await demo();
    const client = await Client.login(server);
    const data = await client.data();
    const name = /^150 FILE: (\S+)$/.exec((await client.says('STOU', 150)).lines[0]!)?.[1];
    data.end('content');
    await client.code(226);
    expect(await readFile(join(server.root, name!), 'utf8')).toBe('content');
  });
});

describe('ABOR', () => {
  const SHAPES = ['ABOR\r\n', '\xff\xf4\xff\xf2ABOR\r\n', '\xff\xf4\xf2ABOR\r\n', '\xff\xf4\xffABOR\r\n', 'ABOR\r'];
  for (const shape of SHAPES) {
    it(`ends a running download: ${JSON.stringify(shape)}`, async () => {
      const server = await demo();
      await writeFile(join(server.root, 'big'), '');
      await truncate(join(server.root, 'big'), BIG);
      const client = await Client.login(server);
      const data = await client.data();
      data.on('error', () => undefined);
      data.pause();
      await client.says('RETR big', 150);
      client.control.write(Buffer.from(shape, 'latin1'));
      await client.code(426);
      expect((await client.code(226)).lines).toEqual(['226 Abort successful.']);
      await client.says('NOOP', 200);
    });
  }

  it('while the data connection is awaited, and when there is no transfer', async () => {
    const server = await demo();
    const client = await Client.login(server);
    await client.says('EPSV', 229);
    client.send('STOR a');
    await client.says('ABOR', 426);
    await client.code(226);
    expect((await client.says('ABOR', 226)).lines).toEqual(['226 No transfer to abort.']);
  });
});

it('STAT overtakes, QUIT waits for the end, other commands wait their turn', async () => {
  const server = await demo();
  const client = await Client.login(server);
  const data = await client.data();
  await client.says('STOR a', 150);
  client.send('NOOP');
  await client.says('STAT', 211);
  data.end('x');
  await client.code(226);
  await client.code(200);

  const again = await client.data();
  await client.says('STOR b', 150);
  client.send('QUIT');
  again.end('y');
  await client.code(226);
  await client.code(221);
  await once(client.control, 'close');
});

it('pipelined commands are all answered, in order', async () => {
  const server = await demo();
  const client = await Client.login(server);
  client.control.write('SYST\r\nPWD\r\n'.repeat(500) + '\r\nGET / HTTP/1.1\r\n');
  for (let at = 0; at < 500; at += 1) {
    await client.code(215);
    await client.code(257);
  }
  await client.code(500);
  await client.code(502);
});

it('a transfer needs a data connection, once for each', async () => {
  const server = await demo();
  await writeFile(join(server.root, 'a'), 'content');
  const client = await Client.login(server);
  await client.says('RETR a', 425);
  const data = await client.data();
  await client.says('RETR a', 150);
  expect(await all(data)).toBe('content');
  await client.code(226);
  await client.says('RETR a', 425);
  await client.data();
  await client.says('RETR missing', 550);
});

it('a foreign data connection is not taken', async () => {
  const server = await demo();
  await writeFile(join(server.root, 'a'), 'content');
  const client = await Client.login(server);
  const port = /\|\|\|(\d+)\|/.exec((await client.says('EPSV', 229)).lines[0]!)?.[1];
  const foreign = connect({ host: '127.0.0.1', port: Number(port), localAddress: '127.0.0.2' });
  client.send('RETR a');
  expect(await all(foreign)).toBe('');
  const own = connect({ host: '127.0.0.1', port: Number(port) });
  await client.code(150);
  expect(await all(own)).toBe('content');
  await client.code(226);
});

it('a client that shuts down its own side first still gets the file', async () => {
  const server = await demo();
  await writeFile(join(server.root, 'a'), 'x'.repeat(3_000_000));
  const client = await Client.login(server);
  const data = await client.data();
  data.end();
  client.send('RETR a');
  await client.code(150);
  expect((await all(data)).length).toBe(3_000_000);
  await client.code(226);
});

it('MLST, STAT of a directory and SITE CHMOD', async () => {
  const server = await demo();
  await writeFile(join(server.root, 'a'), 'content');
  const client = await Client.login(server);
  await client.says('SITE CHMOD 640 a', 200);
  expect((await client.says('MLST a', 250)).lines[1]).toMatch(/^ type=file;size=7;modify=\d{14};UNIX\.mode=0640; \/a$/);
  expect((await client.says('STAT /', 213)).lines[1]).toMatch(/^ -rw-r----- .* 7 [A-Z][a-z]{2} [ \d]\d \d\d:\d\d a$/);
  expect((await client.says('OPTS UTF8 ON', 200)).code).toBe(200);
});
