// `sftpc proxy` from its words to its exit status, as somebody at a terminal or a service manager sees it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../src/client/cli/run.js';
import { parseProxyArguments, PROXY_OPTIONS, proxyUsage } from '../../src/client/cli/proxy-arguments.js';
import { RawClient } from '../gateway/raw-client.js';
import { startRig, type Rig } from '../gateway/rig.js';
import { freePort } from '../peers/port.js';
import { demoFtpd, folder, sftpc, typed } from './sftpc.js';

async function gateway(): Promise<Rig & { known: string }> {
  const { port } = await demoFtpd();
  const rig = await startRig({ ftpd: { host: '127.0.0.1', port } });
  onTestFinished(rig.stop);
  return { ...rig, known: join(await folder(), 'known_servers') };
}

interface Running {
  readonly said: () => string;
  /** Ctrl-C. */
  interrupt(): void;
  readonly status: Promise<number>;
  /** Where the door listens, once it does. */
  readonly port: () => Promise<number>;
}

/** Runs the door without a terminal until it is interrupted. */
function proxy(...words: readonly string[]): Running {
  const stderr = new PassThrough();
  const stdout = new PassThrough();
  const chunks: Buffer[] = [];
  for (const stream of [stderr, stdout]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const listeners = new Set<() => void>();
  const interrupt = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const said = (): string => Buffer.concat(chunks).toString();
  const status = run(['proxy', ...words], {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  onTestFinished(async () => {
    interrupt();
    await status;
  });
  const port = async (): Promise<number> => {
    await expect.poll(said, { timeout: 10_000 }).toMatch(/listening on \S+:\d+/);
    return Number(/listening on \S+:(\d+)/.exec(said())?.[1]);
  };
  return { said, interrupt, status, port };
}

describe('sftpc proxy', () => {
  it('says where it listens, where it leads and what to try, and what becomes of programs', async () => {
    const { port: to, known } = await gateway();
    const door = proxy('--listen', '127.0.0.1:0', '--to', `127.0.0.1:${to}`, '--known-servers', known, '--accept-new');
    const port = await door.port();
    const client = await RawClient.open({ host: '127.0.0.1', port });
    await client.says('USER joe', 331);
    await client.says('PASS secret', 230);
    await client.says('QUIT', 221);
    client.close();
    await expect.poll(door.said).toContain('ended');
    const other = await RawClient.open({ host: '127.0.0.1', port });
    door.interrupt();
    expect(await other.rest()).toEqual(['421 Service is shutting down.']);
    other.close();
    expect(await door.status).toBe(0);
    expect(
      door
        .said()
        .replaceAll(/port \d+/g, 'port N')
        .replaceAll(/[\d.]+ s, \d+ octets up, \d+ down/g, 'FIGURES')
        .split('\n'),
    ).toEqual([
      'sftpc: this door leads to 127.0.0.1 port N',
      `sftpc: listening on 127.0.0.1:${port}`,
      `sftpc: try: lftp -u USER ftp://127.0.0.1:${port}`,
      'sftpc: session 1: connected from 127.0.0.1 port N',
      'sftpc: session 1: login user=joe',
      'sftpc: session 1: ended: program quit; FIGURES',
      'sftpc: session 2: connected from 127.0.0.1 port N',
      'sftpc: closing; running transfers have 10 s, again ends them at once',
      'sftpc: session 2: ended: door stopped; FIGURES',
      '',
    ]);
    expect(await readFile(known, 'utf8')).toMatch(/^127\.0\.0\.1 \d+ SHA256:\S{43}\n$/);
  });

  it('listens on both loopback addresses, at one port, unless one is named', async () => {
    const { port: to, known } = await gateway();
    const door = proxy('--listen', '0', '--to', `127.0.0.1:${to}`, '--known-servers', known, '--accept-new');
    const port = await door.port();
    expect(door.said()).toContain(`listening on 127.0.0.1:${port} and [::1]:${port}\n`);
    for (const host of ['127.0.0.1', '::1']) (await RawClient.open({ host, port })).close();
  });

  it('says nothing where it is to be quiet and all goes well', async () => {
    const { port: to, known } = await gateway();
    const port = await freePort('127.0.0.1');
    const at = `127.0.0.1:${port}`;
    const door = proxy('-q', '--listen', at, '--to', `127.0.0.1:${to}`, '--known-servers', known, '--accept-new');
    await expect
      .poll(() => RawClient.open({ host: '127.0.0.1', port }).then((client) => client.says('QUIT', 221)))
      .toBeDefined();
    door.interrupt();
    expect([await door.status, door.said()]).toEqual([0, '']);
  });

  it('refuses to open where nobody knows the server and nobody can be asked', async () => {
    const { port: to, known } = await gateway();
    const ended = await sftpc([
      'proxy',
      '--listen',
      '127.0.0.1:0',
      '--to',
      `127.0.0.1:${to}`,
      '--known-servers',
      known,
    ]);
    expect(ended.status).toBe(4);
    expect(ended.err).toMatch(/^sftpc: The server at 127\.0\.0\.1 port \d+ is new\. /);
    expect(ended.err).toContain('use --accept-new if the network is one you trust');
    await expect(readFile(known)).rejects.toThrow('ENOENT');
  });

  it('asks at a terminal, once', async () => {
    const { port: to, known } = await gateway();
    const words = ['proxy', '--listen', '127.0.0.1:0', '--to', `127.0.0.1:${to}`, '--known-servers', known];
    for (const met of ['no', 'yes', 'already']) {
      let interrupt: () => void = () => undefined;
      const shell = typed(words, {
        onInterrupt: (listener) => {
          interrupt = listener;
          return () => undefined;
        },
      });
      if (met !== 'already') {
        await shell.until(/Trust it from now on\? \(yes\/no\)/);
        shell.type(`${met}\n`);
      }
      if (met !== 'no') {
        await shell.until(/listening on /);
        interrupt();
      }
      expect(await shell.status).toBe(met === 'no' ? 4 : 0);
    }
  });

  it('opens where the server is away, and leads to it when it is back', async () => {
    const { port: ftpd } = await demoFtpd();
    const known = join(await folder(), 'known_servers');
    const to = await freePort('127.0.0.1');
    const door = proxy('--listen', '127.0.0.1:0', '--to', `127.0.0.1:${to}`, '--known-servers', known, '--accept-new');
    const port = await door.port();
    expect(door.said()).toContain(
      [
        `sftpc: Cannot connect to 127.0.0.1 port ${to}: nobody listens there.`,
        '  Check the name and the port, and whether the server runs.',
        'sftpc: the door opens all the same: programs hear why as long as it is so',
      ].join('\n'),
    );
    (await RawClient.open({ host: '127.0.0.1', port }, 421)).close();
    const rig = await startRig({ ftpd: { host: '127.0.0.1', port: ftpd }, port: to });
    onTestFinished(rig.stop);
    (await RawClient.open({ host: '127.0.0.1', port })).close();
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', 'localhost'],
    ['0.0.0.0', '127.0.0.1'],
    ['127.0.0.1', '0.0.0.0'],
  ])('does not lead to itself: on %s, to %s', async (on, to) => {
    const port = await freePort('127.0.0.1');
    const known = join(await folder(), 'known_servers');
    const words = ['--listen', `${on}:${port}`, '--to', `${to}:${port}`, '--known-servers', known, '--accept-new'];
    const { status, err } = await sftpc(['proxy', '--allow-remote', ...words]);
    expect(status).toBe(2);
    expect(err).toContain(
      [
        `sftpc: The door would lead to itself: it is to listen on ${to} port ${port}.`,
        '  Choose another address or port: --listen.\n',
      ].join('\n'),
    );
  });

  it('says who holds its port', async () => {
    const { port: to, known } = await gateway();
    const words = ['--listen', `127.0.0.1:${to}`, '--to', `127.0.0.1:${to}`, '--known-servers', known, '--accept-new'];
    expect(await sftpc(['proxy', ...words])).toEqual({
      status: 3,
      out: '',
      err: [
        `sftpc: Cannot listen on 127.0.0.1 port ${to}: another program listens there.`,
        '  Stop it, or choose another port; with port 0 the system picks one.',
        '',
      ].join('\n'),
    });
  });

  it('warns of a door that others can reach', async () => {
    const { port: to, known } = await gateway();
    const words = ['--listen', '0.0.0.0:0', '--to', `127.0.0.1:${to}`, '--known-servers', known, '--accept-new'];
    const refused = await sftpc(['proxy', ...words]);
    expect(refused.status).toBe(2);
    expect(refused.err).toContain('or insist with --allow-remote');
    const door = proxy('--allow-remote', ...words);
    (await RawClient.open({ host: '127.0.0.1', port: await door.port() })).close();
    expect(door.said()).toContain('sftpc: others can reach this door: ');
  });

  it('shows the control connection with the server where that is asked for', async () => {
    const { port: to, known } = await gateway();
    const door = proxy(
      '-d',
      '--listen',
      '[::1]:0',
      '--to',
      `127.0.0.1:${to}`,
      '--known-servers',
      known,
      '--accept-new',
    );
    const client = await RawClient.open({ host: '::1', port: await door.port() });
    await client.says('USER joe', 331);
    await client.says('PASS hush', 230);
    client.close();
    expect(door.said()).toContain('sftpc: C clear AUTH X-SafeTP1\n');
    expect(door.said()).toContain('sftpc: session 1: C ENC   PASS ****\nsftpc: session 1: S ENC   230 ');
    expect(door.said()).not.toContain('hush');
  });
});

describe('the words of sftpc proxy', () => {
  const parsed = (...argv: readonly string[]): unknown => {
    const result = parseProxyArguments(argv);
    return result.ok ? result.value : result.error;
  };

  it.each([
    ['host', { host: 'host', port: 21 }],
    ['host:2121', { host: 'host', port: 2121 }],
    ['::1', { host: '::1', port: 21 }],
    ['[::1]', { host: '::1', port: 21 }],
    ['[2001:db8::1]:2121', { host: '2001:db8::1', port: 2121 }],
    ['192.0.2.1:21', { host: '192.0.2.1', port: 21 }],
  ])('--to %s', (written, to) => {
    expect(parsed('--to', written)).toMatchObject({ to });
  });

  it.each([
    ['2021', { on: 'loopback', port: 2021 }],
    ['localhost:2021', { on: 'loopback', port: 2021 }],
    ['127.0.0.1:2021', { on: 'address', address: '127.0.0.1', port: 2021 }],
    ['127.1.2.3:0', { on: 'address', address: '127.1.2.3', port: 0 }],
    ['[::1]:2021', { on: 'address', address: '::1', port: 2021 }],
    ['[::ffff:127.0.0.1]:2021', { on: 'address', address: '127.0.0.1', port: 2021 }],
  ])('--listen %s', (written, listen) => {
    expect(parsed('--to', 'host', '--listen', written)).toMatchObject({ listen, reach: 'loopback' });
  });

  it('a port that programs can remember, where none is named', () => {
    expect(parsed('--to', 'host')).toMatchObject({ listen: { on: 'loopback', port: 2021 } });
  });

  it.each(['0.0.0.0:21', '[::]:2021', '192.0.2.1:2021', '[::ffff:192.0.2.1]:2021', '128.0.0.1:0'])(
    '--listen %s is refused unless it is insisted on',
    (written) => {
      expect(parsed('--to', 'host', '--listen', written)).toEqual([expect.stringContaining('--allow-remote')]);
      expect(parsed('--to', 'host', '--listen', written, '--allow-remote')).toMatchObject({ reach: 'remote' });
    },
  );

  it.each([
    [['--listen', '21'], 'name the server: sftpc proxy --to HOST[:PORT]'],
    [['host'], 'unexpected argument "host": the server goes behind --to'],
    [['--to', 'host:ftp'], '"ftp" is no port: 1 to 65535'],
    [['--to', 'host:'], '"" is no port: 1 to 65535'],
    [['--to', ':21'], '"" is no host'],
    [['--to', 'ann@host'], '"ann@host" is no host'],
    [['--to', 'h', '--listen', 'nonsense:21'], '--listen: "nonsense" is no IP address'],
    [['--to', 'h', '--listen', '127.0.0.1:70000'], '--listen: "70000" is no port: 0 to 65535'],
    [['--to', 'h', '--listen', '::1:21'], 'an IPv6 address stands in brackets'],
    [['--to', 'h', '--expect-address', 'h'], '--expect-address takes an IP address, not "h"'],
    [['--too', 'h'], 'unknown option --too: did you mean --to?'],
  ])('%j is a mistake', async (argv, mistake) => {
    const ended = await sftpc(['proxy', ...argv]);
    expect(ended.status).toBe(2);
    expect(ended.err).toContain(mistake);
    expect(ended.err).toMatch(/sftpc proxy --help says more\.\n$/);
  });

  it('are all in its help, within 80 columns', async () => {
    expect(await sftpc(['proxy', '--help'])).toEqual({ status: 0, out: proxyUsage(), err: '' });
    for (const { long } of PROXY_OPTIONS) expect(proxyUsage()).toContain(` --${long}`);
    expect(
      proxyUsage()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });
});
