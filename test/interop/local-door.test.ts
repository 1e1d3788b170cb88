// Programs that know nothing of X-SafeTP1, at the local door: every FTP client of Debian that can be scripted, in front of real ftpds
// behind the gateway, over IPv4 and IPv6, with either side opening the data connections.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Client, clients, type Login } from '../peers/clients.js';
import { startDoor, type LocalDoor } from '../peers/door.js';
import type { Ftpd, FtpdOptions } from '../peers/ftpd.js';
import { type Gateway, startGateway } from '../peers/gateway.js';
import { type PeerName, requirePeer } from '../peers/peer.js';
import { freePorts, type Loopback } from '../peers/port.js';
import { makeFolder, removeFolder, runProgram } from '../peers/process.js';
import { startProftpd } from '../peers/proftpd.js';
import { startPureFtpd } from '../peers/pureftpd.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';

/** Longer than a cell takes on a loaded machine. */
const SECONDS = 100;

const SIZES = { 'empty.bin': 0, 'one.bin': 1, 'large.bin': 2 * 1024 * 1024 + 17 } as const;

interface Stage {
  readonly name: string;
  readonly peer: PeerName;
  readonly address: Loopback;
  readonly start: (options?: FtpdOptions) => Promise<Ftpd>;
  /** Files that go down and up; ProFTPD takes half a second for each login. */
  readonly files: readonly (keyof typeof SIZES)[];
  /** What a program cannot do there, as in `lftp, active`. */
  readonly without: readonly string[];
}

const stages: readonly Stage[] = [
  {
    name: 'vsftpd',
    peer: 'vsftpd',
    address: '127.0.0.1',
    start: startVsftpd,
    files: ['empty.bin', 'one.bin', 'large.bin'],
    without: [],
  },
  {
    name: 'ProFTPD',
    peer: 'proftpd',
    address: '::1',
    start: startProftpd,
    files: ['large.bin'],
    // ncftp has no IPv6; lftp 4.9 names :: in its EPRT, which ProFTPD and Pure-FTPd refuse as well.
    without: ['ncftp, passive', 'ncftp, active', 'lftp, active'],
  },
];

/** An ftpd with the files of SIZES, a gateway in front of it and a door in front of that; `stop` ends them all. */
async function stage(
  start: Stage['start'],
  address: Loopback = '127.0.0.1',
): Promise<{ ftpd: Ftpd; gateway: Gateway; door: LocalDoor; login: Omit<Login, 'mode'>; stop: () => Promise<void> }> {
  const ftpd = await start();
  for (const [name, size] of Object.entries(SIZES)) await writeFile(path.join(ftpd.root, name), randomBytes(size));
  const gateway = await startGateway({ ftpd, address });
  const door = await startDoor(gateway, { address });
  return {
    ftpd,
    gateway,
    door,
    login: { host: door.host, port: door.port, user: ftpd.user, password: ftpd.password },
    stop: async () => {
      for (const each of [door, gateway, ftpd]) await each.stop();
    },
  };
}

const digest = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

for (const { name, peer, address, start, files, without } of stages) {
  describeWithPeers(`a door at ${address}, in front of ${name}`, [peer, 'lftp', 'ftplib'], () => {
    let here: Awaited<ReturnType<typeof stage>>;
    beforeAll(async () => (here = await stage(start, address)));
    afterAll(() => here.stop());

    for (const client of clients) {
      const modes = (['passive', 'active'] as const).filter((mode) => !without.includes(`${client.name}, ${mode}`));
      if (modes.length === 0) continue;
      describeWithPeers(client.name, [client.peer], () => {
        test.each(modes)(
          `${client.name}, %s: lists, and files go down and up whole: ${files.join(', ')}`,
          (mode) => goesDownAndUp(client, { ...here.login, mode }, here.ftpd.root, files),
          SECONDS * 1000,
        );
      });
    }

    if (name !== 'ProFTPD') return;
    test('programs show that a password is wrong, in the words of the server', async () => {
      const wrong = { ...here.login, password: 'wrong', mode: 'passive' } as const;
      await expect(program('lftp').list(wrong)).rejects.toThrow(/Login failed: 530 Login incorrect/);
      await expect(program('ftplib').list(wrong)).rejects.toThrow(/ftplib\.error_perm: 530 Login incorrect/);
    });
  });
}

const program = (name: string): Client => clients.find((client) => client.name === name)!;

async function goesDownAndUp(client: Client, login: Login, root: string, files: readonly string[]): Promise<void> {
  const home = await makeFolder('program');
  try {
    const listed = await client.list(login);
    for (const name of files) {
      expect(listed).toContain(name);
      const local = path.join(home, name);
      const remote = `${client.name}-${login.mode}-${name}`;
      const down = await client.download({ ...login, remote: name, local });
      expect(await digest(local), down).toBe(await digest(path.join(root, name)));
      const up = await client.upload({ ...login, remote, local });
      expect(await digest(path.join(root, remote)), up).toBe(await digest(local));
    }
  } finally {
    await removeFolder(home);
  }
}

describeWithPeers('a door in front of Pure-FTPd', ['pure-ftpd', 'curl', 'lftp', 'tnftp', 'ftplib'], () => {
  let here: Awaited<ReturnType<typeof stage>>;
  beforeAll(async () => (here = await stage(startPureFtpd)));
  afterAll(() => here.stop());

  test(
    'serves twenty programs at once',
    async () => {
      const kinds = clients.filter(({ name }) => ['lftp', 'curl', 'ftplib', 'tnftp'].includes(name));
      const home = await makeFolder('programs');
      onTestFinished(() => removeFolder(home));
      const file = path.join(here.ftpd.root, 'shared.bin');
      await writeFile(file, randomBytes(400_000));
      const want = await digest(file);
      const one = async (index: number): Promise<readonly string[]> => {
        const client = kinds[index % kinds.length]!;
        const mode = index % 2 === 0 ? 'passive' : 'active';
        const local = path.join(home, `${index}`);
        const remote = `at-once-${index}`;
        await client.download({ ...here.login, mode, remote: 'shared.bin', local });
        await client.upload({ ...here.login, mode, remote, local });
        return [await digest(local), await digest(path.join(here.ftpd.root, remote))];
      };
      const digests = await Promise.all(Array.from({ length: 20 }, (_, index) => one(index)));
      expect(new Set(digests.flat())).toEqual(new Set([want]));
    },
    SECONDS * 1000,
  );

  test('gives lftp a whole file behind one that it has given up', async () => {
    const before = here.door.output().length;
    const { host, port, user, password } = here.login;
    await writeFile(path.join(here.ftpd.root, 'huge.bin'), Buffer.alloc(60_000_000));
    const home = await makeFolder('lftp');
    onTestFinished(() => removeFolder(home));
    const script = [
      'set cmd:fail-exit no',
      'set net:max-retries 1',
      `open -u ${user},${password} -p ${port} ${host}`,
      'cat huge.bin | head -c 1000 > part',
      'get large.bin',
      'ls',
    ];
    const file = requirePeer('lftp');
    const out = await runProgram({ file, args: ['--norc', '-c', script.join('; ')], seconds: 50, cwd: home, home });
    expect(out).toContain('large.bin');
    expect(await digest(path.join(home, 'large.bin'))).toBe(await digest(path.join(here.ftpd.root, 'large.bin')));
    expect((await readFile(path.join(home, 'part'))).length).toBe(1000);
    expect(here.door.output().slice(before)).toContain('opened again: a transfer had broken off');
  });

  test('gives ftplib a whole file behind one that it has aborted, in the same directory', async () => {
    const before = here.door.output().length;
    const { host, port, user, password } = here.login;
    await writeFile(path.join(here.ftpd.root, 'huge.bin'), Buffer.alloc(60_000_000));
    const home = await makeFolder('ftplib');
    onTestFinished(() => removeFolder(home));
    const program = `
import ftplib, hashlib, sys
with ftplib.FTP(timeout=30) as ftp:
    ftp.connect(sys.argv[1], int(sys.argv[2]))
    ftp.login(sys.argv[3], sys.argv[4])
    ftp.mkd("below")
    ftp.cwd("below")
    for how in "abort", "close":
        data = ftp.transfercmd("RETR ../huge.bin")
        data.recv(1000)
        if how == "abort":
            ftp.abort()
            data.close()
            ftp.voidresp()
        else:
            data.close()
            try:
                ftp.voidresp()
            except ftplib.error_temp as error:
                print(error)
        print(ftp.pwd())
        got = hashlib.sha256()
        ftp.retrbinary("RETR ../large.bin", got.update)
        print(got.hexdigest())
`;
    const args = ['-c', program, host, `${port}`, user, password];
    const out = await runProgram({ file: requirePeer('ftplib'), args, seconds: 50, cwd: home, home });
    const want = await digest(path.join(here.ftpd.root, 'large.bin'));
    expect(out.trim().split('\n')).toEqual(['/below', want, expect.stringMatching(/^426 /), '/below', want]);
    expect(
      here.door
        .output()
        .slice(before)
        .match(/opened again: a transfer had broken off/g),
    ).toHaveLength(2);
  });

  test('lets programs show why they are refused', async () => {
    const { login, door } = here;
    const known = await readFile(door.known, 'utf8');
    await writeFile(door.known, known.replace(/SHA256:.*/, `SHA256:${'x'.repeat(43)}`));
    onTestFinished(() => writeFile(door.known, known));
    const passive = { ...login, mode: 'passive' } as const;
    const warning = /421 WARNING: the key of 127\.0\.0\.1 port \d+ HAS CHANGED\./;
    for (const name of ['lftp', 'ftplib', 'tnftp']) await expect(program(name).list(passive)).rejects.toThrow(warning);
  });
});

describeWithPeers('on the network beyond a door', ['vsftpd', 'curl', 'lftp'], () => {
  /** A text of which every part can be told from chance. */
  const TEXT = Array.from({ length: 60_000 }, (_, line) => `line ${line} of a secret\n`).join('');

  test('there is nothing in clear, neither control nor data', async () => {
    const ftpd = await startVsftpd();
    onTestFinished(ftpd.stop);
    await writeFile(path.join(ftpd.root, 'plans.txt'), TEXT);
    const { low, high } = await freePorts(8, ['127.0.0.1', '127.0.0.2']);
    const passivePorts = `${low}-${high}`;
    const gateway = await startGateway({ ftpd, settings: { data: { passivePorts, relay: 'always' } } });
    onTestFinished(gateway.stop);
    const way = await recorder([gateway.port, ...Array.from({ length: 8 }, (_, index) => low + index)]);
    // The gateway's ports lie behind another address, as behind NAT.
    const door = await startDoor({ host: way.host, port: gateway.port }, { args: ['--expect-address', '127.0.0.1'] });
    onTestFinished(door.stop);
    const home = await makeFolder('secret');
    onTestFinished(() => removeFolder(home));
    const local = path.join(home, 'plans.txt');
    for (const client of clients.filter(({ name }) => name === 'curl' || name === 'lftp')) {
      const login = { host: door.host, port: door.port, user: ftpd.user, password: ftpd.password };
      for (const mode of ['passive', 'active'] as const) {
        expect(await client.list({ ...login, mode })).toContain('plans.txt');
        await rm(local, { force: true });
        await client.download({ ...login, mode, remote: 'plans.txt', local });
        expect(await readFile(local, 'utf8')).toBe(TEXT);
        await client.upload({ ...login, mode, remote: 'copy.txt', local });
        expect(await readFile(path.join(ftpd.root, 'copy.txt'), 'utf8')).toBe(TEXT);
      }
    }
    const seen = way.seen();
    expect(seen.length).toBeGreaterThan(8 * TEXT.length);
    expect(seen.includes('AUTH X-SafeTP1')).toBe(true);
    for (const word of [
      'USER',
      'anonymous',
      'tester@',
      'plans.txt',
      'copy.txt',
      'of a secret',
      'RETR',
      'STOR',
      '226 ',
    ]) {
      expect(seen.includes(word), word).toBe(false);
    }
  });
});

/** Another address of this machine, whose ports lead to those of 127.0.0.1; what passes is kept. */
async function recorder(ports: readonly number[]): Promise<{ host: string; seen: () => Buffer }> {
  const host = '127.0.0.2';
  const chunks: Buffer[] = [];
  const servers: Server[] = [];
  for (const port of ports) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const onward = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.1', allowHalfOpen: true });
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        from.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          to.write(chunk);
        });
        from.on('error', () => undefined).on('end', () => to.end());
        from.on('close', () => to.destroySoon());
      }
    });
    server.listen(port, host);
    await once(server, 'listening');
    servers.push(server);
  }
  onTestFinished(() => {
    for (const server of servers) server.close();
  });
  return { host, seen: () => Buffer.concat(chunks) };
}
