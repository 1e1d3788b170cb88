import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

/** How a program is started. Its environment holds nothing of ours: no proxies, no ~/.netrc, no locale. */
export interface Launch {
  file: string;
  args: readonly string[];
  /** The most seconds it may live, kept by timeout(1); setpriv(1) has it end when this process does, even by a signal. */
  seconds: number;
  cwd: string;
  home?: string;
  uid?: number;
  env?: Readonly<Record<string, string>>;
  /** What it reads on its standard input. */
  input?: string;
}

/** A program that is running. */
export interface Running {
  /** Settles when the program has ended: `exit 0`, `SIGTERM`. */
  readonly ended: Promise<string>;
  alive(): boolean;
  /** All it wrote so far, standard output and standard error as they came. */
  output(): string;
  /** Ends the program and every process it started. */
  stop(): Promise<void>;
}

const running = new Set<Running>();
const folders = new Set<string>();

/** Ends whatever still runs and removes every folder that is left. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...running].map((program) => program.stop()));
  await Promise.all([...folders].map((folder) => removeFolder(folder)));
}

/** A new folder that every user may enter, removed at the latest by {@link cleanUp}. */
export async function makeFolder(purpose: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `sftpd-${purpose}-`));
  folders.add(folder);
  await chmod(folder, 0o755);
  return folder;
}

/** Removes a folder of {@link makeFolder}. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
}

/** Starts a program in a process group of its own. */
export function launch({ file, args, seconds, cwd, home, uid, env, input }: Launch): Running {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'timeout', '-k', '2', `${seconds}`, file, ...args], {
    cwd,
    detached: true,
    // Never an idle pipe: Node's are sockets, and an ftpd with a socket for its standard input takes it for a client.
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: home ?? cwd, LC_ALL: 'C', TERM: 'dumb', ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  child.stdin?.on('error', () => undefined); // it may end without reading
  child.stdin?.end(input);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(signal ?? (code === 124 ? 'ran out of time' : `exit ${code ?? '?'}`)),
    );
  }).finally(() => running.delete(program));
  const alive = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const stop = async () => {
    killGroup(child, 'SIGTERM');
    await Promise.race([ended, delay(1000, undefined, { ref: false })]);
    killGroup(child, 'SIGKILL'); // also the sessions that outlive their server
    for (const stream of [child.stdout, child.stderr]) stream?.destroy(); // even if somebody else still holds them
    await ended;
    // Its sockets take what comes until then.
    await until(`the end of what ${file} started`, 10, () => Promise.resolve(groupRuns(child) ? undefined : true));
  };
  const program: Running = { ended, alive, output: () => output, stop };
  running.add(program);
  return program;
}

/** Runs a program to its end; resolves with all it wrote, rejects unless it ended with 0. */
export async function runProgram(what: Launch): Promise<string> {
  const program = launch(what);
  const end = await program.ended;
  if (end === 'exit 0') return program.output();
  throw new Error(`${path.basename(what.file)}: ${end}\n${program.output()}`);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // nothing is left of it
  }
}

/** Whether a process of the group still runs. Those that have ended and that nobody has asked for do not. */
function groupRuns({ pid }: ChildProcess): boolean {
  if (pid === undefined) return false;
  return readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      // proc_pid_stat(5): pid (name) state parent group …; the name may have spaces and parentheses in it.
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      const [state = '', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(group) === pid && !'ZX'.includes(state);
    } catch {
      return false; // it ended meanwhile
    }
  });
}

/** Waits until `probe` resolves with something, trying again after ever longer pauses. */
export async function until<T>(what: string, seconds: number, probe: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
    const result = await probe();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await delay(pause);
  }
}
