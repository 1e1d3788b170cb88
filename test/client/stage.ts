/**
 * Where faults are played: sftpc in this process, a relay that tampers with what passes, the built gateway, and an ftpd. What
 * sftpc says and does is told as text that a person can read, with names for what is another in each run.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import type { World } from '../../src/client/cli/run.js';
import { startDemoFtpd } from '../../src/demo/ftpd.js';
import { startGateway, type Gateway } from '../peers/gateway.js';
import { freePorts } from '../peers/port.js';
import { makeFolder, removeFolder } from '../peers/process.js';
import { sftpc } from './sftpc.js';
import { GATEWAY_ADDRESS, RELAY_ADDRESS, startRelay, type Relay, type Tampering } from './tampering-relay.js';

/** Nothing that occurs by itself in what is printed. */
export const PASSWORD = 'herring-7-blue';

/** The octets of `archive/large`, which are more than lie between two ends of a connection. */
const LARGE = 32 * 1024 * 1024;

/** As listings have it, the same in each run and time zone. */
const LONG_AGO = new Date('2020-06-15T12:00:00Z');

/** What stands under the name `report` on this side before each play, where it is not taken away. */
export const BEFORE = 'what was there before\n';

/** What the server has under the name `report`, and this side as `draft`: several blocks, the same in each run. */
export const REPORT = Buffer.concat(
  Array.from({ length: 3125 }, (_, at) => createHash('sha256').update(`report ${at}`).digest()),
);

export interface Play {
  readonly tampering?: Tampering;
  /** Words before those that name the server. */
  readonly options?: readonly string[];
  /** `joe` if left out. */
  readonly user?: string;
  /** {@link PASSWORD} if left out. */
  readonly password?: string;
  /** The words behind `--`. `here` stands for a folder on this side, `draft` for a file outside of it. */
  readonly command?: readonly string[];
  readonly input?: string;
  /** The lines of the file of known servers; the gateway's own line if left out. `PLACE` stands for host and port. */
  readonly known?: string;
  readonly timeouts?: World['timeouts'];
  readonly env?: World['env'];
  /** Arranges the folder that holds `here` and `draft` for the play. Gives what takes that back. */
  readonly arrange?: (folder: string) => Promise<() => Promise<void>>;
  /** Runs sftpc; in this process if left out. */
  readonly run?: typeof sftpc;
}

export interface Played {
  readonly status: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error, without the transcript. */
  readonly err: string;
  /** The transcript (-d). */
  readonly transcript: readonly string[];
  /** What stands in the folder on this side, in words. */
  readonly left: string;
  /** The command line as a person would have typed it. */
  readonly typed: string;
}

export interface StageOptions {
  /** In place of the demo ftpd. */
  readonly ftpd?: { readonly host: '127.0.0.1'; readonly port: number };
  /** `absent`: a network that connects to the control port only. */
  readonly passivePorts?: 'relayed' | 'absent';
  /** The address that the gateway knows itself by; the relay's if left out. */
  readonly serverAddress?: string;
  /** Further settings of the gateway's data connections. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Stage {
  readonly relay: Relay;
  readonly gateway: Gateway;
  /** The folder that the ftpd serves. */
  readonly root: string;
  play(play: Play): Promise<Played>;
  stop(): Promise<void>;
}

export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const folder = await makeFolder('stage');
  const root = join(folder, 'served');
  await mkdir(root);
  await writeFile(join(root, 'report'), REPORT);
  await mkdir(join(root, 'archive'));
  await writeFile(join(root, 'archive', 'large'), '');
  await truncate(join(root, 'archive', 'large'), LARGE);
  for (const each of ['report', 'archive/large', 'archive']) await utimes(join(root, each), LONG_AGO, LONG_AGO);
  const demo = await startDemoFtpd({ root, user: 'joe', password: PASSWORD });
  const ports = await freePorts(8, [GATEWAY_ADDRESS, RELAY_ADDRESS]);
  const gateway = await startGateway({
    ftpd: options.ftpd ?? { host: '127.0.0.1', port: demo.port },
    externalAddress: options.serverAddress ?? RELAY_ADDRESS,
    settings: { data: { relay: 'always', passivePorts: `${ports.low}-${ports.high}`, ...options.data } },
  });
  const relay = await startRelay(gateway.port, options.passivePorts === 'absent' ? undefined : ports);
  const behindNat = options.serverAddress === undefined ? [] : ['--expect-address', options.serverAddress];
  const met = await meet({ ...relay, options: behindNat });
  return {
    relay,
    gateway,
    root,
    play: async (play) => {
      relay.tamper(play.tampering ?? {});
      return perform({ host: relay.host, port: relay.port, ...play, known: play.known ?? met, gatewayKey: met });
    },
    stop: async () => {
      await relay.stop();
      await gateway.stop();
      await demo.close();
      await removeFolder(folder);
    },
  };
}

/** The line of known_servers that a first contact leaves. */
export async function meet({
  host,
  port,
  user = 'joe',
  password = PASSWORD,
  options = [],
}: Performance): Promise<string> {
  const folder = await makeFolder('met');
  try {
    const known = join(folder, 'known_servers');
    const words = [...options, '-u', user, '--accept-new', '--known-servers', known];
    const met = await sftpc([...words, host, `${port}`, '--', 'pwd'], { env: { SFTPC_PASSWORD: password } });
    expect(met, met.err).toMatchObject({ status: 0 });
    return (await readFile(known, 'utf8')).replace(knownPlace({ host, port }), 'PLACE');
  } finally {
    await removeFolder(folder);
  }
}

/** As the file of known servers has it. */
const knownPlace = ({ host, port }: Pick<Performance, 'host' | 'port'>): string => `${host} ${port}`;

interface Performance extends Play {
  readonly host: string;
  readonly port: number;
  /** A line with the fingerprint of the gateway's key. */
  readonly gatewayKey?: string;
}

/** Runs sftpc against any server, in a folder of its own. */
export async function perform(play: Performance): Promise<Played> {
  const {
    host,
    port,
    options = [],
    user = 'joe',
    password = PASSWORD,
    command,
    input,
    timeouts,
    env,
    arrange,
    run = sftpc,
  } = play;
  const folder = await makeFolder('play');
  let restore = (): Promise<void> => Promise.resolve();
  try {
    const local = join(folder, 'here');
    const known = join(folder, 'known_servers');
    await mkdir(local);
    await writeFile(join(local, 'report'), BEFORE);
    await writeFile(join(folder, 'draft'), REPORT);
    restore = (await arrange?.(folder)) ?? restore;
    if (play.known !== undefined) await writeFile(known, play.known.replaceAll('PLACE', knownPlace(play)));
    const target = [...options, '-u', user, host, `${port}`];
    const behind = command === undefined ? [] : ['--', ...command];
    const placed = (text: string): string => text.replaceAll(/(?<![/\w])(here|draft)(?!\w)/g, join(folder, '$1'));
    const words = ['-d', '--known-servers', known, ...target, ...behind].map(placed);
    const ended = await run(words, {
      env: { SFTPC_PASSWORD: password, ...env },
      ...(input === undefined ? {} : { input: placed(input) }),
      ...(timeouts === undefined ? {} : { timeouts }),
    });
    expect(`${ended.out}${ended.err}`, 'the password is printed').not.toContain(password);
    // A key of no server where there is none to be known.
    const own = /SHA256:\S+/.exec(play.gatewayKey ?? '')?.[0] ?? 'SHA256:-';
    const named = (text: string): string =>
      text
        .replaceAll(own, `SHA256:${'the-key-of-the-gateway'.padEnd(43, '.')}`)
        .replaceAll(/SHA256:[A-Za-z0-9+/]{43}/g, `SHA256:${'another-key'.padEnd(43, '.')}`)
        .replaceAll(known, '~/.local/state/sftpc/known_servers')
        .replaceAll(`${folder}/`, '')
        .replaceAll(`Cannot connect to ${host} port ${port}`, 'Cannot connect to ftp.example.org port 2121')
        .replaceAll(
          new RegExp(`(Cannot connect to )${host.replaceAll('.', '\\.')} port [0-9]+`, 'g'),
          '$1ftp.example.org port PORT',
        )
        .replaceAll(new RegExp(`${host.replaceAll('.', '\\.')}( port)? ${port}`, 'g'), 'ftp.example.org$1 2121');
    const lines = ended.err.split('\n');
    return {
      status: ended.status,
      out: named(ended.out),
      err: named(lines.filter((line) => !TRANSCRIPT.test(line)).join('\n')),
      transcript: lines.filter((line) => TRANSCRIPT.test(line)),
      left: await leftIn(local),
      typed: named(['sftpc', ...target, ...behind].map(quoted).join(' ')),
    };
  } finally {
    await restore();
    await removeFolder(folder);
  }
}

const TRANSCRIPT = /^[CS] (?:clear|MIC {2}|ENC {2}) /;

const quoted = (word: string): string => (/^[\w./:=-]+$/.test(word) ? word : JSON.stringify(word));

async function leftIn(folder: string): Promise<string> {
  const names = (await readdir(folder)).toSorted();
  const files = await Promise.all(names.map(async (name) => `${name} ${state(await readFile(join(folder, name)))}`));
  return files.length === 0 ? 'nothing' : files.join(', ');
}

function state(content: Buffer): string {
  if (content.equals(Buffer.from(BEFORE))) return 'as it was';
  return content.equals(REPORT) ? 'whole' : `of ${content.length} octets`;
}

/** A play as golden text. */
export function told(title: string, { typed, out, err, status, left }: Played): string {
  const block = (name: string, text: string): readonly string[] =>
    text === ''
      ? []
      : [
          `${name}:`,
          ...text
            .replace(/\n$/, '')
            .split('\n')
            .map((line) => `  ${line}`.trimEnd()),
        ];
  return [
    `# ${title}`,
    `$ ${typed}`,
    ...block('standard output', out),
    ...block('standard error', err),
    `exit status: ${status}`,
    `left on this side: ${left}`,
    '',
  ].join('\n');
}

/**
 * Has the clock of sftpc run on, from one of its timeouts to the next, once nothing passes any more.
 *
 * @returns also how long it waited, in seconds of its clock
 */
export async function waitedOut<T>(
  relay: Pick<Relay, 'isSilent'>,
  playing: () => Promise<T>,
): Promise<{ played: T; seconds: number }> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const began = performance.now();
    let state: 'playing' | 'over' = 'playing';
    const result = playing().finally(() => (state = 'over'));
    result.catch(() => undefined);
    const over = (): boolean => state === 'over';
    while (!over()) {
      await turn();
      if (relay.isSilent && !over() && vi.getTimerCount() > 0) vi.advanceTimersToNextTimer();
    }
    return { played: await result, seconds: (performance.now() - began) / 1000 };
  } finally {
    vi.useRealTimers();
  }
}

/** Some turns of the event loop, in which both ends of the connections here take what has come, and some time for others. */
async function turn(): Promise<void> {
  await pause(10);
  for (let each = 0; each < 10; each++) await setImmediate();
}

/** Of the real clock. */
const pause = promisify(setTimeout);
