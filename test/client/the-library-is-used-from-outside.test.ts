// The library as somebody else's program has it: the files that npm would pack, in a node_modules, with nothing of ours around.
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/client/connect.js';
import { startGateway } from '../peers/gateway.js';
import { makeFolder } from '../peers/process.js';
import '../peers/suite.js';
import { demoFtpd, folder } from './sftpc.js';

const project = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** A program that uses every part of the library's types. */
const CONSUMER = `
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import {
  ClientError, connect, Secret,
  type Client, type Command, type ConnectOptions, type DataMode, type ErrorCode, type ErrorKind, type Login, type NewServers,
  type Password, type Protection, type ReceiveOptions, type RemoteEntry, type Reply, type RepresentationType,
  type SendOptions, type Sink, type Timeouts, type TraceLine, type TransferResult, type UserLevel,
} from 'sftpd/client';

const protection: Protection = 'required';
const newServers: NewServers = (question: string) => Promise.resolve(question.includes('SHA256:'));
const password: Password = new Secret(process.env['PASSWORD'] ?? '');
const timeouts: Partial<Timeouts> = { reply: 20_000 };
const traced: TraceLine[] = [];
const options: ConnectOptions = {
  host: '127.0.0.1', port: Number(process.argv[2]), protection, newServers, timeouts, trace: (line) => traced.push(line),
};
const login: Login = { user: 'ann', password };
const received: ReceiveOptions = { offset: 2 };
const sent: SendOptions = { append: true };
const level: UserLevel = 'S';
const mode: DataMode = 'active';
const type: RepresentationType = 'I';

const client: Client = await connect(options);
await client.login(login);
await client.protect(level);
client.mode = mode;
await pipeline(Readable.from(['octets']), client.createWriteStream('a', sent));
await pipeline(client.createReadStream('a', received), createWriteStream('got'));
const entries: readonly RemoteEntry[] = await client.entries();
let octets = 0;
const sink: Sink = async (chunk) => void (octets += chunk.length);
const result: TransferResult = await client.retrieve('a', sink, { type });
const command: Command = { verb: 'NOOP', argument: undefined };
const reply: Reply = await client.quote(command);
const [kind, code]: [ErrorKind, ErrorCode | undefined] = await client.delete('nothing').then(
  () => { throw new Error('deleted nothing'); },
  (error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
    return [error.kind, error.code];
  },
);
// @ts-expect-error: not for others to make
new ClientError('command', 'mine');
// @ts-expect-error: the parts of a session are no part of the library
client.connection;
console.log(JSON.stringify({
  entries: entries.map(({ name, size }) => [name, size]), octets, moved: result.octets, level: client.level,
  noop: reply.code, kind, code, traced: traced.length > 10 && !JSON.stringify(traced).includes('a secret of ours'),
}));
await client.quit();
`;

const TSCONFIG = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    types: ['node'],
  },
  include: ['consumer.ts'],
};

let home: string;
let packed: readonly string[];

beforeAll(async () => {
  home = await makeFolder('consumer');
  // The list only: packing itself would empty and rebuild dist/.
  const listed = await run('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: project });
  const [{ files }] = JSON.parse(listed.stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  packed = files.map((file) => file.path);
  const modules = join(home, 'node_modules');
  for (const file of packed) await cp(join(project, file), join(modules, 'sftpd', file), { recursive: true });
  const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of [...Object.keys(manifest.dependencies), '@types/node', 'undici-types']) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(project, 'node_modules', name), join(modules, name), 'junction');
  }
  await writeFile(join(home, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(home, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  await writeFile(join(home, 'consumer.ts'), CONSUMER);
});

/** A gateway in front of an ftpd over `root`, and the environment of somebody to whom the gateway is known. */
async function server(): Promise<{ root: string; port: number; env: Record<string, string> }> {
  const { root, port } = await demoFtpd({ user: 'ann', password: 'a secret of ours' });
  const gateway = await startGateway({ ftpd: { host: '127.0.0.1', port } });
  onTestFinished(gateway.stop);
  const state = await folder();
  const knownServers = join(state, 'sftpc', 'known_servers');
  const client = await connect({ host: '127.0.0.1', port: gateway.port, knownServers, newServers: 'accept' });
  await client.quit();
  const env = { PATH: process.env['PATH'] ?? '', XDG_STATE_HOME: state, SFTPC_PASSWORD: 'a secret of ours' };
  return { root, port: gateway.port, env };
}

describe('the package', () => {
  it('has the declarations that a user of the library needs, and no others', () => {
    const declarations = packed.filter((file) => file.endsWith('.d.ts'));
    expect(declarations).toContain('dist/src/client/index.d.ts');
    expect(declarations.length).toBeLessThan(20);
    expect(packed.filter((file) => /\.(?:map|ts)$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
  });

  it('lets nobody in but through the library', async () => {
    const script = `for (const name of ['sftpd', 'sftpd/dist/src/client/client.js', 'sftpd/client/session/session.js'])
      await import(name).then(() => console.log('got ' + name), (error) => console.log(error.code));
      console.log(Object.keys(await import('sftpd/client')).join(' '));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: home });
    expect(stdout.trim().split('\n')).toEqual([
      ...Array<string>(3).fill('ERR_PACKAGE_PATH_NOT_EXPORTED'),
      'ClientError Secret connect',
    ]);
  });
});

describe('a program in TypeScript', () => {
  it('type-checks strictly, and runs', async () => {
    const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
    const checked = await run(process.execPath, [tsc, '-p', home]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(checked.stdout).toBe('');
    const { root, port, env } = await server();
    await writeFile(join(root, 'a'), 'before ');
    const { stdout } = await run(process.execPath, ['consumer.js', `${port}`], {
      cwd: home,
      env: { ...env, XDG_STATE_HOME: await folder(), PASSWORD: 'a secret of ours' },
    });
    expect(JSON.parse(stdout)).toEqual({
      entries: [['a', 13]],
      octets: 13,
      moved: 13,
      level: 'S',
      noop: 200,
      kind: 'command',
      code: 'refused',
      traced: true,
    });
    expect(await readFile(join(home, 'got'), 'utf8')).toBe('fore octets');
  });
});

describe('the examples, as the package has them', () => {
  const example = async (name: string, env: Record<string, string>, ...args: readonly string[]): Promise<string> => {
    const script = join(home, name);
    await cp(join(home, 'node_modules', 'sftpd', 'examples', name), script);
    const { stdout } = await run(process.execPath, [script, ...args], { cwd: home, env });
    return stdout;
  };

  it('backup.mjs copies what is new, and no more', async () => {
    const { root, port, env } = await server();
    const local = await folder();
    await mkdir(join(root, 'reports', 'sub dir'), { recursive: true });
    await writeFile(join(root, 'reports', 'one'), 'one');
    await writeFile(join(root, 'reports', 'sub dir', 'two'), 'two');
    await utimes(join(root, 'reports', 'one'), 1e9, 1e9);
    const copy = () => example('backup.mjs', env, '127.0.0.1', `${port}`, 'ann', 'reports', join(local, 'copy'));
    expect((await copy()).trim().split('\n').sort()).toEqual(['reports/one', 'reports/sub dir/two']);
    expect(await readFile(join(local, 'copy', 'sub dir', 'two'), 'utf8')).toBe('two');
    expect((await stat(join(local, 'copy', 'one'))).mtimeMs).toBe(1e12);
    expect(await copy()).toBe('');
    await writeFile(join(root, 'reports', 'one'), 'another');
    expect(await copy()).toBe('reports/one\n');
    expect(await readFile(join(local, 'copy', 'one'), 'utf8')).toBe('another');
  });

  it('backup.mjs says what is wrong, and what to do', async () => {
    const { port, env } = await server();
    const stranger = { ...env, XDG_STATE_HOME: await folder() };
    const failed = await example('backup.mjs', stranger, '127.0.0.1', `${port}`, 'ann', '.', home).catch(
      (error: unknown) => error as { code: number; stderr: string },
    );
    expect(failed).toMatchObject({ code: 1 });
    expect((failed as { stderr: string }).stderr).toMatch(
      /^The server at 127\.0\.0\.1 port \d+ is new\.[^]*\n {2}Meet it once with sftpc in a terminal, say newServers: 'accept' if/,
    );
  });

  it('compress.mjs compresses a file where it is', async () => {
    const { root, port, env } = await server();
    const text = 'the same line again and again\n'.repeat(10_000);
    await writeFile(join(root, 'log'), text);
    const told = await example('compress.mjs', env, '127.0.0.1', `${port}`, 'ann', 'log');
    const packedLog = await readFile(join(root, 'log.gz'));
    expect(told).toBe(`log.gz: ${packedLog.length} octets\n`);
    expect(gunzipSync(packedLog).toString()).toBe(text);
    expect(await readdir(root)).toEqual(['log', 'log.gz']);
    await expect(example('compress.mjs', env, '127.0.0.1', `${port}`, 'ann', 'nothing')).rejects.toThrow('550');
    expect(await readdir(root)).toEqual(['log', 'log.gz']);
  });
});
