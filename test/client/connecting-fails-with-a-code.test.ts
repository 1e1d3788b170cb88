// connect() of the library: what it rejects with, and that nothing is left of what it began.
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClientError, connect, Secret, type ConnectOptions } from '../../src/client/index.js';
import { startGateway } from '../peers/gateway.js';
import { answeringFtpd, type AnsweringFtpd } from './answering-ftpd.js';
import { demoFtpd, folder } from './sftpc.js';

const host = '127.0.0.1';
const never = <T>(): Promise<T> => new Promise(() => undefined);

/** What connect() rejects with. */
async function failure(options: Partial<ConnectOptions>): Promise<ClientError> {
  const knownServers = join(await folder(), 'known_servers');
  const error: unknown = await connect({ host, knownServers, ...options }).then(
    (client) => client.close(),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ClientError)) throw new Error(`not rejected with a ClientError: ${String(error)}`);
  return error;
}

/** A gateway in front of an ftpd that knows joe. */
async function gateway(): Promise<number> {
  const { port } = await demoFtpd({ user: 'joe', password: 'secret' });
  const running = await startGateway({ ftpd: { host, port } });
  onTestFinished(running.stop);
  return running.port;
}

describe('connect() that is told what it cannot do', () => {
  it.each([
    [{ host: '' }, '"" is no host.'],
    [{ host: '#h' }, '"#h" is no host.'],
    [{ host: undefined }, 'undefined is no host.'],
    [{ port: 65536 }, '65536 is no port: 1 to 65535.'],
    [{ expectAddress: 'here' }, '"here" is no IP address.'],
    // Misspelt, it must not be taken for the weaker one.
    [{ protection: 'requierd' }, 'protection cannot be "requierd": required, preferred, none.'],
    [{ level: 'p' }, 'level cannot be "p": C, S, P.'],
    [{ mode: 'Passive' }, 'mode cannot be "Passive": passive, active.'],
    [{ newServers: true }, 'newServers cannot be true: refuse, accept.'],
  ])('refuses %j before it connects', async (options, message) => {
    const ftpd = await answeringFtpd(() => undefined);
    const error = await failure({ port: ftpd.port, ...(options as Partial<ConnectOptions>) });
    expect(error).toMatchObject({ kind: 'connect', code: 'bad-argument', message });
    expect(ftpd.connections()).toBe(0);
  });
});

describe('connect() that is given up', () => {
  it.each([
    ['before it began', async () => Promise.resolve(AbortSignal.abort())],
    [
      'at once',
      async () => {
        const aborting = new AbortController();
        queueMicrotask(() => aborting.abort());
        return Promise.resolve(aborting.signal);
      },
    ],
  ])('%s leaves no connection', async (_, signalled) => {
    const ftpd = await answeringFtpd(() => undefined);
    const error = await failure({ port: ftpd.port, protection: 'none', signal: await signalled() });
    expect(error).toMatchObject({ code: 'interrupted' });
    await expect.poll(() => ftpd.connections()).toBe(0);
  });

  it.each(['USER', 'PASS'])('while %s is answered leaves no connection', async (silent) => {
    const aborting = new AbortController();
    const ftpd: AnsweringFtpd = await answeringFtpd((verb) => {
      if (verb !== silent) return undefined;
      aborting.abort();
      return { then: 'silence' };
    });
    const who = { user: 'joe', password: 'x', protection: 'none' } as const;
    const error = await failure({ port: ftpd.port, ...who, signal: aborting.signal });
    expect(error).toMatchObject({ kind: 'command', code: 'interrupted', message: 'Interrupted.' });
    await expect.poll(() => ftpd.connections()).toBe(0);
  });

  it('while somebody looks for the password leaves no connection', async () => {
    const aborting = new AbortController();
    const ftpd = await answeringFtpd(() => undefined);
    const password = (): Promise<string> => {
      aborting.abort();
      return never();
    };
    const error = await failure({
      port: ftpd.port,
      user: 'joe',
      password,
      protection: 'none',
      signal: aborting.signal,
    });
    expect(error).toMatchObject({ code: 'interrupted' });
    await expect.poll(() => ftpd.connections()).toBe(0);
  });

  it('before the greeting, and while somebody looks at the key', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, host);
    onTestFinished(() => void silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const greeting = new AbortController();
    silent.once('connection', () => greeting.abort());
    const port = (silent.address() as AddressInfo).port;
    expect(await failure({ port, signal: greeting.signal })).toMatchObject({ code: 'interrupted' });
    const key = new AbortController();
    const newServers = (): Promise<boolean> => {
      key.abort();
      return never();
    };
    expect(await failure({ port: await gateway(), newServers, signal: key.signal })).toMatchObject({
      code: 'interrupted',
    });
  });
});

describe('connect() is refused', () => {
  it('by a server that is new, in the words of the library', async () => {
    const error = await failure({ port: await gateway() });
    expect(error).toMatchObject({ kind: 'security', code: 'unknown-server' });
    expect(error.message).toMatch(/^The server at 127\.0\.0\.1 port \d+ is new\. Its key .*\n {2}SHA256:/);
    expect(error.hint).toMatch(
      /^Meet it once with sftpc in a terminal, say newServers: 'accept' if the network[^]*sftpc keys import /,
    );
    expect(`${error.message}${error.hint ?? ''}`).not.toContain('--accept-new');
  });

  it('by one whose key somebody does not accept, having seen it', async () => {
    let asked = '';
    const newServers = (question: string): Promise<boolean> => {
      asked = question;
      return Promise.resolve(false);
    };
    expect(await failure({ port: await gateway(), newServers })).toMatchObject({
      kind: 'security',
      code: 'key-rejected',
    });
    expect(asked).toMatch(/SHA256:[^]*Trust it from now on\?$/);
  });

  it('by a function that was to look at the key and has failed: what it has thrown is the cause', async () => {
    const thrown = new Error('nobody is there');
    const newServers = (): Promise<boolean> => Promise.reject(thrown);
    expect(await failure({ port: await gateway(), newServers })).toMatchObject({
      kind: 'security',
      code: 'key-rejected',
      message: 'nobody is there',
      cause: thrown,
    });
  });

  it('by one that shows another key, or offers no protection any more, or never did', async () => {
    const knownServers = join(await folder(), 'known_servers');
    const port = await gateway();
    const { port: plain } = await demoFtpd();
    const other = `SHA256:${'x'.repeat(43)}`;
    await writeFile(knownServers, `${host} ${port} ${other}\n${host} ${plain} ${other}\n`);
    const accept = { newServers: 'accept' } as const;
    expect(await failure({ port, knownServers, ...accept })).toMatchObject({ kind: 'security', code: 'key-changed' });
    expect(await failure({ port: plain, knownServers })).toMatchObject({ kind: 'security', code: 'protection-lost' });
    const never = await failure({ port: plain, ...accept });
    expect(never).toMatchObject({ kind: 'security', code: 'no-protection' });
    expect(never.hint).toBe("To send everything in clear, password included, say protection: 'none'.");
  });

  it('where the server knows itself by another address, or knows no such user', async () => {
    const port = await gateway();
    const accept = { port, newServers: 'accept' } as const;
    expect(await failure({ ...accept, expectAddress: '192.0.2.1' })).toMatchObject({
      kind: 'security',
      code: 'wrong-server-address',
    });
    const login = await failure({ ...accept, user: 'joe', password: 'wrong' });
    expect(login).toMatchObject({ kind: 'login', code: 'login-refused', reply: { code: 530 } });
    const client = await connect({ host, ...accept, knownServers: join(await folder(), 'k') });
    await expect(client.login({ user: 'joe' })).rejects.toMatchObject({ code: 'login-refused' });
    await client.login({
      user: () => Promise.resolve('joe'),
      password: (user) => Promise.resolve(new Secret(user && 'secret')),
    });
    expect(await client.workingDirectory()).toBe('/');
    await client.quit();
  });

  it('where nobody listens, nobody greets, or somebody else does', async () => {
    const says = async (text: string): Promise<number> => {
      const server = createServer((socket) => void socket.on('error', () => undefined).end(text)).listen(0, host);
      await new Promise((resolve) => server.once('listening', resolve));
      onTestFinished(() => void server.close());
      return (server.address() as AddressInfo).port;
    };
    expect(await failure({ port: 1 })).toMatchObject({ kind: 'connect', code: 'unreachable' });
    expect(await failure({ port: await says('') })).toMatchObject({ kind: 'connect', code: 'no-greeting' });
    expect(await failure({ port: await says('SSH-2.0-OpenSSH\r\n') })).toMatchObject({
      kind: 'connect',
      code: 'not-ftp',
    });
    expect(await failure({ port: await says('421 full\r\n') })).toMatchObject({
      kind: 'connect',
      code: 'service-ended',
    });
  });

  it('where the known servers cannot be known', async () => {
    const knownServers = join(await folder(), 'known_servers');
    await writeFile(knownServers, 'nonsense\n');
    expect(await failure({ port: 1, knownServers })).toMatchObject({ kind: 'security', code: 'known-servers' });
    expect(await failure({ port: 1, knownServers: await folder() })).toMatchObject({ code: 'known-servers' });
  });
});
