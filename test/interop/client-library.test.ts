// The library in front of real ftpds, through the built gateway, at level P: what each of its methods gives is so on the disk.
import { randomBytes } from 'node:crypto';
import { lchown, mkdir, readdir, readFile, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Client } from '../../src/client/index.js';
import type { Ftpd } from '../peers/ftpd.js';
import { type Gateway, startGateway } from '../peers/gateway.js';
import { isRoot, servant } from '../peers/identity.js';
import type { PeerName } from '../peers/peer.js';
import { makeFolder } from '../peers/process.js';
import { startProftpd } from '../peers/proftpd.js';
import { startPureFtpd } from '../peers/pureftpd.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';

interface Server {
  readonly name: string;
  readonly peer: PeerName;
  readonly start: () => Promise<Ftpd>;
}

const SERVERS: readonly Server[] = [
  { name: 'vsftpd', peer: 'vsftpd', start: startVsftpd },
  {
    name: 'ProFTPD',
    peer: 'proftpd',
    // Which allows that only where it is told to.
    start: () => startProftpd({ extra: ['AllowStoreRestart on'] }),
  },
  { name: 'Pure-FTPd', peer: 'pure-ftpd', start: startPureFtpd },
];

/** Names that have been read wrongly by somebody. */
const NAMES = [
  'plain',
  ' leading',
  'trailing ',
  'two  blanks',
  '-dash',
  '.hidden',
  'a -> b',
  'semi; colon',
  'st*r[x]',
  'Füß €',
];

const SEPTEMBER_2001 = new Date('2001-09-09T01:46:40Z');

for (const { name, peer, start } of SERVERS) {
  describeWithPeers(`the library and ${name} behind the gateway`, [peer], () => {
    let ftpd: Ftpd;
    let gateway: Gateway;
    let client: Client;
    const notices: string[] = [];
    const stops: (() => Promise<void>)[] = [];

    const at = (...parts: string[]): string => path.join(ftpd.root, ...parts);
    /** Files of the test's belong to whom the ftpd serves them as. */
    async function owned(file: string): Promise<void> {
      const { uid, gid } = servant();
      if (isRoot) await lchown(file, uid, gid);
    }
    async function file(name: string, content: string | Buffer): Promise<void> {
      await writeFile(at(name), content);
      await owned(at(name));
    }

    beforeAll(async () => {
      ftpd = await start();
      stops.push(ftpd.stop);
      gateway = await startGateway({ ftpd });
      stops.push(gateway.stop);
      client = await connect({
        host: gateway.host,
        port: gateway.port,
        user: ftpd.user,
        password: ftpd.password,
        knownServers: path.join(await makeFolder('client'), 'known_servers'),
        newServers: 'accept',
        notice: (text) => notices.push(text),
      });
      stops.push(() => client.quit());
    });
    afterAll(async () => {
      for (const stop of stops.reverse()) await stop();
    });

    test(`${name}: entries() names every file as it is, in whatever directory`, async () => {
      const folder = '-odd [dir] *';
      await mkdir(at(folder, 'sub'), { recursive: true });
      for (const each of NAMES) await file(path.join(folder, each), 'octets');
      await writeFile(Buffer.concat([Buffer.from(at(folder, 'latin-')), Buffer.from([0xfc, 0xe9])]), '');
      await symlink('plain', at(folder, 'link'));
      for (const each of [at(folder), at(folder, 'sub')]) await owned(each);
      const entries = await client.entries(folder);
      const kinds = new Map(entries.map((entry) => [entry.name, entry.kind]));
      expect(kinds).toEqual(
        new Map([
          ...[...NAMES, 'latin-\udcfc\udce9'].map((each) => [each, 'file'] as const),
          ['link', 'link'],
          ['sub', 'directory'],
        ]),
      );
      expect(entries.find((entry) => entry.name === 'plain')?.size).toBe(6);
      for (const each of [...NAMES, 'latin-\udcfc\udce9']) {
        expect(await client.size(`${folder}/${each}`), each).toBe(each.startsWith('latin') ? 0 : 6);
      }
      await expect(client.entries('nothing')).rejects.toMatchObject({ code: 'refused' });
      await expect(client.entries(`${folder}/plain`)).rejects.toMatchObject({ code: 'refused' });
      expect((await client.entries(`${folder}/sub`)).length).toBe(0);
    });

    test(`${name}: stat(), size(), modified() and setModified() agree with the disk`, async () => {
      await file('dated', 'octets');
      await utimes(at('dated'), SEPTEMBER_2001, SEPTEMBER_2001);
      await mkdir(at('there'));
      await owned(at('there'));
      expect(await client.stat('dated')).toEqual({ name: 'dated', kind: 'file', size: 6, modified: SEPTEMBER_2001 });
      expect(await client.stat('there')).toMatchObject({ name: 'there', kind: 'directory', size: undefined });
      expect(await client.stat('/')).toMatchObject({ name: '', kind: 'directory' });
      expect([await client.stat('nothing'), await client.size('nothing'), await client.modified('nothing')]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      const time = new Date('2020-02-29T12:34:56Z');
      expect(await client.setModified('dated', time)).toBe(true);
      expect((await stat(at('dated'))).mtime).toEqual(time);
      expect(await client.setModified('nothing', time)).toBe(false);
    });

    test(`${name}: directories and files are made, renamed and removed`, async () => {
      await client.makeDirectory('made ü');
      await client.changeDirectory('made ü');
      await client.store('one', Readable.from([Buffer.from('one')]));
      await client.rename('one', '-two');
      expect(await readdir(at('made ü'))).toEqual(['-two']);
      await client.delete('-two');
      await client.changeDirectory('..');
      await client.removeDirectory('made ü');
      await expect(stat(at('made ü'))).rejects.toThrow('ENOENT');
      await expect(client.delete('nothing')).rejects.toMatchObject({ kind: 'command', code: 'refused' });
    });

    test(`${name}: a transfer goes on where it stopped, or adds, and a refused one leaves no offset behind`, async () => {
      const octets = randomBytes(200_000);
      await file('source', octets);
      const tail = await buffer(client.createReadStream('source', { offset: 150_000 }));
      expect(tail.equals(octets.subarray(150_000))).toBe(true);
      await expect(buffer(client.createReadStream('nothing', { offset: 5 }))).rejects.toMatchObject({
        code: 'refused',
      });
      expect((await buffer(client.createReadStream('source'))).equals(octets)).toBe(true);
      await client.store('copy', Readable.from([octets.subarray(0, 100_000)]));
      await client.store('copy', Readable.from([octets.subarray(100_000, 150_000)]), { append: true });
      await client.store('copy', Readable.from([octets.subarray(150_000)]), { offset: 150_000 });
      expect((await readFile(at('copy'))).equals(octets)).toBe(true);
    });

    test(`${name}: another() works beside the first, where that stands`, async () => {
      await mkdir(at('beside'));
      await owned(at('beside'));
      await file('beside/in', 'octets');
      await client.changeDirectory('beside');
      const other = await client.another();
      try {
        expect([other.isProtected, other.level]).toEqual([true, 'P']);
        await pipeline(client.createReadStream('in'), other.createWriteStream('out'));
        expect(await readFile(at('beside', 'out'), 'utf8')).toBe('octets');
      } finally {
        await other.quit();
        await client.changeDirectory('..');
      }
    });

    test(`${name}: a session whose transfers broke off is there again for the next one`, async () => {
      await file('small', 'small');
      await file('large', '');
      await truncate(at('large'), 200_000_000);
      await mkdir(at('here'));
      await owned(at('here'));
      await client.changeDirectory('here');
      for await (const chunk of client.createReadStream('../large')) {
        expect((chunk as Buffer).length).toBeGreaterThan(0);
        break;
      }
      expect((await buffer(client.createReadStream('../small'))).toString()).toBe('small');
      const upload = client.createWriteStream('half');
      await new Promise((resolve) => upload.write(Buffer.alloc(1_000_000), resolve));
      upload.destroy();
      await client.store('whole', Readable.from([Buffer.from('whole')]));
      expect(await readFile(at('here', 'whole'), 'utf8')).toBe('whole');
      expect([client.level, notices.filter((text) => text.includes('opened again')).length]).toEqual(['P', 2]);
      await client.changeDirectory('..');
    });
  });
}
