/**
 * An ftpd started as inetd would start it: its standard input and output are a connection, its working directory is the root,
 * and it is its own process group, so that what it forks ends with it. Its standard error is the gateway's to log: under inetd it
 * would be the client's connection.
 */
import { spawn, type StdioOptions } from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Log } from '../../log/log.js';
import type { Successor } from '../../session/ports.js';

/** How long an ftpd may take to end after its connection has, and again after SIGTERM, ms. */
const PATIENCE_MS = 5_000;

/** Lines of its standard error that are logged; and the longest of them, in characters. */
const MAX_ERROR_LINES = 50;
const MAX_ERROR_LINE = 1_024;

export interface ChildOptions {
  readonly program: string;
  /** How the log calls it: `Kerberos ftpd`. */
  readonly name: string;
  readonly log: Log;
  /** Whether `stop` waits for it to end by itself, its connection being closed, before it sends a signal. */
  readonly endsWithConnection: boolean;
}

/** What the gateway was started with that is for the gateway alone. */
const NOT_INHERITED = /^(LISTEN_(PID|FDS|FDNAMES)|NOTIFY_SOCKET|WATCHDOG_(PID|USEC)|MAINPID|NODE_.*|npm_.*)$/;

/** Starts it on a connection: a socket of ours, or a descriptor. Rejects where the program cannot be started. */
export function startChild(connection: Socket | number, options: ChildOptions): Promise<Successor> {
  const { program, name, log } = options;
  const stdio: StdioOptions = [connection, connection, 'pipe'];
  const child = spawn(program, [], {
    stdio,
    argv0: path.basename(program),
    cwd: '/',
    env: inheritedEnvironment(),
    detached: true,
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      const category = signal === null && code === 0 ? 'compatibility' : 'warnings';
      log.event(category, `the ${name} ended`, { pid: child.pid ?? 0, status: signal ?? code ?? -1 });
      resolve();
    });
  });
  if (child.stderr !== null) logErrors(child.stderr, name, log);
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const signal = (which: NodeJS.Signals): void => {
    if (!running() || child.pid === undefined) return;
    try {
      process.kill(-child.pid, which);
    } catch (error) {
      // One that runs as another user cannot be signalled by a gateway that is not root.
      log.event('warnings', `cannot end the ${name}`, { pid: child.pid, why: (error as Error).message });
    }
  };
  const stop = (): void => {
    if (!running()) return;
    const steps: NodeJS.Signals[] = options.endsWithConnection ? ['SIGTERM', 'SIGKILL'] : ['SIGKILL'];
    if (!options.endsWithConnection) signal('SIGTERM');
    const timer = setInterval(() => {
      const next = steps.shift();
      if (next === undefined || !running()) clearInterval(timer);
      else signal(next);
    }, PATIENCE_MS);
    void gone.then(() => clearInterval(timer));
  };
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve({ pid: child.pid ?? 0, gone, stop }));
    child.once('error', (error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
  });
}

export function inheritedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries.filter(([variable]) => !NOT_INHERITED.test(variable)));
}

/** A line a log line, bounded: it says what it likes, and as often. */
function logErrors(stream: NodeJS.ReadableStream, name: string, log: Log): void {
  const decoder = new StringDecoder('latin1');
  let text = '';
  let lines = 0;
  const say = (line: string): void => {
    if (line === '') return;
    lines += 1;
    if (lines <= MAX_ERROR_LINES) log.event('warnings', `the ${name} says: ${line.slice(0, MAX_ERROR_LINE)}`);
    if (lines === MAX_ERROR_LINES) log.event('warnings', `the ${name} says more, which is left out`);
  };
  stream.on('data', (chunk: Buffer) => {
    text += decoder.write(chunk);
    const complete = text.split(/\r?\n/);
    text = complete.pop() ?? '';
    complete.forEach(say);
    if (text.length > MAX_ERROR_LINE) {
      say(text);
      text = '';
    }
  });
  stream.on('end', () => say(text));
  stream.on('error', () => undefined);
}
