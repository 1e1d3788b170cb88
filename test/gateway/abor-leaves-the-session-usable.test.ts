// ABOR in the middle of a transfer, in every form in which clients put it on the wire (RFC 959 §4.1.3: Telnet IP and Synch, the
// latter as urgent data), in front of each real ftpd: every command gets its reply, in order, and the next transfer is whole.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findPeer } from '../peers/peer.js';
import type { Heard, RawClient } from './raw-client.js';
import { withEachFtpd } from './real-ftpds.js';
import { download, openDownload, pieces, received, sealed, upload, type Level } from './transfers.js';

/** More than the buffers on the way hold. */
const LARGE = Buffer.alloc(48 * 1024 * 1024, 'sftpd');
const SMALL = Buffer.from('small');

const FORMS: readonly (readonly [string, string])[] = [
  ['plain', 'ABOR\r\n'],
  ['IAC IP IAC DM', '\xff\xf4\xff\xf2ABOR\r\n'],
  ['IAC IP DM, the second IAC lost', '\xff\xf4\xf2ABOR\r\n'],
  ['IAC IP IAC, the DM lost', '\xff\xf4\xffABOR\r\n'],
  ['DM behind a line of its own', '\xff\xf2ABOR\r\n'],
  ['without its LF', 'abor\r'],
  ['option negotiation before it', '\xff\xfd\x06\xff\xfb\x01ABOR\r\n'],
];

/** Replies up to the one that settles the command sent last: that of NOOP is known by what every ftpd says to it. */
async function repliesUntilNoop(client: RawClient): Promise<readonly Heard[]> {
  client.send('NOOP');
  const heard: Heard[] = [];
  do heard.push(await client.reply());
  while (!(heard.at(-1)!.code === 200 && heard.length > 1));
  return heard;
}

withEachFtpd('ABOR', (stage) => {
  beforeAll(async () => {
    await writeFile(path.join(stage().ftpd.root, 'large'), LARGE);
    await writeFile(path.join(stage().ftpd.root, 'small'), SMALL);
  });

  async function midDownload(level: Level) {
    const client = await stage().login(level === 'C' ? 'clear' : level);
    const { connected } = await client.setUp('EPSV');
    const socket = await connected();
    client.send('RETR large');
    await client.expect(150);
    await once(socket, 'readable');
    return { client, socket };
  }

  async function goesOn(client: RawClient, level: Level): Promise<void> {
    const heard = await repliesUntilNoop(client);
    // One for the transfer, one for ABOR, one for NOOP.
    expect(heard.map(({ code }) => code)).toHaveLength(3);
    expect(heard[0]!.code).toBeGreaterThanOrEqual(400);
    // 451 is Pure-FTPd's word on an ABOR of an upload.
    expect([225, 226, 451]).toContain(heard[1]!.code);
    const next = await download(client, 'RETR small', { level });
    expect([next.whole, next.data.toString(), next.final.code]).toEqual([true, 'small', 226]);
    expect((await upload(client, 'STOR after', SMALL, { level })).code).toBe(226);
    client.close();
  }

  describe.each(['C', 'S', 'P'] as const)('PROT %s', (level) => {
    test('in mid-download: no end of file, and the session goes on', async () => {
      const { client, socket } = await midDownload(level);
      client.send('ABOR');
      expect(openDownload(client, await received(socket), level).whole).toBe(false);
      await goesOn(client, level);
    });

    test('in mid-upload: never reported as stored, and the session goes on', async () => {
      const client = await stage().login(level === 'C' ? 'clear' : level);
      const { connected } = await client.setUp('EPSV');
      const socket = await connected();
      client.send('STOR aborted');
      await client.expect(150);
      const octets = Buffer.alloc(100_000);
      await new Promise<void>((resolve) =>
        socket.write(level === 'C' ? octets : sealed(client, level, pieces(octets))[0]!, () => resolve()),
      );
      client.send('ABOR');
      expect((await received(socket)).ended).toBe('reset');
      await goesOn(client, level);
    });

    test('without a transfer', async () => {
      const client = await stage().login(level === 'C' ? 'clear' : level);
      client.send('ABOR');
      expect((await client.reply()).code).toBeGreaterThanOrEqual(200);
      await client.says('NOOP', 200);
      client.close();
    });
  });

  test.each(FORMS)('in clear, %s', async (_, form) => {
    const { client, socket } = await midDownload('C');
    client.write(form);
    expect((await received(socket)).ended).toBe('reset');
    await goesOn(client, 'C');
  });

  test('STAT and QUIT during a transfer: the file is whole, and every command has its reply', async () => {
    const { client, socket } = await midDownload('C');
    client.send('STAT');
    client.send('QUIT');
    const { data, whole } = openDownload(client, await received(socket), 'C');
    const rest = await client.rest();
    const finals = rest.filter((line) => /^\d{3} /.test(line)).map((line) => Number(line.slice(0, 3)));
    // Pure-FTPd has no STAT; who answers it early and who late is the ftpd's affair.
    expect(
      finals
        .toSorted((a, b) => a - b)
        .map((code) => (code === 500 ? 211 : code))
        .toSorted(),
    ).toEqual([211, 221, 226]);
    expect(finals.at(-1)).toBe(221);
    expect([whole, data.equals(LARGE)]).toEqual([true, true]);
    client.close();
  });

  test('a client that breaks off without a word: the session goes on', async () => {
    const { client, socket } = await midDownload('C');
    socket.resetAndDestroy();
    expect((await client.reply()).code).toBeGreaterThanOrEqual(400);
    await client.says('NOOP', 200);
    client.close();
  });
});

/** Sends the Telnet Synch as BSD's ftp does and as RFC 959 says: one octet of it urgent, which Node cannot send. */
const SENDER = `
import socket, sys
host, port, user, password, form = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
c = socket.create_connection((host, port), 20)
f = c.makefile('rb')
def reply():
    line = f.readline()
    if line[3:4] == b'-':
        code = line[:3] + b' '
        while not line.startswith(code): line = f.readline()
    return line[:3].decode()
def say(text): c.sendall(text.encode() + b'\\r\\n'); return reply()
reply(); say('USER ' + user)
print('login', say('PASS ' + password)); say('TYPE I')
c.sendall(b'EPSV\\r\\n'); line = f.readline().decode()
d = socket.create_connection((host, int(line.split('|||')[1].split('|')[0])), 20)
print('retr', say('RETR large')); d.recv(1000)
if form == 'dm':
    c.sendall(b'\\xff\\xf4\\xff'); c.send(b'\\xf2', socket.MSG_OOB); c.sendall(b'ABOR\\r\\n')
elif form == 'iac':
    c.sendall(b'\\xff\\xf4'); c.send(b'\\xff', socket.MSG_OOB); c.sendall(b'\\xf2ABOR\\r\\n')
elif form == 'first':
    c.send(b'\\xff', socket.MSG_OOB); c.sendall(b'\\xf4\\xff\\xf2ABOR\\r\\n')
elif form == 'synch':
    c.send(b'\\xff\\xf4\\xff', socket.MSG_OOB); c.sendall(b'\\xf2ABOR\\r\\n')
else:
    c.send(b'ABOR\\r\\n', socket.MSG_OOB)
try:
    while d.recv(1 << 20): pass
    print('data eof')
except ConnectionResetError: print('data reset')
first, second = reply(), reply()
print('transfer', 'failed' if first >= '400' else first)
print('abor', 'settled' if second in ('225', '226') else second)
print('noop', say('NOOP')); print('quit', say('QUIT'))
`;

withEachFtpd('ABOR as urgent data', (stage) => {
  beforeAll(() => writeFile(path.join(stage().ftpd.root, 'large'), LARGE));

  test.each(['dm', 'iac', 'first', 'synch', 'all'])('%s', async (form) => {
    const { ftpd, rig } = stage();
    const python = findPeer('ftplib');
    if (!python.found) throw new Error(python.reason);
    const child = spawn(python.path, ['-c', SENDER, rig.host, `${rig.port}`, ftpd.user, ftpd.password, form]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
    await once(child, 'close');
    const expected = ['login 230', 'retr 150', 'data reset', 'transfer failed', 'abor settled', 'noop 200', 'quit 221'];
    expect(output.trim().split('\n')).toEqual(expected);
  });
});
