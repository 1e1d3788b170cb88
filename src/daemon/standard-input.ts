/**
 * Standard input as the control connection. Nothing but FTP may ever be written to it, although inetd makes it standard
 * output and standard error too.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { Socket, type SocketConstructorOpts } from 'node:net';
import { err, ok, type Result } from '../lib/result.js';

/** Standard input as the client's connection. */
export interface ClientConnection {
  readonly socket: Socket;
  /** Whether standard output was that connection too, so that it is no place for a log. */
  readonly stdoutWasClient: boolean;
}

/** Whether standard error is the same socket as standard input: then whoever started this is an inetd, whatever the flags say. */
export function stderrIsClient(): boolean {
  return sameSocket(0, 2);
}

/**
 * Takes standard input as a connection, and puts /dev/null in the place of standard output and standard error where they are
 * the same connection. Node has no dup2(2), but the lowest free descriptor is what open(2) gives. From then on no warning of
 * Node, no crash and no library can write to the client.
 *
 * Call it before anything touches process.stdout or process.stderr.
 */
export function claimConnection(): Result<ClientConnection, string> {
  if (!isSocket(0)) {
    return err('-s (--inetd) is for inetd: standard input is no socket. To listen oneself, start without it');
  }
  const stdoutWasClient = sameSocket(0, 1);
  const stderrWasClient = sameSocket(0, 2);
  if (stdoutWasClient) replaceByNull(1);
  if (stderrWasClient) replaceByNull(2);
  const options: SocketConstructorOpts = { fd: 0, readable: true, writable: true, allowHalfOpen: true };
  // As accepted ones are made (`pauseOnConnect`): otherwise Node reads at once, and what it has read cannot be handed on.
  const socket = new Socket({ ...options, pauseOnCreate: true } as SocketConstructorOpts);
  socket.on('error', () => undefined); // a connection that breaks before the session has it ends as any other
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  return ok({ socket, stdoutWasClient });
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

function sameSocket(a: number, b: number): boolean {
  try {
    const [one, other] = [fstatSync(a), fstatSync(b)];
    return one.isSocket() && other.isSocket() && one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}

function replaceByNull(fd: number): void {
  closeSync(fd);
  openSync('/dev/null', 'r+');
}
