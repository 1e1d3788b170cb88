// What callers of the library give for a command, and what they must not give: replies stay with the commands they belong to.
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.js';
import { answeredSession } from './answering-ftpd.js';

function session(lines: string[] = []): ReturnType<typeof answeredSession> {
  const trace = ({ text }: { readonly text: string }): void => void lines.push(text);
  return answeredSession((verb) => (verb === 'SIZE' ? '213 5' : verb === 'SITE' ? '200 done' : undefined), { trace });
}

describe('a command', () => {
  it.each(['', '1ST', 'NO-OP', 'X'.repeat(17), 'NOOP\r\nDELE a'])('is not sent where it is none: %j', async (verb) => {
    const { client, ftpd } = await session();
    await expect(client.request(verb)).rejects.toMatchObject({ kind: 'command', code: 'bad-argument' });
    await expect(client.quote({ verb, argument: undefined })).rejects.toMatchObject({ code: 'bad-argument' });
    // Nobody waits for a reply to it.
    expect(await client.workingDirectory()).toBe('/');
    expect(await client.size('a')).toBe(5);
    expect(ftpd.commands).toEqual(['PWD', 'TYPE I', 'SIZE a']);
  });

  it('is the same in lower case, or with its argument behind the verb', async () => {
    const { client, ftpd } = await session();
    expect(await client.request('site idle 60')).toMatchObject({ code: 200 });
    expect(ftpd.commands).toEqual(['SITE idle 60']);
  });

  it.each(['REST', 'rest', 'PROT', 'pbsz', 'RETR', 'stor a', 'EPSV', 'PASS secret', 'USER', 'REIN', 'QUIT', 'ABOR'])(
    'is not taken from a caller where it has a method of its own: %s',
    async (verb) => {
      const lines: string[] = [];
      const { client, ftpd } = await session(lines);
      const refused = { kind: 'command', code: 'bad-argument' };
      await expect(client.request(verb, '1')).rejects.toMatchObject(refused);
      await expect(client.quote({ verb, argument: '1' })).rejects.toMatchObject(refused);
      expect(ftpd.commands).toEqual([]);
      expect(lines.join()).not.toContain('secret');
      expect(client.isOpen).toBe(true);
    },
  );

  it('may change the type, which is set again for what needs another', async () => {
    const { client, ftpd } = await session();
    await client.size('a');
    await client.request('type', 'A');
    await client.size('a');
    expect(ftpd.commands).toEqual(['TYPE I', 'SIZE a', 'TYPE A', 'TYPE I', 'SIZE a']);
  });
});

describe('a place to connect to', () => {
  it.each([
    [{ host: '' }, '"" is no host.'],
    [{ host: 'a b' }, '"a b" is no host.'],
    [{ host: 'a\nb' }, '"a\\nb" is no host.'],
    [{ port: 0 }, '0 is no port: 1 to 65535.'],
    [{ port: 65_536 }, '65536 is no port: 1 to 65535.'],
    [{ port: 21.5 }, '21.5 is no port: 1 to 65535.'],
    [{ expectAddress: 'ftp.example.org' }, '"ftp.example.org" is no IP address.'],
  ])('is looked at before: %j', async (place, message) => {
    await expect(connect({ host: '127.0.0.1', ...place })).rejects.toMatchObject({
      name: 'ClientError',
      kind: 'connect',
      code: 'bad-argument',
      message,
    });
  });
});

describe('a session that has ended', () => {
  it('listens for no data connection, in active mode', async () => {
    const { client } = await session();
    client.mode = 'active';
    // So that nothing but the data connection comes before the transfer.
    await client.size('a');
    const stream = client.createReadStream('a');
    const [error] = (await Promise.all([once(stream, 'error'), client.quit()]))[0] as [unknown];
    expect(error).toMatchObject({ name: 'ClientError', code: 'closed' });
  });
});
