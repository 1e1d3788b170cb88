// handoff.anonymousFtpd: a clear session that says USER anonymous is served by the named ftpd on the client's own connection,
// so that this ftpd, and its log, know the client's address.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { RawClient } from '../gateway/raw-client.js';
import { until } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { inetutilsProgram, namespaceProblem, script, vsftpdProgram, type InetdFtpd } from './programs.js';
import { startStage } from './stage.js';

const CLIENT = '127.0.0.2';
const FILE = randomBytes(3_000_000);

async function octets(data: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  data.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(data, 'end');
  data.destroy();
  return Buffer.concat(chunks);
}

async function fetched(client: RawClient, command: string): Promise<Buffer> {
  const { connected } = await client.setUp('PASV');
  client.send(command);
  const data = octets(await connected());
  await client.expect(150);
  await client.expect(226);
  return data;
}

const REAL: readonly {
  readonly name: string;
  readonly make: () => Promise<InetdFtpd>;
  readonly seen: readonly RegExp[];
}[] = [
  {
    name: 'vsftpd',
    make: vsftpdProgram,
    seen: [
      /CONNECT: Client "127\.0\.0\.2"/,
      /OK LOGIN: Client "127\.0\.0\.2"/,
      /OK DOWNLOAD: Client "127\.0\.0\.2", ".*\/file"/,
    ],
  },
  {
    name: 'inetutils-ftpd',
    make: inetutilsProgram,
    seen: [/connection from 127\.0\.0\.2/, /ANONYMOUS FTP LOGIN FROM 127\.0\.0\.2/],
  },
];

for (const { name, make, seen } of REAL) {
  const problem = name === 'inetutils-ftpd' ? namespaceProblem() : undefined;
  describe.skipIf(problem !== undefined)(problem === undefined ? name : `${name} (skipped: ${problem})`, () => {
    describeWithPeers('as the anonymous ftpd', [name as 'vsftpd'], () => {
      test(`${name} logs the address of a client from 127.0.0.2, and serves it whole`, async () => {
        const ftpd = await make();
        await writeFile(path.join(ftpd.root, 'file'), FILE);
        const { open, logged, ordinary, rig } = await startStage({ handoff: { anonymousFtpd: ftpd.program } });
        const client = await open(CLIENT);
        // Before the login the ordinary ftpd is asked, as ever; and AUTH TLS is refused, as lftp would have it.
        await client.says('SYST', 200);
        await client.says('AUTH TLS', 504);
        const { lines } = await client.says('USER anonymous', 331);
        // The ftpd's greeting is no line of its own.
        expect(lines[0]).toMatch(/^331-.*: 220 /);
        expect(lines).toHaveLength(2);
        await client.says('PASS me@example.net', 230);
        await client.says('TYPE I', 200);
        expect((await fetched(client, 'LIST')).toString()).toContain('file');
        expect((await fetched(client, 'RETR file')).equals(FILE)).toBe(true);
        expect(rig.daemon.sessions).toBe(1);
        await client.says('QUIT', 221);
        expect(await client.rest()).toEqual([]);
        for (const line of seen) {
          await until(String(line), 10, async () => (line.test(await ftpd.log()) ? true : undefined));
        }
        await logged(/session 1 \(127\.0\.0\.2\): handed on to the anonymous ftpd pid=\d+/);
        await logged(/the anonymous ftpd ended pid=\d+ status=0/);
        await logged(/disconnected why="the ftpd it was handed to ended" seconds=\S+ .*protected=no/);
        expect(rig.daemon.sessions).toBe(0);
        expect(ordinary.heard()).toEqual(['SYST']);
      });
    });
  });
}

describeWithPeers('a listener with an anonymous ftpd', ['vsftpd'], () => {
  const start = async (): ReturnType<typeof startStage> => {
    const { program } = await vsftpdProgram();
    return startStage({ handoff: { anonymousFtpd: program } });
  };

  test('serves another user by the ordinary ftpd, also anonymous after that', async () => {
    const { open, ordinary, logged } = await start();
    const client = await open(CLIENT);
    await client.says('USER joe', 331);
    await client.says('PASS secret', 230);
    await client.says('USER anonymous', 331);
    await client.says('QUIT', 221);
    expect(ordinary.heard()).toEqual(['USER joe', 'PASS secret', 'USER anonymous', 'QUIT']);
    await logged(/disconnected why="client quit"/);
  });

  test('serves a protected session by the ordinary ftpd', async () => {
    const { open, ordinary } = await start();
    const client = await open();
    await client.secure();
    await client.says('USER anonymous', 331);
    expect(ordinary.heard()).toEqual(['USER anonymous']);
  });

  test.each(['anonymous', 'ANONYMOUS', 'ftp', 'Ftp'])(
    'hands on USER %s with what is pipelined behind it',
    async (user) => {
      const { open, ordinary } = await start();
      const client = await open(CLIENT);
      client.write(`NOOP\r\nuser ${user}\r\nPASS me@example.net\r\nPWD\r\n`);
      await client.expect(200);
      await client.expect(331);
      await client.expect(230);
      expect((await client.expect(257)).lines[0]).toContain('/root"');
      expect(ordinary.heard()).toEqual(['NOOP']);
    },
  );

  test('puts a line together that comes octet by octet', async () => {
    const { open, ordinary } = await start();
    const client = await open(CLIENT);
    for (const octet of 'NOOP\r\nUSER anonymous\r\n') {
      client.write(octet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.expect(200);
    await client.expect(331);
    expect(ordinary.heard()).toEqual(['NOOP']);
  });

  test('sees what is pipelined behind AUTH, although it reads by lines', async () => {
    const { open, ordinary } = await start();
    const client = await open();
    client.write('AUTH X-SafeTP1\r\nUSER anonymous\r\n');
    expect(await client.rest()).toEqual(['421 Octets arrived behind a security exchange.']);
    expect(ordinary.heard()).toEqual([]);
  });

  test('refuses a line that is too long, and goes on', async () => {
    const { open } = await start();
    const client = await open();
    client.write(`NOOP ${'x'.repeat(100_000)}\r\n`);
    await client.expect(500);
    await client.says('USER anonymous', 331);
    await client.says('PASS x', 230);
  });

  test('notices a client that goes away before it logs in', async () => {
    const { open, logged, rig } = await start();
    const client = await open();
    client.control.end();
    await logged(/disconnected why="client closed the connection"/);
    const other = await open();
    other.control.resetAndDestroy();
    await until('both to be gone', 10, () => Promise.resolve(rig.daemon.sessions === 0 ? true : undefined));
  });

  test('ends the ftpd when the gateway stops, and leaves none behind', async () => {
    const { open, rig, logged } = await start();
    const client = await open(CLIENT);
    await client.says('USER anonymous', 331);
    const pid = Number(/pid=(\d+)/.exec(await logged(/handed on/))![1]);
    await rig.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    expect(await client.rest()).toEqual([]);
    await logged(/disconnected why="gateway stopped"/);
  });

  test('keeps no descriptor of a connection it has given away', async () => {
    const { open, logged } = await start();
    const before = sockets();
    const client = await open(CLIENT);
    await client.says('USER anonymous', 331);
    await logged(/handed on/);
    // Ours is the client's end, which this process holds as well, and the pipe of the ftpd's standard error.
    await until('the rest to be closed', 10, () => Promise.resolve(sockets() <= before + 2 ? true : undefined));
  });
});

const sockets = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;

describeWithPeers('policy comes first', ['vsftpd'], () => {
  test('where clear sessions are denied, anonymous is refused and not handed on', async () => {
    const { program } = await vsftpdProgram();
    const { open, logged } = await startStage({ handoff: { anonymousFtpd: program }, control: { cleartext: 'deny' } });
    await logged(/the anonymous ftpd will never be used/);
    const client = await open();
    await client.says('USER anonymous', 530);
  });

  test('a client that does not log in in time is sent away', async () => {
    const { program } = await vsftpdProgram();
    const { open } = await startStage({ handoff: { anonymousFtpd: program }, control: { authTimeout: 300 } });
    const client = await open();
    client.write('USER anonymou');
    expect(await client.rest()).toEqual(['421 Login took too long.']);
  });
});

test('an ftpd that cannot be started any more ends the reply that was opened, and the session', async () => {
  // It is there when the gateway asks, twice, and gone when the client does.
  const program = await script(`
n=$(cat $0.count 2>/dev/null || echo 0); echo $((n + 1)) >$0.count
[ $n = 1 ] && rm $0
printf '220 ready\\r\\n'; read -r user; printf '331 password\\r\\n'; read -r quit`);
  const { open, logged } = await startStage({ handoff: { anonymousFtpd: program } });
  const client = await open();
  const { lines } = await client.says('USER anonymous', 331);
  expect(lines.at(-1)).toBe('331 It cannot be started at the moment.');
  expect(await client.rest()).toEqual(['421 Service not available, closing control connection.']);
  await logged(/cannot hand over to the anonymous ftpd why=.*ENOENT/);
});
