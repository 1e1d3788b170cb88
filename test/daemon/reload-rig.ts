/** The real program in a process of its own, so that signals reach it: what it is configured to be, told and heard to say. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { startDemoFtpd } from '../../src/demo/ftpd.js';
import { RawClient } from '../gateway/raw-client.js';
import { gatewayKeys } from '../peers/gateway.js';
import { freePort, greeting } from '../peers/port.js';
import { makeFolder, removeFolder, until } from '../peers/process.js';

export const program = path.resolve(import.meta.dirname, '../../dist/src/main.js');

/** The one line that ends each reload. */
export const SUMMARY = /reload (?:ok: generation|failed: )/;

/** More than any wait takes on a busy machine, s. */
const PATIENCE = 30;

/** Everything comes from one address. */
const LIMITS = { sessions: 5000, sessionsPerAddress: 5000, handshakesPerSecond: 10_000 };

export type Settings = Readonly<Record<string, unknown>>;

export interface Gateway {
  readonly pid: number;
  /** The configuration file. */
  readonly file: string;
  readonly folder: string;
  /** What it wrote to standard output and standard error. */
  output(): string;
  /** Writes a configuration: these settings over those that every gateway here has. */
  configure(settings: Settings): void;
  signal(name: NodeJS.Signals): void;
  /** Waits for a text in what it writes from `from` on. */
  says(text: RegExp, from?: number): Promise<string>;
  /** SIGHUP; gives all it said until its summary line, and with it. For a log on standard output. */
  hangUp(): Promise<string>;
  /** configure() and hangUp(). */
  reload(settings: Settings): Promise<string>;
  /** What its descriptors lead to. */
  descriptors(): readonly string[];
  /** The exit status or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** The demo ftpd with a folder to serve: user u, password secret-word. */
export async function startFtpd(): Promise<{ readonly port: number; readonly root: string }> {
  const root = path.join(await makeFolder('reload-files'), 'root');
  await mkdir(root);
  const ftpd = await startDemoFtpd({ root, user: 'u', password: 'secret-word' });
  onTestFinished(async () => {
    await ftpd.close();
    await removeFolder(path.dirname(root));
  });
  return { port: ftpd.port, root };
}

/** The configuration that holds unless a test says otherwise. */
export async function baseSettings(ftpd: { readonly port: number }): Promise<Settings> {
  return {
    workdir: await gatewayKeys(),
    user: null, // tests may well run as root
    ftpd: { host: '127.0.0.1', port: ftpd.port },
    data: { relay: 'always' },
    limits: LIMITS,
  };
}

export interface StartOptions {
  /** Words in front of the program, which replace themselves by it. */
  readonly wrap?: readonly string[];
  /** Whether it is waited for, as it is unless this says otherwise. */
  readonly isReady?: boolean;
}

/** Starts the gateway and waits until it is ready; it is killed at the end of the test, should it still run. */
export async function startGateway(
  base: Settings,
  settings: Settings,
  { wrap = [], isReady = true }: StartOptions = {},
): Promise<Gateway> {
  if (!existsSync(program)) throw new Error(`${program} is not there: node scripts/build.mjs`);
  const folder = await makeFolder('reload');
  const file = path.join(folder, 'sftpd.yaml');
  const configure = (next: Settings): void => writeFileSync(file, stringify({ ...base, ...next }));
  configure(settings);
  // It dies with this process, however that ends.
  const words = ['--pdeathsig', 'KILL', ...wrap, process.execPath, program, '--config', file];
  const child = spawn('setpriv', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1));
  });
  let over = false;
  void ended.then(() => (over = true));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await removeFolder(folder);
  });
  const says: Gateway['says'] = (wanted, from = 0) =>
    until(`${String(wanted)} in the log`, PATIENCE, () => {
      const since = text.slice(from);
      if (wanted.test(since)) return Promise.resolve(since);
      if (over) throw new Error(`the gateway ended:\n${text}`);
      return Promise.resolve(undefined);
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${text.slice(-3000)}`);
    });
  const hangUp = (): Promise<string> => {
    const from = text.length;
    child.kill('SIGHUP');
    return says(SUMMARY, from);
  };
  const gateway: Gateway = {
    pid: child.pid!,
    file,
    folder,
    output: () => text,
    configure,
    signal: (name) => void child.kill(name),
    says,
    hangUp,
    reload: (next) => {
      configure(next);
      return hangUp();
    },
    descriptors: () => descriptorsOf(child.pid!),
    ended,
  };
  if (isReady) await says(/ ready /);
  return gateway;
}

/** What the open descriptors of a process lead to. */
export function descriptorsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(path.join(folder, name))];
    } catch {
      return []; // closed meanwhile
    }
  });
}

export const ports = (count: number): Promise<readonly number[]> =>
  Promise.all(Array.from({ length: count }, () => freePort('127.0.0.1')));

/** Listeners on 127.0.0.1. */
export const on = (...listening: readonly number[]): Settings => ({
  listeners: listening.map((port) => ({ address: '127.0.0.1', port })),
});

/** Whether somebody accepts connections there. */
export function isOpen(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Logs in through a listener; the session is gone with the test. */
export async function login(port: number, how: 'clear' | 'C' | 'P' = 'clear'): Promise<RawClient> {
  const client = await RawClient.login({ host: '127.0.0.1', port, user: 'u', password: 'secret-word' }, how);
  onTestFinished(() => client.close());
  return client;
}

/** The 220 on a port. */
export const greetingOn = (port: number): Promise<string | undefined> => greeting('127.0.0.1', port);
