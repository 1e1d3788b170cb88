/** Runs sftpc inside this process, without a terminal. */
import { mkdtempSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { run, type World } from '../../src/client/cli/run.js';
import { startDemoFtpd } from '../../src/demo/ftpd.js';
import { answeringFtpd, type DataAct } from './answering-ftpd.js';

export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Nothing of whoever runs the tests: no ~/.netrc, no known servers. */
const HOMELESS = {
  HOME: join(tmpdir(), 'sftpc-tests-without-home'),
  XDG_STATE_HOME: join(tmpdir(), 'sftpc-tests-without-state'),
};

/** A new directory, removed when the test ends. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sftpc-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function sftpc(
  argv: readonly string[],
  { input = '', env = {}, ...world }: Partial<Omit<World, 'stdin' | 'stderr'>> & { input?: string } = {},
): Promise<Ended> {
  const [stdout, out] = collector();
  const [stderr, err] = collector();
  const status = await run(argv, {
    stdin: Readable.from([Buffer.from(input)]),
    stdout,
    stderr,
    env: { SFTPC_PASSWORD: 'secret', ...HOMELESS, ...env },
    onInterrupt: () => () => undefined,
    ...world,
  });
  return { status, out: out(), err: err() };
}

function collector(): [Writable, () => string] {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return [stream, () => Buffer.concat(chunks).toString('utf8')];
}

/** As a terminal in raw mode gives it. */
export const CTRL_C = '\x03';

export interface TypedSession {
  /** What a person types; a line ends in LF. */
  type(text: string): void;
  /** Waits for something to be shown that was not waited for before. */
  until(pattern: RegExp): Promise<void>;
  /** All that was shown so far, without what drives a terminal. */
  shown(): string;
  readonly status: Promise<number>;
}

/** Runs sftpc as on a terminal, on which standard output and standard error show alike. */
export function typed(argv: readonly string[], world: Partial<World> = {}): TypedSession {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const [stream, raw] = collector();
  const screen = Object.assign(stream, { isTTY: true, columns: 500 });
  const shown = (): string => stripVTControlCharacters(raw()).replaceAll('\r', '');
  const state = mkdtempSync(join(tmpdir(), 'sftpc-state-'));
  const status = run(argv, {
    stdin,
    stdout: screen,
    stderr: screen,
    onInterrupt: () => () => undefined,
    ...world,
    env: { ...HOMELESS, XDG_STATE_HOME: state, ...(world.env ?? { SFTPC_PASSWORD: 'secret' }) },
  });
  onTestFinished(async () => {
    stdin.end();
    await rm(state, { recursive: true, force: true });
  });
  let seen = 0;
  return {
    type: (text) => void stdin.write(text),
    until: async (pattern) => {
      await expect.poll(() => shown().slice(seen), { timeout: 20_000 }).toMatch(pattern);
      const found = pattern.exec(shown().slice(seen));
      seen += (found?.index ?? 0) + (found?.[0].length ?? 0);
    },
    shown,
    status,
  };
}

/** The demo ftpd over a new directory. */
export async function demoFtpd(
  account: { user?: string; password?: string } = {},
): Promise<{ root: string; port: number }> {
  const root = await folder();
  const ftpd = await startDemoFtpd({ root, ...account });
  onTestFinished(() => ftpd.close());
  return { root, port: ftpd.port };
}

/** An ftpd that logs anybody in and does `act` on RETR and STOR; to other verbs it says what `replies` has then, or 200, once `when` calls back. */
export async function scriptedFtpd(
  act: DataAct,
  replies: Readonly<Record<string, string>> = {},
  when: (verb: string, answer: () => void, line: string) => void = (_, answer) => answer(),
): Promise<number> {
  const { port } = await answeringFtpd((verb, line) => {
    if (verb === 'RETR' || verb === 'STOR') return { data: act };
    return {
      when: (usual, say) => when(verb, () => (replies[verb] === undefined ? usual() : say(replies[verb])), line),
    };
  }, '200 fine');
  return port;
}

export const read = (path: string): Promise<string> => readFile(path, 'latin1');
